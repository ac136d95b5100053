import { button, h } from './dom.ts'
import type { Place } from './points.ts'

/** What draws on two canvases: the picture below, and above it what follows the pointer. */
export interface Painter {
  base(context: CanvasRenderingContext2D): void
  overlay(context: CanvasRenderingContext2D): void
  /** Called when the size is known, and when it changes. */
  resized(): void
  /** Called when the screen's colours change, or paper takes its place. */
  recoloured(): void
}

/** Two canvases, one over the other, sharp on every screen; drawing happens once a frame. */
export class Layers {
  readonly element: HTMLDivElement
  /** Takes focus, pointer and keys. */
  readonly target: HTMLCanvasElement
  width = 0
  height = 0
  readonly #canvases: readonly [HTMLCanvasElement, HTMLCanvasElement]
  readonly #painter: Painter
  #due = new Set<'base' | 'overlay'>()

  constructor(label: string, painter: Painter) {
    this.#painter = painter
    const [below, above] = [h('canvas'), h('canvas', { tabIndex: 0, ariaLabel: label, role: 'application' })]
    this.#canvases = [below, above]
    this.target = above
    this.element = h('div', { className: 'layers' }, below, above)
    new ResizeObserver(() => this.#resize()).observe(this.element)
    for (const what of ['(prefers-color-scheme: dark)', 'print']) {
      matchMedia(what).addEventListener('change', () => {
        painter.recoloured()
        this.#due = new Set(['base', 'overlay'])
        this.#paint() // at once: paper waits for no frame
      })
    }
  }

  /** Buttons over the picture, for who has no wheel. */
  addZoomButtons(zoom: (factor: number) => void, whole: () => void): void {
    const buttons = [
      button('+', () => zoom(1.4), 'zoom in (key +)'),
      button('−', () => zoom(1 / 1.4), 'zoom out (key −)'),
      button('⤢', whole, 'the whole (key 0)'),
    ]
    for (const made of buttons) made.ariaLabel = made.title
    this.element.append(h('div', { className: 'zoom-buttons' }, ...buttons))
  }

  /** Asks for a layer to be drawn in the next frame. */
  draw(...layers: readonly ('base' | 'overlay')[]): void {
    if (this.#due.size === 0) requestAnimationFrame(() => this.#paint())
    for (const layer of layers) this.#due.add(layer)
  }

  /** A pointer's place in px from the upper left corner. */
  placeOf({ clientX, clientY }: { readonly clientX: number; readonly clientY: number }): Place {
    const { left, top } = this.target.getBoundingClientRect()
    return [clientX - left, clientY - top]
  }

  #resize(): void {
    const { clientWidth, clientHeight } = this.element
    if (clientWidth === 0 || clientHeight === 0) return
    this.width = clientWidth
    this.height = clientHeight
    for (const canvas of this.#canvases) {
      canvas.width = Math.round(clientWidth * devicePixelRatio)
      canvas.height = Math.round(clientHeight * devicePixelRatio)
    }
    this.#painter.resized()
    this.draw('base', 'overlay')
  }

  #paint(): void {
    const due = this.#due
    this.#due = new Set()
    if (this.width === 0) return
    const [below, above] = this.#canvases
    const isPaper = matchMedia('print').matches
    if (isPaper || due.has('base')) this.#draw(below, isPaper ? ['base', 'overlay'] : ['base'])
    if (!isPaper && due.has('overlay')) this.#draw(above, ['overlay'])
  }

  /** Draws afresh. Paper gets both layers on the lower canvas: there, clearing the upper one takes away what lies below it. */
  #draw(canvas: HTMLCanvasElement, layers: readonly ('base' | 'overlay')[]): void {
    const context = canvas.getContext('2d')
    if (context === null) return
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
    context.clearRect(0, 0, this.width, this.height)
    for (const layer of layers) this.#painter[layer](context)
  }
}

/** A colour of the style sheet, light or dark as the screen is. */
export function styleColour(name: 'ink' | 'paper' | 'muted' | 'accent' | 'right' | 'wrong' | `p${number}`): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}

/** Something beside the pointer. */
export class Tooltip {
  readonly element = h('div', { className: 'tooltip', hidden: true })
  #content = ''

  /** Shows what `make` makes of `key`, made anew only where the key changes, beside a place of `layers`. */
  show(layers: Layers, [x, y]: Place, key: string, make: () => HTMLElement): void {
    if (this.#content !== key) {
      this.#content = key
      this.element.replaceChildren(make())
      this.element.dataset.key = key
    }
    this.element.hidden = false
    const [left, top] = [x > layers.width / 2, y > layers.height / 2]
    const { offsetWidth } = this.element
    const wanted = left ? x - 18 - offsetWidth : x + 18
    this.element.style.left = `${Math.max(4, Math.min(layers.width - offsetWidth - 4, wanted))}px`
    this.element.style.top = top ? 'auto' : `${y + 12}px`
    this.element.style.bottom = top ? `${layers.height - y + 12}px` : 'auto'
  }

  hide(): void {
    this.element.hidden = true
  }
}
