import { markCorners } from '../chart/index.ts'
import { type Coloring, type Colours, coloursOf } from './colours.ts'
import { type Drag, type GestureListener, listenToGestures } from './gestures.ts'
import { Layers, type Painter, styleColour, Tooltip } from './layers.ts'
import { MapNames } from './map-names.ts'
import type { Model } from './model.ts'
import { photoCard } from './photo-card.ts'
import { type Place, PointGrid, unitPlaces } from './points.ts'
import { fitView, panned, placeAt, type View, zoomed } from './view.ts'

export type MapMode = 'move' | 'box' | 'lasso'

/** How near a photo a pointer, or a finger, must come, px. */
const reachPx = 14
const fingerReachPx = 26
const mapLimits = [60, 400_000] as const
const fullTurn = 2 * Math.PI

/** The map of the embeddings: points to hover, click, draw around; keys and fingers do what the pointer does. */
export class MapCanvas implements Painter, GestureListener {
  readonly layers: Layers
  readonly tooltip = new Tooltip()
  /** Called where the screen's colours changed. */
  onColours: ((colours: Colours) => void) | undefined
  #mode: MapMode = 'move'
  readonly #model: Model
  readonly #names: MapNames
  #grid: PointGrid
  #colours: Colours
  #coloring: Coloring = 'identity'
  #named = true
  #view: View = { scale: 1, x: 0, y: 0 }
  #hovered = -1
  /** Photos that a search found. */
  #found = new Set<number>()
  /** What is being drawn around photos. */
  #shape: readonly Place[] = []

  constructor(model: Model) {
    this.#model = model
    this.#names = new MapNames(model)
    this.#grid = this.#gridOf(0)
    this.#names.place(this.#grid)
    this.#colours = coloursOf(model, this.#coloring)
    this.layers = new Layers(
      'map of the embeddings: arrow keys go from photo to photo, Enter selects, plus and minus zoom',
      this,
    )
    this.layers.addZoomButtons(
      (factor) => this.zoom(factor),
      () => this.whole(),
    )
    this.layers.element.append(this.tooltip.element)
    listenToGestures(this.layers, this)
    this.layers.target.addEventListener('keydown', (event) => {
      if (this.#key(event)) event.preventDefault()
    })
    model.onChange(() => this.layers.draw('overlay'))
  }

  /** Shows another projection, the whole of it. */
  project(index: number): void {
    this.#grid = this.#gridOf(index)
    this.#names.place(this.#grid)
    this.whole()
  }

  colour(coloring: Coloring): Colours {
    this.#coloring = coloring
    this.#colours = coloursOf(this.#model, coloring)
    this.layers.draw('base', 'overlay')
    return this.#colours
  }

  recoloured(): void {
    this.onColours?.(this.colour(this.#coloring))
  }

  /** What a drag does. */
  set mode(mode: MapMode) {
    this.#mode = mode
    this.layers.element.classList.toggle('draws', mode !== 'move')
  }

  /** Whether individuals' names stand on the map. */
  set named(named: boolean) {
    this.#named = named
    this.layers.draw('base')
  }

  /** Rings around photos. */
  highlight(photos: readonly number[]): void {
    this.#found = new Set(photos)
    this.layers.draw('overlay')
  }

  whole(): void {
    this.tooltip.hide()
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
    const colours = { ink: styleColour('ink'), paper: styleColour('paper') }
    if (this.#named) this.#names.draw(context, (photo) => this.#pixel(photo), this.layers, colours)
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
    if (this.#shape.length > 0) drawShape(context, this.#shape)
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

  #pixel(photo: number): Place {
    const { scale, x, y } = this.#view
    return [this.#grid.x[photo]! * scale + x, this.#grid.y[photo]! * scale + y]
  }

  #gridOf(index: number): PointGrid {
    const { x, y } = this.#model.data.projections[index]!
    return new PointGrid(unitPlaces(x, y))
  }

  #under(place: Place, reach: number): number {
    return this.#grid.nearest(placeAt(this.#view, place), reach / this.#view.scale)
  }

  #show(photo: number): void {
    if (photo !== this.#hovered) {
      this.#hovered = photo
      this.layers.draw('overlay')
    }
    if (photo < 0) this.tooltip.hide()
    else this.tooltip.show(this.layers, this.#pixel(photo), String(photo), () => photoCard(this.#model, photo))
  }

  hover(place: Place | undefined): void {
    this.#show(place === undefined ? -1 : this.#under(place, reachPx))
  }

  tap(place: Place, finger: boolean): void {
    const photo = this.#under(place, finger ? fingerReachPx : reachPx)
    this.#model.choose(photo < 0 ? [] : [photo])
    if (finger) this.#show(photo)
  }

  drag({ from, last, place, shift }: Drag): void {
    this.tooltip.hide()
    const mode = shift && this.#mode === 'move' ? 'box' : this.#mode
    if (mode === 'move') return this.pan(place[0] - last[0], place[1] - last[1])
    if (mode === 'box') this.#shape = [from, [place[0], from[1]], place, [from[0], place[1]]]
    else this.#shape = [...(this.#shape.length === 0 ? [from] : this.#shape), place]
    this.layers.draw('overlay')
  }

  drop(drag: Drag | undefined): void {
    const shape = this.#shape
    this.#shape = []
    if (drag !== undefined && shape.length > 0) {
      this.#model.choose(this.#grid.inside(shape.map((corner) => placeAt(this.#view, corner))))
    }
    this.layers.draw('overlay')
  }

  pan(dx: number, dy: number): void {
    this.tooltip.hide()
    this.#view = panned(this.#view, dx, dy)
    this.layers.draw('base', 'overlay')
  }

  zoom(factor: number, about: Place = [this.layers.width / 2, this.layers.height / 2]): void {
    this.#view = zoomed(this.#view, factor, about, mapLimits)
    this.tooltip.hide()
    this.layers.draw('base', 'overlay')
  }

  fingerDrags(): boolean {
    return this.#mode !== 'move'
  }

  /** Whether the key meant something here. */
  #key({ key, shiftKey }: KeyboardEvent): boolean {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key]
    if (step !== undefined) {
      const [dx, dy] = step as [number, number]
      if (shiftKey) this.pan(-60 * dx, -60 * dy)
      else this.#show(this.#towards(dx, dy))
      return true
    }
    if (key === '+' || key === '=') this.zoom(1.4)
    else if (key === '-') this.zoom(1 / 1.4)
    else if (key === '0') this.whole()
    else if (key === 'Escape') {
      this.#model.choose([])
      this.#show(-1)
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

function drawShape(context: CanvasRenderingContext2D, shape: readonly Place[]): void {
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
