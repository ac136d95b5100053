import { check } from '../base/index.ts'
import type { Manifest } from '../data/index.ts'
import type { GallerySource } from '../embedder/index.ts'
import type { ExcludeSame, SplitName } from '../identify/index.ts'
import type { PostProcessing } from '../retrieval/index.ts'
import { type AfterRankingFlags, afterRanking } from './after-ranking.ts'
import { type GalleryFlags, galleryNames, galleryOf } from './asked-gallery.ts'
import type { CalibrationFlags } from './calibrated.ts'
import { checkFilesFirst } from './files-first.ts'
import { filesOfGallery } from './gallery-source.ts'
import type { LocateFlags, LocateRunFlags } from './locate-options.ts'
import type { FlankFlags, MatchFlags } from './match-options.ts'
import type { DataFlags, ModelFlags } from './options.ts'
import { checkOutputs } from './outputs.ts'
import { checkNamed, locatingBy, type PhotosToRead, photosToRead } from './own-data.ts'
import { checkGalleryFirst, checkScoredFirst } from './photos-first.ts'
import type { PriorFlags } from './place-time.ts'
import { withListing } from './work.ts'

export interface EvaluateFlags
  extends ModelFlags,
    DataFlags,
    AfterRankingFlags,
    LocateFlags,
    MatchFlags,
    FlankFlags,
    GalleryFlags,
    CalibrationFlags,
    PriorFlags {
  readonly chart?: string
  readonly data?: string
  readonly out: string
  readonly split?: SplitName
  readonly splitOf?: string
  readonly protocols?: 'all'
  readonly background?: boolean
  readonly excludeSame?: ExcludeSame
  readonly overwrite?: boolean
}

/** What is scored, and how: all that is known before a photo is decoded. */
export interface EvaluateQuestion {
  /** With what `rosette tune` accepted. */
  readonly flags: EvaluateFlags
  readonly postProcessing: PostProcessing | undefined
  readonly split: SplitName | undefined
  readonly listed: Manifest
  /** Known individuals; undefined where photos are compared with each other. */
  readonly source: GallerySource | undefined
  readonly reading: PhotosToRead['reading']
  readonly locating: LocateRunFlags
}

/** Lists the photos and the gallery, and looks at everything that can be wrong before the long work begins. */
export async function evaluateQuestionOf(given: EvaluateFlags): Promise<EvaluateQuestion> {
  const { splitOf } = given
  checkTogether(given)
  if (splitOf !== undefined) await checkRun(splitOf)
  const split = given.split ?? (splitOf === undefined ? undefined : 'validation')
  const { openDataset } = await import('../data/index.ts')
  const { flags, postProcessing } = await afterRanking(given)
  await checkFilesFirst(flags)
  const own = { ...flags, model: splitOf === undefined ? flags.model : [splitOf] }
  const { data, open, reading, namedBy } = await photosToRead(own, flags.data)
  const listed = withListing((watch) => openDataset(data, { ...open, ...watch, requireIdentity: true }))
  await checkNamed({ namedBy }, listed)
  const source = await galleryOf(flags)
  const { out, chart, overwrite = false } = flags
  const inputs = { flags, manifest: listed, photos: source === undefined ? [] : filesOfGallery(source) }
  await checkOutputs([out], inputs, { overwrite })
  if (chart !== undefined) await checkOutputs([chart], inputs, { overwrite, option: 'chart' })
  const scores = source === undefined ? { scores: { excludeSame: flags.excludeSame } } : {}
  await checkScoredFirst(listed, { ...reading, model: own.model, split, ...scores })
  await checkGalleryFirst(source, { ...reading, names: galleryNames })
  return { flags, postProcessing, split, listed, source, reading, locating: await locatingBy(flags) }
}

/** @throws InputError for options that exclude each other. */
function checkTogether({ flanks, prior, protocols }: EvaluateFlags): void {
  check(prior === undefined || protocols === undefined, '--protocols measures looks alone: leave out --prior beside it')
  check(
    flanks !== 'same' || protocols === undefined,
    '--protocols compares photos of any flank: leave out --flanks same beside it',
  )
}

/** @throws InputError where the folder is no run, or has no split yet. */
async function checkRun(splitOf: string): Promise<void> {
  const { isRunFolder, RunFolder } = await import('../run/index.ts')
  check(isRunFolder(splitOf), `--split-of: ${splitOf} is no run folder`, 'a folder that rosette train wrote')
  new RunFolder(splitOf).data()
}
