import { markCorners } from '../chart/index.ts'
import { type Coloring, type Colours, coloursOf } from './colours.ts'
import { Layers, type Painter, styleColour, Tooltip } from './layers.ts'
import type { Model } from './model.ts'
import { photoCard } from './photo-card.ts'
import { type Place, PointGrid, unitPlaces } from './points.ts'
import { fitView, panned, placeAt, type View, zoomed } from './view.ts'

export type MapMode = 'move' | 'box' | 'lasso'

const reachPx = 14
const mapLimits = [60, 400_000] as const
const fullTurn = 2 * Math.PI

/** The map of the embeddings: points to hover, click, draw around; keys do what the pointer does. */
export class MapCanvas implements Painter {
  readonly layers: Layers
  readonly tooltip = new Tooltip()
  mode: MapMode = 'move'
  readonly #model: Model
  #grid: PointGrid
  #colours: Colours
  #coloring: Coloring = 'identity'
  #view: View = { scale: 1, x: 0, y: 0 }
  #hovered = -1
  /** Photos that a search found. */
  #found = new Set<number>()
  #drag: { readonly from: Place; last: Place; moved: boolean; readonly mode: MapMode; path: Place[] } | undefined

  constructor(model: Model) {
    this.#model = model
    this.#grid = this.#gridOf(0)
    this.#colours = coloursOf(model, this.#coloring)
    this.layers = new Layers(
      'map of the embeddings: arrow keys go from photo to photo, Enter selects, plus and minus zoom',
      this,
    )
    this.layers.element.append(this.tooltip.element)
    this.#listen()
    model.onChange(() => this.layers.draw('overlay'))
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.colour(this.#coloring))
  }

  /** Shows another projection, the whole of it. */
  project(index: number): void {
    this.#grid = this.#gridOf(index)
    this.whole()
  }

  colour(coloring: Coloring): Colours {
    this.#coloring = coloring
    this.#colours = coloursOf(this.#model, coloring)
    this.layers.draw('base', 'overlay')
    return this.#colours
  }

  /** Rings around photos. */
  highlight(photos: readonly number[]): void {
    this.#found = new Set(photos)
    this.layers.draw('overlay')
  }

  whole(): void {
    this.#view = fitView(1, this.layers.width, this.layers.height)
    this.layers.draw('base', 'overlay')
  }

  resized(): void {
    this.#view = fitView(1, this.layers.width, this.layers.height)
  }

  base(context: CanvasRenderingContext2D): void {
    const { scale, x, y } = this.#view
    const { x: xs, y: ys } = this.#grid
    const { width, height } = this.layers
    const radius = this.#radius()
    context.globalAlpha = 0.85
    for (const { colour, shape, photos } of this.#colours.groups) {
      const corners = markCorners[shape]!.map(([cx, cy]) => [(cx * radius) / 4, (cy * radius) / 4] as const)
      context.fillStyle = colour
      context.beginPath()
      for (const photo of photos) {
        const px = xs[photo]! * scale + x
        const py = ys[photo]! * scale + y
        if (px < -radius || py < -radius || px > width + radius || py > height + radius) continue
        if (shape === 0) {
          context.moveTo(px + radius, py)
          context.arc(px, py, radius, 0, fullTurn)
        } else {
          for (const [k, [cx, cy]] of corners.entries()) {
            if (k === 0) context.moveTo(px + cx, py + cy)
            else context.lineTo(px + cx, py + cy)
          }
          context.closePath()
        }
      }
      context.fill()
    }
  }

  overlay(context: CanvasRenderingContext2D): void {
    const { chosen, selected, data } = this.#model
    context.strokeStyle = styleColour('ink')
    context.lineWidth = 1.6
    this.#rings(context, chosen, this.#radius() + 2)
    this.#rings(context, [...this.#found], this.#radius() + 3)
    if (this.#hovered >= 0) {
      const { identity } = data.photos[this.#hovered]!
      const own = data.photos.flatMap((photo, i) => (photo.identity === identity ? [i] : []))
      context.strokeStyle = styleColour('accent')
      this.#rings(context, own, this.#radius() + 1.5)
      context.lineWidth = 3
      this.#rings(context, [this.#hovered], this.#radius() + 4)
    }
    context.lineWidth = 3
    context.strokeStyle = styleColour('ink')
    this.#rings(context, [selected], this.#radius() + 5)
    if (this.#drag?.moved && this.#drag.mode !== 'move') this.#drawShape(context, this.#shape(this.#drag))
  }

  #radius(): number {
    return Math.max(
      2.6,
      Math.min(6, 7.2 - 1.15 * Math.log10(this.#model.data.photos.length) + Math.log2(this.#view.scale / 600)),
    )
  }

  #rings(context: CanvasRenderingContext2D, photos: readonly number[], radius: number): void {
    context.beginPath()
    for (const photo of photos) {
      const [px, py] = this.#pixel(photo)
      context.moveTo(px + radius, py)
      context.arc(px, py, radius, 0, fullTurn)
    }
    context.stroke()
  }

  #drawShape(context: CanvasRenderingContext2D, shape: readonly Place[]): void {
    context.beginPath()
    for (const [px, py] of shape) context.lineTo(px, py)
    context.closePath()
    context.lineWidth = 1.5
    context.strokeStyle = styleColour('accent')
    context.stroke()
    context.globalAlpha = 0.12
    context.fillStyle = styleColour('accent')
    context.fill()
    context.globalAlpha = 1
  }

  #pixel(photo: number): Place {
    const { scale, x, y } = this.#view
    return [this.#grid.x[photo]! * scale + x, this.#grid.y[photo]! * scale + y]
  }

  #gridOf(index: number): PointGrid {
    const { x, y } = this.#model.data.projections[index]!
    return new PointGrid(unitPlaces(x, y))
  }

  #hover(photo: number): void {
    if (photo !== this.#hovered) {
      this.#hovered = photo
      this.layers.draw('overlay')
    }
    if (photo < 0) this.tooltip.hide()
    else this.tooltip.show(this.layers, this.#pixel(photo), String(photo), () => photoCard(this.#model, photo))
  }

  #under(place: Place): number {
    return this.#grid.nearest(placeAt(this.#view, place), reachPx / this.#view.scale)
  }

  #zoom(factor: number, about: Place = [this.layers.width / 2, this.layers.height / 2]): void {
    this.#view = zoomed(this.#view, factor, about, mapLimits)
    this.tooltip.hide()
    this.layers.draw('base', 'overlay')
  }

  #listen(): void {
    const { target } = this.layers
    target.addEventListener('pointerdown', (event) => {
      const place = this.layers.placeOf(event)
      const mode = event.shiftKey && this.mode === 'move' ? 'box' : this.mode
      this.#drag = { from: place, last: place, moved: false, mode, path: [place] }
      target.setPointerCapture(event.pointerId)
    })
    target.addEventListener('pointermove', (event) => this.#move(this.layers.placeOf(event)))
    target.addEventListener('pointerup', (event) => this.#drop(this.layers.placeOf(event)))
    target.addEventListener('pointercancel', () => {
      this.#drag = undefined
      this.layers.draw('overlay')
    })
    target.addEventListener('pointerleave', () => this.#hover(-1))
    target.addEventListener('blur', () => this.#hover(-1))
    target.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault()
        this.#zoom(Math.exp(-event.deltaY / 400), this.layers.placeOf(event))
      },
      { passive: false },
    )
    target.addEventListener('keydown', (event) => {
      if (this.#key(event)) event.preventDefault()
    })
  }

  #move(place: Place): void {
    const drag = this.#drag
    if (drag === undefined) return this.#hover(this.#under(place))
    drag.moved ||= Math.hypot(place[0] - drag.from[0], place[1] - drag.from[1]) > 3
    if (!drag.moved) return
    this.tooltip.hide()
    if (drag.mode === 'move') {
      this.#view = panned(this.#view, place[0] - drag.last[0], place[1] - drag.last[1])
      this.layers.draw('base', 'overlay')
    } else {
      drag.path.push(place)
      this.layers.draw('overlay')
    }
    drag.last = place
  }

  #drop(place: Place): void {
    const drag = this.#drag
    this.#drag = undefined
    if (drag === undefined) return
    if (!drag.moved) {
      const photo = this.#under(place)
      this.#model.choose(photo < 0 ? [] : [photo])
    } else if (drag.mode !== 'move') {
      this.#model.choose(this.#grid.inside(this.#shape(drag).map((corner) => placeAt(this.#view, corner))))
    }
    this.layers.draw('overlay')
  }

  #shape({
    mode,
    from,
    last,
    path,
  }: {
    readonly mode: MapMode
    readonly from: Place
    readonly last: Place
    readonly path: readonly Place[]
  }): readonly Place[] {
    return mode === 'lasso' ? path : [from, [last[0], from[1]], last, [from[0], last[1]]]
  }

  /** Whether the key meant something here. */
  #key({ key, shiftKey }: KeyboardEvent): boolean {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key]
    if (step !== undefined) {
      const [dx, dy] = step as [number, number]
      if (shiftKey) {
        this.#view = panned(this.#view, -60 * dx, -60 * dy)
        this.layers.draw('base', 'overlay')
      } else this.#hover(this.#towards(dx, dy))
      return true
    }
    if (key === '+' || key === '=') this.#zoom(1.4)
    else if (key === '-') this.#zoom(1 / 1.4)
    else if (key === '0') this.whole()
    else if (key === 'Escape') {
      this.#model.choose([])
      this.#hover(-1)
    } else if (key === 'Enter' || key === ' ') {
      if (this.#hovered < 0) return false
      this.#model.choose([this.#hovered])
    } else return false
    return true
  }

  /** The nearest photo in a direction, what lies aside counting threefold; where there is none, the one we are at. */
  #towards(dx: number, dy: number): number {
    const from = this.#hovered < 0 ? this.#model.selected : this.#hovered
    if (this.#hovered < 0) return from
    const { x, y } = this.#grid
    let [best, least] = [from, Number.POSITIVE_INFINITY]
    for (let i = 0; i < x.length; i++) {
      const [ahead, aside] = [
        (x[i]! - x[from]!) * dx + (y[i]! - y[from]!) * dy,
        (x[i]! - x[from]!) * dy + (y[i]! - y[from]!) * dx,
      ]
      const distance = ahead + 3 * Math.abs(aside)
      if (ahead > 1e-9 && distance < least) [best, least] = [i, distance]
    }
    return best
  }
}
