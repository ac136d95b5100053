import {
  type BurstFindings,
  hashPhotos,
  hasSplit,
  type Leakage,
  leakageOf,
  leakageWords,
  type Photo,
  type PhotoHashOptions,
} from '../data/index.ts'
import { isRunFolder, readRunData } from '../run/index.ts'

/** What two sides of a split share, and what follows from it in plain sentences, the verdict first. */
export interface LeakageCertificate extends Leakage {
  readonly verdict: readonly string[]
  /** Of a run: the bursts that its split kept together, and by what limits they were found; missing where another kind of split was taken. */
  readonly bursts?: BurstFindings | undefined
}

/** The certificate of the split that a run recorded when it began; null for what is no run, or one of a rosette that did not look. */
export function runCertificate(run: string | undefined): LeakageCertificate | null {
  if (run === undefined || !isRunFolder(run)) return null
  const { leakage, bursts } = readRunData(run)
  return leakage === undefined ? null : { ...certified(leakage), ...(bursts && { bursts }) }
}

/**
 * The certificate of a table's own split: its training photos against all that it keeps to validate or to test on. Photos are decoded
 * once and their hashes kept; those that cannot be read are left out. Null where the table has no split, or one side is empty.
 * @throws CacheError where the cache cannot be written; the signal's reason when it aborts.
 */
export async function tableCertificate(
  photos: readonly Photo[],
  options: PhotoHashOptions = {},
): Promise<LeakageCertificate | null> {
  const sided = photos.filter(({ split = 'none', identity }) => split !== 'none' && identity !== undefined)
  const sides = new Set(sided.map(({ split }) => split === 'train'))
  if (!hasSplit(photos) || sides.size < 2) return null
  const { photos: read, hashes } = await hashPhotos(sided, { ...options, skipUnreadable: true })
  const rows = (trains: boolean) => read.flatMap(({ split }, i) => ((split === 'train') === trains ? [i] : []))
  return certified(leakageOf(read, hashes, { train: rows(true), validation: rows(false) }))
}

function certified(leakage: Leakage): LeakageCertificate {
  return { ...leakage, verdict: leakageWords(leakage) }
}
