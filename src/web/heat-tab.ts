import { cividisAt, count, measureWords } from '../chart/index.ts'
import { ColourScale } from './colour-scale.ts'
import { button, choice, h } from './dom.ts'
import { type Drag, type GestureListener, listenToGestures } from './gestures.ts'
import { Layers, type Painter, styleColour, Tooltip } from './layers.ts'
import type { Model } from './model.ts'
import { photoCard } from './photo-card.ts'
import type { Place } from './points.ts'
import { fitView, panned, placeAt, type View, zoomed } from './view.ts'

/** The rows of one individual in the matrix. */
interface Block {
  readonly identity: number
  readonly begin: number
  readonly end: number
}

/** The matrix of all pairs: hover, zoom, click through to the pair. */
class HeatMap implements Painter, GestureListener {
  readonly layers: Layers
  readonly blocks: readonly Block[]
  readonly #model: Model
  readonly #open: (a: number, b: number) => void
  readonly #tooltip = new Tooltip()
  readonly #size: number
  #image: HTMLCanvasElement | undefined
  #distance = false
  #view: View = { scale: 1, x: 0, y: 0 }
  #cell: readonly [row: number, column: number] | undefined

  constructor(model: Model, open: (a: number, b: number) => void) {
    this.#model = model
    this.#open = open
    this.#size = model.ranking.size
    this.blocks = blocksOf(model)
    this.layers = new Layers(
      'heat map of all pairs: arrow keys go from pair to pair, Enter opens one, plus and minus zoom',
      this,
    )
    this.layers.addZoomButtons(
      (factor) => this.zoom(factor),
      () => this.whole(),
    )
    this.layers.element.append(this.#tooltip.element)
    listenToGestures(this.layers, this)
    this.layers.target.addEventListener('keydown', (event) => {
      if (this.#key(event)) event.preventDefault()
    })
  }

  /** cos, or 1 − cos. */
  show(kind: 'similarity' | 'distance'): void {
    this.#distance = kind === 'distance'
    this.#image = undefined
    this.layers.draw('base', 'overlay')
  }

  whole(): void {
    this.#tooltip.hide()
    this.#view = fitView(this.#size, this.layers.width, this.layers.height)
    this.layers.draw('base', 'overlay')
  }

  zoomTo({ begin, end }: Block): void {
    const { scale, x, y } = fitView(end - begin, this.layers.width, this.layers.height, 40)
    this.#view = { scale, x: x - begin * scale, y: y - begin * scale }
    this.layers.draw('base', 'overlay')
  }

  resized(): void {
    this.#view = fitView(this.#size, this.layers.width, this.layers.height)
  }

  base(context: CanvasRenderingContext2D): void {
    const { scale, x, y } = this.#view
    this.#image ??= this.#paintMatrix()
    context.imageSmoothingEnabled = scale < 1
    context.drawImage(this.#image, x, y, this.#size * scale, this.#size * scale)
    context.beginPath()
    for (const { begin, end } of this.blocks) {
      const side = (end - begin) * scale
      if (side >= 3) context.rect(x + begin * scale, y + begin * scale, side, side)
    }
    for (const [colour, width] of [
      ['#000000', 2.4],
      ['#FFFFFF', 1],
    ] as const) {
      context.strokeStyle = colour // both, to be seen on every colour of the scale
      context.lineWidth = width
      context.stroke()
    }
  }

  overlay(context: CanvasRenderingContext2D): void {
    this.#names(context)
    if (this.#cell === undefined) return
    const { scale, x, y } = this.#view
    const [row, column] = this.#cell
    const side = Math.max(scale, 4)
    context.strokeStyle = styleColour('accent')
    context.lineWidth = 1
    context.beginPath()
    context.moveTo(x + (column + 0.5) * scale, 0)
    context.lineTo(x + (column + 0.5) * scale, this.layers.height)
    context.moveTo(0, y + (row + 0.5) * scale)
    context.lineTo(this.layers.width, y + (row + 0.5) * scale)
    context.stroke()
    context.lineWidth = 2
    context.strokeRect(x + (column + 0.5) * scale - side / 2, y + (row + 0.5) * scale - side / 2, side, side)
  }

  /** Individuals' names left of the matrix, or along the left edge, where their blocks are high enough. */
  #names(context: CanvasRenderingContext2D): void {
    const { scale, x, y } = this.#view
    context.font = "11px 'DejaVu Sans', Verdana, sans-serif"
    context.textBaseline = 'middle'
    context.lineWidth = 3
    context.strokeStyle = styleColour('paper')
    context.fillStyle = styleColour('ink')
    for (const { identity, begin, end } of this.blocks) {
      const top = Math.max(0, y + begin * scale)
      const bottom = Math.min(this.layers.height, y + end * scale)
      if (bottom - top < 11) continue
      const name = this.#model.data.identities[identity]!
      const left = Math.max(6, x - 8 - context.measureText(name).width)
      context.strokeText(name, left, (top + bottom) / 2)
      context.fillText(name, left, (top + bottom) / 2)
    }
  }

  /** A pixel for each pair, once. */
  #paintMatrix(): HTMLCanvasElement {
    const n = this.#size
    const { ranking, data } = this.#model
    const { low } = data.matrix
    const canvas = h('canvas', { width: n, height: n })
    const context = canvas.getContext('2d')
    if (context === null) return canvas
    const image = context.createImageData(n, n)
    const steps = 255
    const colours = Array.from({ length: steps + 1 }, (_, i) => cividisAt(this.#distance ? 1 - i / steps : i / steps))
    for (let row = 0; row < n; row++) {
      for (let column = row; column < n; column++) {
        const share = (ranking.at(row, column) - low) / (1 - low)
        const colour = colours[Math.max(0, Math.min(steps, Math.round(share * steps)))]!
        for (const at of [4 * (row * n + column), 4 * (column * n + row)]) {
          image.data[at] = colour[0]
          image.data[at + 1] = colour[1]
          image.data[at + 2] = colour[2]
          image.data[at + 3] = 255
        }
      }
    }
    context.putImageData(image, 0, 0)
    return canvas
  }

  #cellAt(place: Place): readonly [number, number] | undefined {
    const [column, row] = placeAt(this.#view, place).map(Math.floor) as [number, number]
    const inside = column >= 0 && row >= 0 && column < this.#size && row < this.#size
    return inside ? [row, column] : undefined
  }

  #point(cell: readonly [number, number] | undefined): void {
    if (cell?.[0] === this.#cell?.[0] && cell?.[1] === this.#cell?.[1]) return
    this.#cell = cell
    this.layers.draw('overlay')
    if (cell === undefined) return this.#tooltip.hide()
    const { scale, x, y } = this.#view
    const [row, column] = cell
    const key = `${row} ${column} ${this.#distance ? 'distance' : 'similarity'}`
    const place = [x + (column + 0.5) * scale, y + (row + 0.5) * scale] as const
    this.#tooltip.show(this.layers, place, key, () => this.#card(cell))
  }

  #photos([row, column]: readonly [number, number]): [number, number] {
    const { order } = this.#model.data.matrix
    return [order[row]!, order[column]!]
  }

  #card(cell: readonly [number, number]): HTMLElement {
    const [a, b] = this.#photos(cell)
    const similarity = this.#model.ranking.at(...cell)
    const number = this.#distance ? `distance ${(1 - similarity).toFixed(4)}` : `similarity ${similarity.toFixed(4)}`
    const verdict = a === b ? 'one photo' : this.#model.same(a, b) ? 'the same individual' : 'two individuals'
    const cards = (a === b ? [a] : [a, b]).map((photo) => photoCard(this.#model, photo))
    return h(
      'div',
      {},
      h('strong', { textContent: `${number}, ${verdict}` }),
      h('div', { className: 'pair' }, ...cards),
    )
  }

  hover(place: Place | undefined): void {
    this.#point(place === undefined ? undefined : this.#cellAt(place))
  }

  tap(place: Place): void {
    const cell = this.#cellAt(place)
    if (cell !== undefined) this.#open(...this.#photos(cell))
  }

  drag({ last, place }: Drag): void {
    this.pan(place[0] - last[0], place[1] - last[1])
  }

  drop(): void {}

  pan(dx: number, dy: number): void {
    this.#point(undefined)
    this.#view = panned(this.#view, dx, dy)
    this.layers.draw('base', 'overlay')
  }

  zoom(factor: number, about: Place = [this.layers.width / 2, this.layers.height / 2]): void {
    this.#view = zoomed(this.#view, factor, about, [0.1, 200])
    this.#tooltip.hide()
    this.layers.draw('base', 'overlay')
  }

  fingerDrags(): boolean {
    return false
  }

  recoloured(): void {
    this.layers.draw('base', 'overlay')
  }

  #key({ key }: KeyboardEvent): boolean {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[key]
    if (step !== undefined) {
      const within = (v: number) => Math.max(0, Math.min(this.#size - 1, v))
      const [row, column] = this.#cell ?? [0, 0]
      this.#point(this.#cell === undefined ? [0, 0] : [within(row + step[0]!), within(column + step[1]!)])
    } else if (key === '+' || key === '=') this.zoom(1.4)
    else if (key === '-') this.zoom(1 / 1.4)
    else if (key === '0') this.whole()
    else if (key === 'Enter' && this.#cell !== undefined) this.#open(...this.#photos(this.#cell))
    else return false
    return true
  }
}

function blocksOf({ data }: Model): Block[] {
  const owners = data.matrix.order.map((photo) => data.photos[photo]!.identity)
  const blocks: Block[] = []
  for (let begin = 0; begin < owners.length; ) {
    let end = begin + 1
    while (owners[end] === owners[begin]) end++
    blocks.push({ identity: owners[begin]!, begin, end })
    begin = end
  }
  return blocks
}

/** The heat map with its controls. */
export function heatTab(model: Model, open: (a: number, b: number) => void): HTMLElement {
  const map = new HeatMap(model, open)
  const { measure } = model.data
  const { order, low } = model.data.matrix
  const scale = new ColourScale()
  const show = (value: 'similarity' | 'distance') => {
    scale.show(value, low)
    map.show(value)
  }
  scale.show('similarity', low)
  const missing = model.data.photos.length - order.length
  const kind = choice(
    'Show',
    [
      ['similarity', measureWords[measure].one],
      ['distance', measure === 'cosine' ? 'distance, 1 − cosine' : 'distance, 1 − similarity'],
    ],
    (value) => show(value === 'distance' ? 'distance' : 'similarity'),
  )
  const names = map.blocks.map(({ identity }, i) => [String(i), model.data.identities[identity]!] as const)
  const block = choice('Zoom to', [['', 'all individuals'], ...names], (value) =>
    value === '' ? map.whole() : map.zoomTo(map.blocks[Number(value)]!),
  )
  return h(
    'div',
    { className: 'with-side' },
    map.layers.element,
    h(
      'aside',
      {},
      kind.element,
      scale.element,
      block.element,
      button('Whole matrix', () => {
        block.select.value = ''
        map.whole()
      }),
      h('p', {
        className: 'note',
        textContent:
          `${count(order.length, 'photo')} ordered by individual; squares are the photos of one individual. Point for a pair, click to open it. ` +
          'Colours: cividis, what is beyond clipped.' +
          (missing > 0
            ? ` The first photos of each individual; ${count(missing, 'other is', 'others are')} left out.`
            : ''),
      }),
    ),
  )
}
