import type { DecidingPhoto, PlaceLine } from '../../report/deciding-data.ts'
import { h } from '../dom.ts'
import type { Picture } from '../model.ts'
import { PaneView } from '../pane-view.ts'
import type { Place } from '../points.ts'
import { drawLines } from './lines.ts'
import { type Matrix, placeIn, placing, quartersOf, type Turn, upright } from './placing.ts'

/** A photo in a pane. */
export interface ShownSide {
  readonly photo: DecidingPhoto
  readonly picture: Picture | undefined
  /** What stands below it, a line each, the first the largest. */
  readonly captions: readonly string[]
}

/** What the two panes show. */
export interface ShownTwo {
  readonly sides: readonly [ShownSide, ShownSide | undefined]
  readonly lines: readonly PlaceLine[]
}

interface Side {
  readonly pane: HTMLElement
  readonly caption: HTMLElement
  image: HTMLImageElement | undefined
  turn: Turn
}

/** Two photos beside each other. Zoom and movement are one for both, and stay where they are when another photo comes to the right. */
export class Panes {
  readonly element: HTMLElement
  /** Whether lines are drawn, where there are any. */
  showsLines = true
  brightness = 1
  readonly #sides: readonly [Side, Side]
  readonly #lines: SVGSVGElement
  readonly #view = new PaneView(() => this.#draw())
  #shown: ShownTwo | undefined

  constructor() {
    this.#sides = [sideOf('photo asked about'), sideOf('photo to compare with')]
    this.#lines = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
    this.#lines.setAttribute('class', 'lines')
    this.#lines.setAttribute('aria-hidden', 'true')
    const figures = this.#sides.map(({ pane, caption }) => h('figure', { className: 'side' }, pane, caption))
    this.element = h('div', { className: 'panes' }, ...figures, this.#lines)
    for (const { pane } of this.#sides) this.#view.listen(pane)
    new ResizeObserver(() => this.#draw()).observe(this.element)
  }

  get lineCount(): number {
    return this.#shown?.lines.length ?? 0
  }

  /** Another photo on the left begins anew: whole, upright, as bright as it is. */
  show(shown: ShownTwo): void {
    const isNew = this.#shown?.sides[0].photo !== shown.sides[0].photo
    const [first, second] = shown.sides
    this.#shown = shown
    fill(this.#sides[0], first)
    fill(this.#sides[1], second)
    const [a, b] = [first.picture, second?.picture]
    const quarters = a === undefined || b === undefined ? 0 : quartersOf(shown.lines, a, b)
    this.#sides[1].turn = { ...upright, quarters }
    if (isNew) this.#view.whole()
    else this.#draw()
  }

  zoom(factor: number): void {
    this.#view.zoom(factor)
  }

  whole(): void {
    this.#view.whole()
  }

  pan(dx: number, dy: number): void {
    this.#view.pan(dx, dy)
  }

  /** The right photo a quarter clockwise, or left and right swapped. */
  turn(how: 'quarter' | 'mirror'): void {
    const [, side] = this.#sides
    const { quarters, mirrored } = side.turn
    side.turn = how === 'quarter' ? { quarters: (quarters + 1) % 4, mirrored } : { quarters, mirrored: !mirrored }
    this.#draw()
  }

  brighten(brightness: number): void {
    this.brightness = Math.min(3, Math.max(0.4, brightness))
    this.#draw()
  }

  toggleLines(): void {
    this.showsLines = !this.showsLines
    this.#draw()
  }

  /** Puts pictures and lines where the view has them. */
  #draw(): void {
    const shown = this.#shown
    if (shown === undefined) return
    const matrices = this.#sides.map((side, i): Matrix | undefined => {
      const picture = shown.sides[i as 0 | 1]?.picture
      if (picture === undefined || side.image === undefined) return undefined
      const pane = { width: side.pane.clientWidth, height: side.pane.clientHeight }
      const matrix = placing(picture, pane, side.turn, this.#view.view)
      side.image.style.transform = `matrix(${matrix.join(',')})`
      side.image.style.filter = this.brightness === 1 ? '' : `brightness(${this.brightness})`
      return matrix
    })
    const [first, second] = matrices
    const [a, b] = [shown.sides[0].picture, shown.sides[1]?.picture]
    const isDrawn = this.showsLines && first !== undefined && second !== undefined
    const ends = (line: PlaceLine): [Place, Place] => [
      placeIn(first!, a!, [line[0], line[1]]),
      placeIn(second!, b!, [line[2], line[3]]),
    ]
    const corner = this.element.getBoundingClientRect()
    const panes = this.#sides.map(({ pane }) => {
      const { left, top, width, height } = pane.getBoundingClientRect()
      return { x: left - corner.left, y: top - corner.top, width, height }
    })
    drawLines(this.#lines, isDrawn ? shown.lines.map(ends) : [], [panes[0]!, panes[1]!])
  }
}

function sideOf(label: string): Side {
  const pane = h('div', { className: 'pane', role: 'group', ariaLabel: label })
  return { pane, caption: h('figcaption'), image: undefined, turn: upright }
}

function fill(side: Side, shown: ShownSide | undefined): void {
  side.turn = upright
  side.image = undefined
  if (shown === undefined) {
    side.pane.replaceChildren(h('p', { className: 'no-photo', textContent: 'Nobody to compare it with.' }))
    side.caption.replaceChildren()
    return
  }
  const { picture, photo, captions } = shown
  if (picture === undefined) {
    const textContent = `${photo.name}: the photo is not on this computer.`
    side.pane.replaceChildren(h('p', { className: 'no-photo', textContent }))
  } else {
    const { width, height, uri } = picture
    side.image = h('img', { src: uri, width, height, alt: captions.join(', '), draggable: false })
    side.pane.replaceChildren(side.image)
  }
  const [first, ...others] = captions
  side.caption.replaceChildren(
    h('strong', { textContent: first ?? '' }),
    ...others.map((textContent) => h('span', { textContent })),
  )
}
