import type { ReportData } from '../data.ts'
import { text } from '../svg/element.ts'
import { type Picture, picture } from '../svg/picture.ts'
import { fitText } from '../svg/text-width.ts'
import { framedPhoto, type PhotoImages } from './photo.ts'
import { sourceOf } from './source.ts'

/** The first photos of a ranking that a sheet shows. */
export const sheetRanks = 10

const queriesShown = 8

export type SheetKind = 'hardest' | 'typical'

/** The queries of a sheet: those of lowest AP, or eight at even steps from the lowest to the highest. */
export function sheetQueries({ photos }: ReportData, kind: SheetKind): number[] {
  const scored = photos
    .flatMap(({ ap }, i) => (ap === null ? [] : [{ i, ap }]))
    .sort((a, b) => a.ap - b.ap || a.i - b.i)
  if (kind === 'hardest') return scored.slice(0, queriesShown).map(({ i }) => i)
  const steps = Math.min(queriesShown, scored.length)
  return Array.from({ length: steps }, (_, k) => scored[Math.round(((k + 0.5) / steps) * scored.length - 0.5)]!.i)
}

/** Photos that `retrievalSheet` shows. */
export function sheetPhotos(data: ReportData, kind: SheetKind): number[] {
  return sheetQueries(data, kind).flatMap((query) => [query, ...data.neighbours[query]!.photos.slice(0, sheetRanks)])
}

/** A row for each query: the photo asked about, and the first ten of its ranking, right and wrong. */
export function retrievalSheet(data: ReportData, kind: SheetKind, images: PhotoImages): Picture | undefined {
  const queries = sheetQueries(data, kind)
  if (queries.length === 0) return undefined
  const which =
    kind === 'hardest'
      ? `The ${queries.length} queries of lowest average precision`
      : `${queries.length} queries at even steps of average precision, the worse above`
  const subtitle =
    `${which}, of ${data.metrics.queries}: on the left the photo asked about with its AP, beside it the ${sheetRanks} most similar photos. ` +
    '✓ green: the same individual; ✗ red: another one. Numbers are cosine similarities.'
  const title = kind === 'hardest' ? 'Retrieval: the hardest queries' : 'Retrieval: from the worst to the best'
  const rowHeight = 128
  const size = { width: 1240, height: 148 + queries.length * rowHeight }
  return picture(`retrieval-${kind}`, size, { title, subtitle, source: sourceOf(data) }, (area) => {
    const cell = (area.width - 16) / (sheetRanks + 1)
    const [width, height] = [cell - 8, 68]
    return queries
      .map((query, row) => {
        const y = area.y + 8 + row * rowHeight
        const identity = data.photos[query]!.identity
        const { photos, similarities } = data.neighbours[query]!
        const cells = [query, ...photos.slice(0, sheetRanks)].map((photo, k) => {
          const x = area.x + 2 + k * cell + (k === 0 ? 0 : 16)
          const shown = data.photos[photo]!
          const right = shown.identity === identity
          const number = k === 0 ? `AP ${shown.ap!.toFixed(2)}` : similarities[k - 1]!.toFixed(3)
          const lines = [number, data.identities[shown.identity]!, shown.file]
          return [
            framedPhoto(images.get(photo), { x, y, width, height }, k === 0 ? 'query' : right ? 'right' : 'wrong'),
            ...lines.map((words, l) =>
              text(x, y + height + 15 + 13 * l, fitText(words, width, 10), {
                size: 10,
                bold: l === 0,
                class: l === 2 ? 'muted' : 'ink',
              }),
            ),
          ].join('')
        })
        return cells.join('')
      })
      .join('\n')
  })
}
