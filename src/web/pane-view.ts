import { listenToPinches } from './gestures.ts'
import type { Place } from './points.ts'
import { panned, type View, zoomed } from './view.ts'

const limits = [1, 24] as const

/** One zoom and one movement for several panes: what is done to one happens to all. */
export class PaneView {
  #view: View = { scale: 1, x: 0, y: 0 }
  #zoomed: readonly (HTMLElement | SVGElement)[] = []
  readonly #draw: ((view: View) => void) | undefined

  /** `draw` is told of every change, where elements are not simply to be moved. */
  constructor(draw?: (view: View) => void) {
    this.#draw = draw
  }

  get view(): View {
    return this.#view
  }

  /** What zooming and moving act on from now on; all of it is seen. */
  hold(elements: readonly (HTMLElement | SVGElement)[]): void {
    this.#zoomed = elements
    this.whole()
  }

  whole(): void {
    this.#view = { scale: 1, x: 0, y: 0 }
    this.#apply()
  }

  /** Places are counted from the middle of a pane, where the transform has its origin. */
  zoom(factor: number, place: Place = [0, 0]): void {
    this.#view = zoomed(this.#view, factor, place, limits)
    this.#apply()
  }

  pan(dx: number, dy: number): void {
    this.#view = panned(this.#view, dx, dy)
    this.#apply()
  }

  /** Lets wheel, pointer and fingers over a pane zoom and move. */
  listen(pane: HTMLElement): void {
    const placeOf = ({ clientX, clientY }: { readonly clientX: number; readonly clientY: number }): Place => {
      const { left, top, width, height } = pane.getBoundingClientRect()
      return [clientX - left - width / 2, clientY - top - height / 2]
    }
    pane.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault()
        this.zoom(Math.exp(-event.deltaY / 400), placeOf(event))
      },
      { passive: false },
    )
    let last: Place | undefined
    pane.addEventListener('pointerdown', (event) => {
      last = event.isPrimary ? placeOf(event) : undefined
      pane.setPointerCapture(event.pointerId)
    })
    pane.addEventListener('pointermove', (event) => {
      if (last === undefined || event.buttons === 0) return
      const place = placeOf(event)
      this.pan(place[0] - last[0], place[1] - last[1])
      last = place
    })
    listenToPinches(pane, placeOf, {
      begin: () => {
        last = undefined
      },
      pan: (dx, dy) => this.pan(dx, dy),
      zoom: (factor, about) => this.zoom(factor, about),
    })
  }

  #apply(): void {
    this.#draw?.(this.#view)
    const { scale, x, y } = this.#view
    for (const { style } of this.#zoomed) style.transform = `translate(${x}px, ${y}px) scale(${scale})`
  }
}
