import { element, text } from './svg/element.ts'
import { type Picture, picture } from './svg/picture.ts'
import { fitText } from './svg/text-width.ts'

/** A photo of a pair, drawn as large as its place allows. */
export interface MatchedPhoto {
  /** A data: address. */
  readonly image: string
  readonly widthPx: number
  readonly heightPx: number
  readonly name: string
}

/** A place in the left photo, x and y in its pixels, and the same place in the right one. */
export type PlacePair = readonly [x: number, y: number, otherX: number, otherY: number]

/** Two photos and the places that agree, with those that were found alike and do not. */
export interface MatchedPair {
  readonly photos: readonly [MatchedPhoto, MatchedPhoto]
  readonly places: readonly PlacePair[]
  /** Alike, but elsewhere: not counted. */
  readonly astray: readonly PlacePair[]
  /** What is written above it. */
  readonly title: string
}

/** Pairs below each other. */
export interface MatchedPlacesChannels {
  readonly pairs: readonly MatchedPair[]
  readonly source: string
}

const gap = 12
const head = 26

/** Photos side by side, lines between the places of the coat that agree, thin ones between those that are alike and do not. */
export function matchedPlacesChart({ pairs, source }: MatchedPlacesChannels): Picture {
  const caption = {
    title: 'Places of the coat found again',
    subtitle:
      'Solid lines join places of two photos that agree in position, scale and direction. What dashed lines join is alike and lies elsewhere.',
    source,
  }
  const cellWidth = (1000 - 56 - gap) / 2
  const heightOf = ({ photos }: MatchedPair) =>
    Math.max(...photos.map(({ widthPx, heightPx }) => (heightPx * cellWidth) / widthPx))
  const total = pairs.reduce((sum, pair) => sum + heightOf(pair) + head + gap, 0)
  return picture('matched-places', { height: 125 + total }, caption, (area) => {
    let top = area.y
    return pairs
      .map((pair) => {
        const drawn = drawPair(pair, { x: area.x, y: top, cellWidth })
        top += heightOf(pair) + head + gap
        return drawn
      })
      .join('\n')
  })
}

interface Corner {
  readonly x: number
  readonly y: number
  readonly cellWidth: number
}

function drawPair({ photos, places, astray, title }: MatchedPair, { x, y, cellWidth }: Corner): string {
  const lefts = [x, x + cellWidth + gap] as const
  const images = photos.map(({ image, widthPx, heightPx }, side) =>
    element('image', {
      x: lefts[side as 0 | 1],
      y: y + head,
      width: cellWidth,
      height: (heightPx * cellWidth) / widthPx,
      href: image,
    }),
  )
  const ends = ([ax, ay, bx, by]: PlacePair) => {
    const [a, b] = photos.map(({ widthPx }) => cellWidth / widthPx) as [number, number]
    return { x1: lefts[0] + ax * a, y1: y + head + ay * a, x2: lefts[1] + bx * b, y2: y + head + by * b }
  }
  const between = (pair: PlacePair, look: Readonly<Record<string, string | number>>) =>
    element('line', { ...ends(pair), ...look })
  const dots = (pair: PlacePair) => {
    const { x1, y1, x2, y2 } = ends(pair)
    return [
      [x1, y1],
      [x2, y2],
    ].map(([cx, cy]) => element('circle', { cx: cx!, cy: cy!, r: 3, fill: '#ffd400', stroke: '#000000' }))
  }
  return [
    text(x, y + 17, fitText(title, 2 * cellWidth, 13), { size: 13, bold: true }),
    ...images,
    ...astray.map((pair) => between(pair, { stroke: '#d0d0d0', 'stroke-width': 0.8, 'stroke-dasharray': '3 4' })),
    ...places.map((pair) => between(pair, { stroke: '#000000', 'stroke-width': 2.4, 'stroke-opacity': 0.35 })),
    ...places.map((pair) => between(pair, { stroke: '#ffd400', 'stroke-width': 1.2 })),
    ...places.flatMap(dots),
  ].join('')
}
