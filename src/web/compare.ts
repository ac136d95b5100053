import { button, h } from './dom.ts'
import type { Model } from './model.ts'
import { photoCard } from './photo-card.ts'
import { panned, type View, zoomed } from './view.ts'

const compareLimits = [1, 24] as const

/** Why two photos match: their pictures with heat, in the order asked for, and what is said of them. */
interface Why {
  readonly sides: readonly Element[]
  readonly words: HTMLElement
}

/** As the report drew it; undefined where it did not. */
function explanationOf(a: number, b: number): Why | undefined {
  const asked = document.getElementById(`why-${a}-${b}`)
  const template = asked ?? document.getElementById(`why-${b}-${a}`)
  if (!(template instanceof HTMLTemplateElement)) return undefined
  const [query, match, ...words] = (template.content.cloneNode(true) as DocumentFragment).children
  const sides = [query!, match!]
  const how = h('p', { textContent: howToRead })
  return {
    sides: asked === null ? sides.reverse() : sides,
    words: h('div', { className: 'why', hidden: true }, ...words, how),
  }
}

const howToRead =
  'Orange adds to the similarity, blue speaks against it, as the network sees the photos. The same numbers: cells between which most of it passes, 1 the strongest.'

/** Switches between the photos and what their similarity comes from. */
function whyButton(photos: readonly HTMLElement[], { sides, words }: Why): HTMLButtonElement {
  const show = (explained: boolean) => {
    for (const side of sides) side.toggleAttribute('hidden', !explained)
    for (const photo of photos) photo.hidden = explained
    words.hidden = !explained
    made.ariaPressed = String(explained)
  }
  const made = button('Why this match?', () => show(words.hidden === true))
  show(false)
  return made
}

/** Two photos side by side in a dialog; zooming and moving one zooms and moves the other. */
export class Compare {
  readonly element = h('dialog', { className: 'compare', ariaLabel: 'two photos side by side' })
  readonly #model: Model
  #view: View = { scale: 1, x: 0, y: 0 }
  /** What zooming and moving act on. */
  #zoomed: readonly (HTMLElement | SVGElement)[] = []

  constructor(model: Model) {
    this.#model = model
    this.element.addEventListener('keydown', ({ key }) => {
      if (key === '+' || key === '=') this.#zoom(1.4)
      if (key === '-') this.#zoom(1 / 1.4)
      if (key === '0') this.#whole()
    })
  }

  open(a: number, b: number): void {
    const model = this.#model
    const similarity = model.ranking.similarity(a, b)
    const same = model.same(a, b)
    const verdict = h('strong', {
      className: same ? 'right-text' : 'wrong-text',
      textContent: same ? '✓ the same individual' : '✗ two individuals',
    })
    const number =
      similarity === undefined ? 'similarity not in this report' : `cosine similarity ${similarity.toFixed(4)}`
    const why = explanationOf(a, b)
    const panes = [a, b].map((photo, i) => {
      const card = photoCard(model, photo)
      const window = h('div', { className: 'pane' })
      const image = card.firstElementChild as HTMLElement
      image.replaceWith(window)
      window.append(image, ...(why === undefined ? [] : [why.sides[i]!]))
      this.#listen(window)
      return { card, image }
    })
    const images = panes.map(({ image }) => image)
    this.#zoomed = [...images, ...((why?.sides ?? []) as SVGElement[])]
    this.element.replaceChildren(
      h(
        'header',
        {},
        verdict,
        h('span', { textContent: number }),
        button('Close', () => this.element.close()),
      ),
      h('div', { className: 'pair' }, ...panes.map(({ card }) => card)),
      ...(why === undefined ? [] : [why.words]),
      h(
        'footer',
        {},
        button('Nearer', () => this.#zoom(1.4), 'key +'),
        button('Farther', () => this.#zoom(1 / 1.4), 'key −'),
        button('Whole photos', () => this.#whole(), 'key 0'),
        ...(why === undefined ? [] : [whyButton(images, why)]),
        h('span', { className: 'note', textContent: 'wheel zooms both, dragging moves both' }),
      ),
    )
    this.#whole()
    if (!this.element.open) this.element.showModal()
  }

  #whole(): void {
    this.#view = { scale: 1, x: 0, y: 0 }
    this.#apply()
  }

  #zoom(factor: number, place: readonly [number, number] = [0, 0]): void {
    this.#view = zoomed(this.#view, factor, place, compareLimits)
    this.#apply()
  }

  #apply(): void {
    const { scale, x, y } = this.#view
    for (const { style } of this.#zoomed) style.transform = `translate(${x}px, ${y}px) scale(${scale})`
  }

  #listen(pane: HTMLElement): void {
    pane.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault()
        const { left, top, width, height } = pane.getBoundingClientRect()
        // Places are counted from the middle, where the transform has its origin.
        this.#zoom(Math.exp(-event.deltaY / 400), [event.clientX - left - width / 2, event.clientY - top - height / 2])
      },
      { passive: false },
    )
    pane.addEventListener('pointerdown', ({ pointerId }) => pane.setPointerCapture(pointerId))
    pane.addEventListener('pointermove', ({ buttons, movementX, movementY }) => {
      if (buttons === 0) return
      this.#view = panned(this.#view, movementX, movementY)
      this.#apply()
    })
  }
}
