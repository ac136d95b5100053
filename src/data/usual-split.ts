import type { Bursts } from './bursts.ts'
import { groupedSplit } from './grouped-split.ts'
import type { Photo } from './manifest.ts'
import type { Split, SplitOptions } from './split.ts'

/**
 * How photos are divided where nothing else was asked for: by encounter, where that leaves photos of two individuals to validate; else by
 * lot.
 */
export function usualSplitKind(photos: readonly Photo[], options: SplitOptions): 'encounter' | 'stratified' {
  if (photos.every(({ encounter }) => encounter === undefined)) return 'stratified'
  return groupedSplit(photos, { ...options, kind: 'encounter' }).validation.length > 0 ? 'encounter' : 'stratified'
}

/**
 * Whether bursts that were found keep the usual split of photos without known encounters: there are some, and photos of two individuals are left to
 * validate. Else photos are divided by lot.
 */
export function dividesByBurst(photos: readonly Photo[], { count, bursts }: Bursts, options: SplitOptions): boolean {
  return count > 0 && groupedSplit(photos, { ...options, kind: 'burst', bursts }).validation.length > 0
}

/** A split in words: `760 photos of 31 individuals in 210 encounters train, 190 of 31 in 60 validate`. */
export function splitWords(photos: readonly Photo[], { train, validation }: Split): string {
  const different = (rows: readonly number[], field: 'identity' | 'encounter') =>
    new Set(rows.flatMap((row) => photos[row]![field] ?? [])).size
  const side = (rows: readonly number[], photo: string, individual: string, encounter: string) => {
    const encounters = different(rows, 'encounter')
    const told = encounters === 0 ? '' : ` in ${encounters}${encounter}`
    return `${rows.length}${photo} of ${different(rows, 'identity')}${individual}${told}`
  }
  return `${side(train, ' photos', ' individuals', ' encounters')} train, ${side(validation, '', '', '')} validate`
}

/** Beyond this multiple of what was asked for, the side that validates is told to be large. */
const muchMore = 1.5

/**
 * That far more photos validate than `fraction`, the number called `asked`, asks for; undefined where not. Whole groups validate, two of an individual where there are as many: of
 * few groups that is a large share.
 */
export function moreThanAskedWords(
  { train, validation }: Split,
  {
    kind,
    fraction,
    asked,
  }: { readonly kind: 'encounter' | 'burst'; readonly fraction: number; readonly asked: string },
): string | undefined {
  const share = validation.length / (validation.length + train.length)
  if (share <= muchMore * fraction) return undefined
  const percent = (part: number) => `${Math.round(100 * part)} %`
  return `${percent(share)}, more than the ${percent(fraction)} of ${asked}, as the individuals have few ${kind}s`
}
