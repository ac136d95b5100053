import { cividisAt } from './cividis.ts'
import { capital, type Measure, measureWords } from './measure.ts'
import { element, line, text } from './svg/element.ts'
import { type Area, type Picture, picture } from './svg/picture.ts'
import { linear } from './svg/scale.ts'
import { fitText } from './svg/text-width.ts'
import { count } from './words.ts'

/** What a cell shows: the similarity of two photos, as cosine −1 to 1, or 1 − similarity, as cosine 0 to 2. */
export type HeatMapKind = 'similarity' | 'distance'

/** Similarities of photos with each other. */
export interface HeatMapChannels {
  readonly kind: HeatMapKind
  /** The matrix as a picture, a data: address: that of `heatMapPixels`. */
  readonly image: string
  /** Colours run from this similarity to 1. */
  readonly low: number
  /** The individual of each row, by its position in `names`; an individual's rows lie together. */
  readonly owners: readonly number[]
  readonly names: readonly string[]
  /** How many photos there are in all; the matrix may have fewer. */
  readonly photos: number
  /** What the similarities are. */
  readonly measure: Measure
  readonly source: string
}

/** Pixels across beyond which neighbouring pairs are averaged: more would not print. */
const mostPixels = 1000

/** A heat map as an image: RGBA bytes, row by row. */
export interface HeatMapPixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** The matrix [n, n] in cividis, a pixel for each pair or the mean of a square of them: at most 1,000 pixels across. */
export function heatMapPixels(values: Float32Array, low: number, kind: HeatMapKind): HeatMapPixels {
  const n = Math.sqrt(values.length)
  const side = Math.ceil(n / mostPixels)
  const size = Math.ceil(n / side)
  const data = new Uint8Array(4 * size * size).fill(255)
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      let [sum, members] = [0, 0]
      for (let i = y * side; i < Math.min(n, (y + 1) * side); i++) {
        for (let j = x * side; j < Math.min(n, (x + 1) * side); j++, members++) sum += values[i * n + j]!
      }
      const share = (sum / members - low) / (1 - low)
      data.set(cividisAt(kind === 'similarity' ? share : 1 - share), 4 * (y * size + x))
    }
  }
  return { width: size, height: size, data }
}

/** Similarities (cos) or distances (1 − cos) of photos ordered by individual, with the blocks of individuals. */
export function heatMapChart(channels: HeatMapChannels): Picture {
  const { kind, image, low, owners, photos, measure, source } = channels
  const n = owners.length
  const side = Math.ceil(n / mostPixels)
  const part = n === photos ? '' : ` Of ${photos} photos the first of each individual, ${n} in all.`
  const each = side === 1 ? 'a pixel for each pair' : `each pixel the mean of ${side} × ${side} pairs`
  const range =
    kind === 'similarity'
      ? `colours from ${low.toFixed(2).replace('-', '−')} to 1`
      : `colours from 0 to ${(1 - low).toFixed(2)}`
  const words = measureWords[measure]
  const what = capital(kind === 'similarity' ? words.one : words.distance)
  const subtitle =
    `${what} of ${count(n, 'photo')}, ordered by individual, ${each}; squares on the diagonal are the photos of one individual; ${range}, ` +
    `what is beyond clipped.${part} Colours: cividis.`
  const title = kind === 'similarity' ? 'Similarity of every two photos' : 'Distance of every two photos'
  return picture(`heat-map-${kind}`, { width: 1000, height: 920 }, { title, subtitle, source }, (outer) => {
    const across = Math.min(outer.height - 12, outer.width - 210)
    const area = { x: outer.x + 112, y: outer.y + 6, width: across, height: across }
    return [
      element('image', { ...area, href: image, preserveAspectRatio: 'none', 'image-rendering': 'optimizeSpeed' }),
      ...blocks(channels, area),
      ...colourBar(kind, low, { x: area.x + across + 24, y: area.y, width: 16, height: Math.min(260, across) }),
    ].join('\n')
  })
}

/** A square around each individual's photos, and its name beside it where there is room. */
function blocks({ owners, names }: HeatMapChannels, { x, y, width }: Area): string[] {
  const cell = width / owners.length
  const parts: string[] = []
  let labelled = Number.NEGATIVE_INFINITY
  for (let begin = 0; begin < owners.length; ) {
    let end = begin + 1
    while (owners[end] === owners[begin]) end++
    const [from, size] = [begin * cell, (end - begin) * cell]
    const square = { x: x + from, y: y + from, width: size, height: size }
    parts.push(element('rect', { ...square, class: 'block-rim' }), element('rect', { ...square, class: 'block' }))
    if (begin > 0 && size > 6) {
      parts.push(line(x, y + from, x - 4, y + from, 'axis'))
    }
    const middle = y + from + size / 2
    if (middle - labelled >= 11) {
      labelled = middle
      parts.push(text(x - 8, middle + 4, fitText(names[owners[begin]!]!, 102, 10), { size: 10, anchor: 'end' }))
    }
    begin = end
  }
  return parts
}

function colourBar(kind: HeatMapKind, low: number, { x, y, width, height }: Area): string[] {
  const steps = 64
  const [bottom, top] = kind === 'similarity' ? [low, 1] : [0, 1 - low]
  const scale = linear([bottom, top], [y + height, y], { ticks: 5, nice: false })
  const cells = Array.from({ length: steps }, (_, i) => {
    const [r, g, b] = cividisAt((i + 0.5) / steps)
    const at = y + height - ((i + 1) * height) / steps
    return element('rect', {
      x,
      y: at,
      width,
      height: height / steps + 0.5,
      fill: `rgb(${r},${g},${b})`,
      'shape-rendering': 'crispEdges',
    })
  })
  return [
    ...cells,
    ...scale.ticks.map((tick) =>
      text(x + width + 6, scale.at(tick) + 4, scale.format(tick), { class: 'muted', size: 11 }),
    ),
  ]
}
