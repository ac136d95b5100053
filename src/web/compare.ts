import { count, measureWords } from '../chart/index.ts'
import { button, h } from './dom.ts'
import type { Model } from './model.ts'
import { PaneView } from './pane-view.ts'
import { type Answer, answerOf, photoCard } from './photo-card.ts'
import { unexplained } from './unexplained.ts'

/** Why two photos match: their pictures with heat, in the order asked for, and what is said of them. */
interface Why {
  readonly sides: readonly SVGElement[]
  /** Why the heat must not be read; empty where it may. */
  readonly doubt: HTMLElement
  readonly words: HTMLElement
}

/** As the report drew it; undefined where it did not. */
function explanationOf(a: number, b: number): Why | undefined {
  const asked = document.getElementById(`why-${a}-${b}`)
  const template = asked ?? document.getElementById(`why-${b}-${a}`)
  if (!(template instanceof HTMLTemplateElement)) return undefined
  const { content } = template
  const sides = [...content.querySelectorAll('svg')].map((side) => side.cloneNode(true) as SVGElement)
  const copies = (selector: string) => [...content.querySelectorAll(selector)].map((part) => part.cloneNode(true))
  const readable = content.querySelector('.doubt') === null
  const how = h('p', { textContent: readable ? howToRead : howNotToRead })
  return {
    sides: asked === null ? sides.reverse() : sides,
    doubt: h('div', { hidden: true }, ...copies('.doubt')),
    words: h('div', { className: 'why', hidden: true }, ...copies('p:not(.doubt)'), how),
  }
}

const howToRead =
  'Orange adds to the similarity, blue speaks against it, as the network sees the photos. The same numbers: cells between which most of it passes, 1 the strongest.'

const howNotToRead =
  'Grey: cells that the network sees most in. Covering them costs no more than covering others, so neither they nor the numbers tell why the photos match.'

/** Switches between the photos and what their similarity comes from. */
function whyButton(photos: readonly HTMLElement[], { sides, doubt, words }: Why): HTMLButtonElement {
  const show = (explained: boolean) => {
    for (const side of sides) side.toggleAttribute('hidden', !explained)
    for (const photo of photos) photo.hidden = explained
    words.hidden = !explained
    doubt.hidden = !explained || doubt.childElementCount === 0
    made.ariaPressed = String(explained)
  }
  const made = button('Why this match?', () => show(words.hidden === true))
  show(false)
  return made
}

const verdicts = {
  right: ['right-text', '✓ the same individual'],
  wrong: ['wrong-text', '✗ two individuals'],
  'same-file': ['', '= the same file under two names'],
} as const satisfies Record<Answer, readonly [className: string, words: string]>

/** Two photos side by side in a dialog; zooming and moving one zooms and moves the other. */
export class Compare {
  readonly element = h('dialog', { className: 'compare', ariaLabel: 'two photos side by side' })
  /** The photos in the dialog; undefined while it is closed. */
  pair: readonly [number, number] | undefined
  /** Called when it opens or closes. */
  onChange: (() => void) | undefined
  readonly #model: Model
  readonly #view = new PaneView()

  constructor(model: Model) {
    this.#model = model
    this.element.addEventListener('keydown', ({ key }) => {
      if (key === '+' || key === '=') this.#view.zoom(1.4)
      if (key === '-') this.#view.zoom(1 / 1.4)
      if (key === '0') this.#view.whole()
    })
    this.element.addEventListener('close', () => {
      this.pair = undefined
      this.onChange?.()
    })
  }

  open(a: number, b: number): void {
    const model = this.#model
    const why = explanationOf(a, b)
    const panes = [a, b].map((photo, i) => {
      const card = photoCard(model, photo)
      const pane = h('div', { className: 'pane' })
      const image = card.firstElementChild as HTMLElement
      image.replaceWith(pane)
      pane.append(image, ...(why === undefined ? [] : [why.sides[i]!]))
      this.#view.listen(pane)
      return { card, image }
    })
    const images = panes.map(({ image }) => image)
    this.#view.hold([...images, ...(why?.sides ?? [])])
    this.element.replaceChildren(
      this.#header(a, b),
      ...(why === undefined ? [] : [why.doubt]),
      h('div', { className: 'pair' }, ...panes.map(({ card }) => card)),
      why === undefined ? h('p', { className: 'note', textContent: unexplained(model.data) }) : why.words,
      this.#footer(why === undefined ? [] : [whyButton(images, why)]),
    )
    if (!this.element.open) this.element.showModal()
    this.pair = [a, b]
    this.onChange?.()
  }

  close(): void {
    this.element.close()
  }

  #header(a: number, b: number): HTMLElement {
    const similarity = this.#model.ranking.similarity(a, b)
    const [className, textContent] = verdicts[answerOf(this.#model, a, b)]
    const verdict = h('strong', { className, textContent: this.#oneFileOfTwo(a, b) ?? textContent })
    const { places } = this.#model.ranking.listed(a, b) ?? this.#model.ranking.listed(b, a) ?? {}
    const agree = places === undefined ? '' : `, ${count(places, 'place')} of the coat`
    const number =
      similarity === undefined
        ? 'similarity not in this report'
        : `${measureWords[this.#model.data.measure].one} ${similarity.toFixed(4)}${agree}`
    const close = button('Close', () => this.close())
    return h('header', {}, verdict, h('span', { textContent: number }), close)
  }

  /** One file cannot show two individuals: one of its labels is wrong, or it shows both. */
  #oneFileOfTwo(a: number, b: number): string | undefined {
    return this.#model.sameFile(a, b) && !this.#model.same(a, b)
      ? '= the same file, labelled as two individuals: one label may be wrong'
      : undefined
  }

  #footer(buttons: readonly HTMLElement[]): HTMLElement {
    return h(
      'footer',
      {},
      button('Nearer', () => this.#view.zoom(1.4), 'key +'),
      button('Farther', () => this.#view.zoom(1 / 1.4), 'key −'),
      button('Whole photos', () => this.#view.whole(), 'key 0'),
      ...buttons,
      h('span', { className: 'note', textContent: 'wheel or two fingers zoom both, dragging moves both' }),
    )
  }
}
