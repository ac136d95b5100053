import type { AnswerCosts } from '../calibration/index.ts'
import type { Manifest, Photo } from '../data/index.ts'
import type { GallerySource } from '../embedder/index.ts'
import type { ReadDecisions } from '../identify/index.ts'
import type { PostProcessing } from '../retrieval/index.ts'
import { type AfterRankingFlags, afterRanking } from './after-ranking.ts'
import { type AnswerFlags, costsOf } from './calibrated.ts'
import { checkFilesFirst } from './files-first.ts'
import { speakingOf } from './flag-words.ts'
import { filesOfGallery, tellGallery } from './gallery-source.ts'
import type { LocateFlags } from './locate-options.ts'
import type { FlankFlags, MatchFlags } from './match-options.ts'
import { type DataFlags, dataOptions, type ModelFlags } from './options.ts'
import { checkNamedOutputs } from './outputs.ts'
import { locatingBy } from './own-data.ts'
import { checkGalleryFirst, checkPhotosFirst } from './photos-first.ts'
import type { PriorFlags } from './place-time.ts'
import { standardInput } from './standard-input.ts'
import { warnOfManifest, withListing, withoutSingles } from './work.ts'

export interface IdentifyFlags
  extends ModelFlags,
    DataFlags,
    AfterRankingFlags,
    LocateFlags,
    MatchFlags,
    FlankFlags,
    AnswerFlags,
    PriorFlags {
  readonly gallery: string
  readonly queryImages?: string
  readonly queryColumns?: string
  readonly top: number
  readonly json?: boolean
  readonly csv?: string
  readonly html?: string
  readonly decisions?: string
  readonly overwrite?: boolean
}

/** What is asked, of whom, and how: all that is known before a photo is decoded. */
export interface Question {
  /** With what `rosette tune` accepted. */
  readonly flags: IdentifyFlags
  readonly postProcessing: PostProcessing | undefined
  readonly asked: Manifest
  readonly gallery: GallerySource
  readonly locating: Awaited<ReturnType<typeof locatingBy>>
  readonly costs: AnswerCosts
  /** What people decided of these photos; none unless a file of decisions is named. */
  readonly decided: (asked: readonly Photo[], known: readonly Photo[]) => ReadDecisions
}

/**
 * Lists the photos and the gallery, and looks at everything that can be wrong before the long work begins: outputs that are there already,
 * decisions that contradict each other, costs that make no sense.
 */
export async function questionOf(names: readonly string[], given: IdentifyFlags): Promise<Question> {
  const { openQueries } = await import('../data/index.ts')
  const { findGallery } = await import('../embedder/index.ts')
  const { noDecisions, readDecisions } = await import('../identify/index.ts')
  const { flags, postProcessing } = await afterRanking(given)
  await checkFilesFirst(flags)
  const { csv, html, decisions, overwrite = false, skipUnreadable } = flags
  const asQueries = { ...dataOptions(queryFlags(flags)), readList: standardInput }
  const ofQueries = { images: 'queryImages', columns: 'queryColumns' }
  const asked = speakingOf(ofQueries, () => withListing((watch) => openQueries(names, { ...asQueries, ...watch })))
  await checkPhotosFirst(asked, { skipUnreadable, names: ofQueries, tellsNotes: true })
  const options = { ...dataOptions(flags), detections: undefined, masks: undefined, requireIdentity: true }
  const gallery = withListing((watch) => findGallery(flags.gallery, { ...options, ...watch }))
  const read = [...names, ...filesOfGallery(gallery), ...(decisions === undefined ? [] : [decisions])]
  await checkNamedOutputs({ csv, html }, { flags, manifest: asked, photos: read }, overwrite)
  const decided: Question['decided'] = (photos, known) =>
    decisions === undefined ? noDecisions : readDecisions(decisions, photos, known)
  if (gallery.kind === 'photos') decided(asked.photos, gallery.manifest.photos) // what contradicts itself is told at once
  tellGallery(gallery)
  warnOfManifest(withoutSingles(asked))
  await checkGalleryFirst(gallery, { skipUnreadable })
  const [locating, costs] = [await locatingBy(flags), await costsOf(flags)]
  return { flags, postProcessing, asked, gallery, locating, costs, decided }
}

/** The options of data as they hold for a CSV of queries: --images and --columns are those of the gallery. */
function queryFlags({ images: _, columns: __, queryImages, queryColumns, ...flags }: IdentifyFlags): DataFlags {
  return {
    ...flags,
    ...(queryImages === undefined ? {} : { images: queryImages }),
    ...(queryColumns === undefined ? {} : { columns: queryColumns }),
  }
}
