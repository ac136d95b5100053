import type { ReportData } from '../data.ts'
import { text } from '../svg/element.ts'
import { type Picture, picture } from '../svg/picture.ts'
import { fitText } from '../svg/text-width.ts'
import { framedPhoto, type PhotoImages } from './photo.ts'
import { count, sourceOf } from './source.ts'

/** Two photos of a report. */
export interface Pair {
  readonly a: number
  readonly b: number
  readonly similarity: number
}

export const pairsShown = 12

/** The most similar pairs of one individual, or of two, among the photos' nearest neighbours; equal ones as their photos come. */
export function topPairs(data: ReportData, same: boolean, most: number = pairsShown): Pair[] {
  const pairs = data.neighbours.flatMap(({ photos, similarities }, a) =>
    photos.flatMap((b, k) => {
      const isSame = data.photos[a]!.identity === data.photos[b]!.identity
      const twice = b < a && data.neighbours[b]!.photos.includes(a)
      return isSame === same && !twice ? [{ a, b, similarity: similarities[k]! }] : []
    }),
  )
  return pairs.sort((p, q) => q.similarity - p.similarity || p.a - q.a || p.b - q.b).slice(0, most)
}

/** The most similar pairs with their photos: `same` the correct ones, otherwise those that show two individuals. */
export function similarPairsChart(data: ReportData, same: boolean, images: PhotoImages): Picture | undefined {
  const pairs = topPairs(data, same)
  if (pairs.length === 0) return undefined
  const title = same
    ? 'Most similar pairs of one individual'
    : 'Most similar pairs of two individuals: mistakes waiting to happen'
  const leftOut =
    data.metrics.excludeSame === null ? '' : ' Pairs of one individual and encounter are left out, as in the scores.'
  const subtitle =
    `The ${count(pairs.length, 'pair')} of highest cosine similarity that ${same ? 'show one individual' : 'show different individuals'}, ` +
    `with names, similarity, flank and encounter where they are known.${leftOut}`
  const columns = 3
  const rows = Math.ceil(pairs.length / columns)
  const caption = { title, subtitle, source: sourceOf(data) }
  const name = same ? 'similar-pairs-correct' : 'similar-pairs-wrong'
  return picture(name, { height: 150 + rows * 196 }, caption, (area) => {
    const cell = area.width / columns
    const [width, height] = [(cell - 26) / 2, 106]
    return pairs
      .map(({ a, b, similarity }, i) => {
        const x = area.x + (i % columns) * cell + 2
        const y = area.y + 8 + Math.floor(i / columns) * 196
        const verdict = same ? 'right' : 'wrong'
        const sides = [a, b].map((photo, side) => {
          const left = x + side * (width + 6)
          const { file, identity, encounter, flank } = data.photos[photo]!
          const lines = [file, [flank, encounter].filter((word) => word !== '').join(', ')]
          return [
            framedPhoto(images.get(photo), { x: left, y: y + 24, width, height }, verdict),
            text(left, y + 24 + height + 17, fitText(data.identities[identity]!, width, 12), { bold: true }),
            ...lines.map((words, l) =>
              text(left, y + 24 + height + 32 + 13 * l, fitText(words, width, 10), { size: 10, class: 'muted' }),
            ),
          ].join('')
        })
        return text(x, y + 14, `${i + 1}.  cos ${similarity.toFixed(4)}`, { size: 13, bold: true }) + sides.join('')
      })
      .join('\n')
  })
}
