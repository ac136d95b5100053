import type { Manifest } from '../data/index.ts'
import type { GallerySource } from '../embedder/index.ts'
import type { ExcludeSame, SplitName } from '../identify/index.ts'
import { speakingOf } from './flag-words.ts'
import { firstWord, stagedProgress } from './progress.ts'
import { tellNotes } from './work.ts'

/** How photos are looked for before anything that takes long. */
export interface PhotosFirstOptions {
  readonly skipUnreadable?: boolean | undefined
  /** Options that have another name for these photos, as `speakingOf` takes them. */
  readonly names?: Readonly<Record<string, string>>
  /** The columns were not told yet: told beside the error. */
  readonly tellsNotes?: boolean
}

/**
 * Before a model is loaded and a photo is decoded: that the files of these photos are there. @throws InputError where reading them would be one, in
 * the same words.
 */
export async function checkPhotosFirst(
  manifest: Manifest,
  { skipUnreadable, names = {}, tellsNotes = false }: PhotosFirstOptions,
): Promise<void> {
  const { checkPhotosThere } = await import('../data/index.ts')
  const stages = stagedProgress({ due: firstWord() })
  const onDone = (done: number, total: number) => stages.update('looking for photos', 'photos', done, total)
  try {
    await checkPhotosThere(manifest, { skipUnreadable, onDone })
  } catch (error) {
    stages.stop()
    if (tellsNotes) tellNotes(manifest)
    speakingOf(names, () => {
      throw error
    })
  } finally {
    stages.stop()
  }
}

/** The same of known individuals, where they are photos. */
export async function checkGalleryFirst(source: GallerySource | undefined, options: PhotosFirstOptions): Promise<void> {
  if (source?.kind === 'photos') await checkPhotosFirst(source.manifest, options)
}

/** How photos to score are chosen and scored, for a look at them beforehand. */
interface ScoredFirstOptions extends PhotosFirstOptions {
  readonly model: readonly string[]
  readonly split: SplitName | undefined
  /** Of scores against each other: where photos are not there, but their labels can never be scored, that is told instead. */
  readonly scores?: { readonly excludeSame: ExcludeSame | undefined }
}

/** The same of photos to score, as far as it is sure beforehand which ones those are. Their columns are told later. */
export async function checkScoredFirst(
  manifest: Manifest,
  { model, split, scores, ...options }: ScoredFirstOptions,
): Promise<void> {
  const { identifiedOnly } = await import('../data/index.ts')
  const { runsOf } = await import('../embedder/index.ts')
  const { checkScorablePhotos, exclusion, surelyScored } = await import('../identify/index.ts')
  const sure = surelyScored(manifest, { runs: model.flatMap(runsOf), split })
  if (sure.photos.length === 0) return
  await checkPhotosFirst(sure, { ...options, tellsNotes: true }).catch((error: unknown) => {
    const known = identifiedOnly(sure)
    if (scores !== undefined) checkScorablePhotos(known, exclusion(known.photos, scores.excludeSame), split ?? 'all')
    throw error
  })
}
