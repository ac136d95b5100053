import { framedPhoto, type Verdict } from './framed-photo.ts'
import { type Measure, measureWords } from './measure.ts'
import { text } from './svg/element.ts'
import { type Picture, picture } from './svg/picture.ts'
import { fitText } from './svg/text-width.ts'
import { count } from './words.ts'

/** The first photos of a ranking that a sheet shows. */
export const sheetRanks = 10

/** Queries of lowest AP, or at even steps from the lowest to the highest. */
export type SheetKind = 'hardest' | 'typical'

/** A photo on a sheet, and the words below it. */
export interface SheetPhoto {
  /** A data: address; undefined where there is none. */
  readonly image: string | undefined
  readonly verdict: Verdict
  /** The query's AP, or the similarity to it. */
  readonly number: string
  readonly name: string
  readonly file: string
}

/** Queries, each with the first photos of its ranking. */
export interface RetrievalSheetChannels {
  readonly kind: SheetKind
  /** Of each query: its photo, then the first of its ranking. */
  readonly rows: readonly (readonly SheetPhoto[])[]
  /** How many queries there are in all. */
  readonly queries: number
  /** What the similarities are. */
  readonly measure: Measure
  readonly source: string
}

/** A row for each query: the photo asked about, and the first ten of its ranking, right and wrong; undefined for none. */
export function retrievalSheet({ kind, rows, queries, measure, source }: RetrievalSheetChannels): Picture | undefined {
  if (rows.length === 0) return undefined
  const which =
    kind === 'hardest'
      ? `The ${count(rows.length, 'query', 'queries')} of lowest average precision`
      : `${count(rows.length, 'query', 'queries')} at even steps of average precision, the worse above`
  const places = measure === 'cosine' ? '' : ', behind them how many places agree'
  const subtitle =
    `${which}, of ${queries}: on the left the photo asked about with its AP, beside it the ${sheetRanks} most similar photos. ` +
    `✓ green: the same individual; ✗ red: another one. Numbers are ${measureWords[measure].many}${places}.`
  const title = kind === 'hardest' ? 'Retrieval: the hardest queries' : 'Retrieval: from the worst to the best'
  const rowHeight = 128
  const size = { width: 1240, height: 148 + rows.length * rowHeight }
  return picture(`retrieval-${kind}`, size, { title, subtitle, source }, (area) => {
    const cell = (area.width - 16) / (sheetRanks + 1)
    const [width, height] = [cell - 8, 68]
    return rows
      .map((photos, row) => {
        const y = area.y + 8 + row * rowHeight
        const cells = photos.map(({ image, verdict, number, name, file }, k) => {
          const x = area.x + 2 + k * cell + (k === 0 ? 0 : 16)
          return [
            framedPhoto(image, { x, y, width, height }, verdict),
            ...[number, name, file].map((words, l) =>
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
