import { encodePng } from '../../images/index.ts'
import type { ReportData, SimilarityMatrix } from '../data.ts'
import { unpackMatrix } from '../matrix.ts'
import { cividisAt } from '../page/cividis.ts'
import { element, line, text } from '../svg/element.ts'
import { type Area, type Picture, picture } from '../svg/picture.ts'
import { linear } from '../svg/scale.ts'
import { fitText } from '../svg/text-width.ts'
import { count, sourceOf } from './source.ts'

export type HeatMapKind = 'similarity' | 'distance'

/** Pixels across beyond which neighbouring pairs are averaged: more would not print. */
const mostPixels = 1000

/** The matrix as a PNG in a data: address, a pixel for each pair or the mean of a square of them. */
export async function heatMapImage(matrix: SimilarityMatrix, kind: HeatMapKind): Promise<string> {
  const n = matrix.order.length
  const values = unpackMatrix(matrix)
  const side = Math.ceil(n / mostPixels)
  const size = Math.ceil(n / side)
  const data = new Uint8Array(4 * size * size).fill(255)
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      let [sum, members] = [0, 0]
      for (let i = y * side; i < Math.min(n, (y + 1) * side); i++) {
        for (let j = x * side; j < Math.min(n, (x + 1) * side); j++, members++) sum += values[i * n + j]!
      }
      const share = (sum / members - matrix.low) / (1 - matrix.low)
      data.set(cividisAt(kind === 'similarity' ? share : 1 - share), 4 * (y * size + x))
    }
  }
  return `data:image/png;base64,${Buffer.from(await encodePng({ width: size, height: size, data })).toString('base64')}`
}

/** Similarities (cos) or distances (1 − cos) of photos ordered by individual, with the blocks of individuals. */
export function heatMapChart(data: ReportData, kind: HeatMapKind, image: string): Picture {
  const { order, low } = data.matrix
  const n = order.length
  const side = Math.ceil(n / mostPixels)
  const part =
    n === data.photos.length ? '' : ` Of ${data.photos.length} photos the first of each individual, ${n} in all.`
  const each = side === 1 ? 'a pixel for each pair' : `each pixel the mean of ${side} × ${side} pairs`
  const range =
    kind === 'similarity'
      ? `colours from ${low.toFixed(2).replace('-', '−')} to 1`
      : `colours from 0 to ${(1 - low).toFixed(2)}`
  const what = kind === 'similarity' ? 'Cosine similarity' : 'Cosine distance, 1 − cos,'
  const subtitle =
    `${what} of ${count(n, 'photo')}, ordered by individual, ${each}; squares on the diagonal are the photos of one individual; ${range}, ` +
    `what is beyond clipped.${part} Colours: cividis.`
  const title = kind === 'similarity' ? 'Similarity of every two photos' : 'Distance of every two photos'
  return picture(
    `heat-map-${kind}`,
    { width: 1000, height: 920 },
    { title, subtitle, source: sourceOf(data) },
    (outer) => {
      const across = Math.min(outer.height - 12, outer.width - 210)
      const area = { x: outer.x + 112, y: outer.y + 6, width: across, height: across }
      return [
        element('image', { ...area, href: image, preserveAspectRatio: 'none', 'image-rendering': 'optimizeSpeed' }),
        ...blocks(data, area),
        ...colourBar(kind, low, { x: area.x + across + 24, y: area.y, width: 16, height: Math.min(260, across) }),
      ].join('\n')
    },
  )
}

/** A square around each individual's photos, and its name beside it where there is room. */
function blocks(data: ReportData, { x, y, width }: Area): string[] {
  const owners = data.matrix.order.map((photo) => data.photos[photo]!.identity)
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
      parts.push(
        text(x - 8, middle + 4, fitText(data.identities[owners[begin]!]!, 102, 10), { size: 10, anchor: 'end' }),
      )
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
