import { markCorners } from '../chart/index.ts'
import type { Colours, Mark } from './colours.ts'
import { button, h } from './dom.ts'
import { styleColour } from './layers.ts'
import type { Model } from './model.ts'
import { precisionGradient } from './precision-scale.ts'

/** What the marks mean; an entry chooses its photos, with Shift beside those chosen already. */
export class Legend {
  readonly element: HTMLElement
  readonly #model: Model
  readonly #list = h('ul', { className: 'legend' })
  readonly #note = h('p', { className: 'note', hidden: true })
  readonly #bar = h('span', { className: 'gradient' })
  readonly #scale = h('div', { className: 'colour-scale', hidden: true }, 'AP 0', this.#bar, '1')

  constructor(model: Model) {
    this.#model = model
    this.element = h('div', { className: 'legend-box' }, this.#scale, this.#list, this.#note)
  }

  show({ legend, note, scale }: Colours): void {
    this.#list.replaceChildren(
      ...legend.map(({ meaning, photos, ...mark }) => {
        const entry = button('', () => undefined, 'choose these photos; Shift adds them')
        entry.onclick = ({ shiftKey }) => this.#choose(photos, shiftKey)
        entry.append(legendMark(mark), meaning)
        return h('li', {}, entry)
      }),
    )
    this.#scale.hidden = !scale
    if (scale) this.#bar.style.background = precisionGradient(styleColour('paper'))
    this.#note.textContent = note
    this.#note.hidden = note === ''
  }

  #choose(photos: readonly number[], add: boolean): void {
    const kept = add ? this.#model.chosen : []
    this.#model.choose([...new Set([...kept, ...photos])].sort((a, b) => a - b))
  }
}

function legendMark({ colour, shape }: Mark): HTMLElement {
  const made = h('span', { className: 'dot' })
  made.style.background = colour
  const corners = markCorners[shape]!.map(([x, y]) => `${50 + 10 * x}% ${50 + 10 * y}%`)
  if (corners.length > 0) {
    made.style.borderRadius = '0'
    made.style.clipPath = `polygon(${corners.join(', ')})`
  }
  return made
}
