import type { Photo } from './manifest.ts'
import { type Groups, groupsOf, type SplitKind } from './photo-groups.ts'
import type { Split } from './split.ts'

/** How photos whose identity is no guess are divided, with the bursts of these alone. */
type Divide = (photos: readonly Photo[], bursts: Groups | undefined) => readonly Split[]

/**
 * Splits in which photos with a proposed identity only train. The others are divided as if they were alone, so that the same photos validate
 * whatever was proposed; a proposed photo is left out of a split in which something validates that `kind` keeps together with it.
 */
export function besidesProposed(
  photos: readonly Photo[],
  { kind, bursts }: { readonly kind: SplitKind; readonly bursts: Groups | undefined },
  divide: Divide,
): Split[] {
  const rows = photos.flatMap(({ proposed }, i) => (proposed === true ? [] : [i]))
  if (rows.length === photos.length) return [...divide(photos, bursts)]
  const known = rows.map((row) => photos[row]!)
  const splits = divide(known, bursts && rows.map((row) => bursts[row]!))
  const groups = kind === 'time' ? photos.map((_, i) => i) : groupsOf(photos, kind, { bursts })
  return splits.map(({ train, validation }) => {
    const held = new Set(validation.map((i) => groups[rows[i]!]!))
    const proposed = photos.flatMap((photo, i) => (photo.proposed === true && !held.has(groups[i]!) ? [i] : []))
    return {
      train: [...train.map((i) => rows[i]!), ...proposed].sort((a, b) => a - b),
      validation: validation.map((i) => rows[i]!),
    }
  })
}
