import type { Photo, Side } from '../data/index.ts'
import type { FlankProposal } from '../flank/index.ts'
import type { AddedColumn } from './split-rows.ts'

/** What is known of a photo's flank: stated by a column or folder, said by its file's name, proposed, or nothing where it could not be read. */
export type FlankOf =
  | { readonly from: 'stated' | 'name'; readonly flank: string }
  | ({ readonly from: 'proposed' } & FlankProposal)
  | undefined

/** What each photo's flank is known by: only those without one need a proposal. */
export function knownFlanks(photos: readonly Photo[], sides: readonly (Side | undefined)[]): FlankOf[] {
  return photos.map(({ flank }, i): FlankOf => {
    if (flank !== undefined) return { from: 'stated', flank }
    const side = sides[i]
    return side === undefined ? undefined : { from: 'name', flank: side }
  })
}

/**
 * Columns that fill in what a table does not say: `flank`, nothing where it is stated or unsure; `flank_confidence` of proposals; `flank_from`: stated,
 * name, proposed or unsure. A flank that was proposed before, and is stated by the table since, keeps what was said of it.
 */
export function flankColumns(photos: readonly Photo[], flanks: readonly FlankOf[]): AddedColumn[] {
  const column = (
    field: 'flank' | 'flank_confidence' | 'flank_from',
    cell: (found: FlankOf, photo: Photo) => string,
  ) => ({
    field,
    cells: flanks.map((found, i) => cell(found, photos[i]!)),
    fill: true as const,
  })
  return [
    column('flank', (found) => (found === undefined || found.from === 'stated' ? '' : (found.flank ?? ''))),
    column('flank_confidence', (found) => (found?.from === 'proposed' ? found.confidence.toFixed(3) : '')),
    column('flank_from', (found, { extra }) => {
      if (found === undefined) return ''
      if (found.from === 'stated') return extra.flank_from ? '' : 'stated'
      return found.from === 'proposed' && found.flank === undefined ? 'unsure' : found.from
    }),
  ]
}
