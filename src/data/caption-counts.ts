import { counted } from '../base/index.ts'
import type { CaptionKind } from '../images/index.ts'

/** How many photos had captions of each kind, which were left out. */
export type CaptionCounts = Readonly<Record<CaptionKind, number>>

/** No photo had any. */
export const noCaptions: CaptionCounts = { strip: 0, date: 0 }

/** The counts with the captions of one more photo. */
export function withCaptions(counts: CaptionCounts, kinds: readonly CaptionKind[]): CaptionCounts {
  return { strip: counts.strip + Number(kinds.includes('strip')), date: counts.date + Number(kinds.includes('date')) }
}

/** The counts in words; undefined where no photo had any. `others`: photos that were not looked at now, and are not counted. */
export function captionWords({ strip, date }: CaptionCounts, photos: number, others = 0): string | undefined {
  const parts = [
    [strip, 'caption strip'],
    [date, 'printed date'],
  ] as const
  const told = parts.flatMap(([count, name]) => (count === 0 ? [] : [`${name} in ${count}`]))
  const rest = others === 0 ? '' : `; ${counted(others, 'other was', 'others were')} not looked at now`
  return told.length === 0 ? undefined : `${told.join(', ')} of ${counted(photos, 'photo')}, left out${rest}`
}
