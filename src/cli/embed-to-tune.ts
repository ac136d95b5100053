import { check, counted, InputError } from '../base/index.ts'
import type { Manifest } from '../data/index.ts'
import type { Averaging, Embedder, Tta } from '../embedder/index.ts'
import type { ExcludeSame, Selection, SplitName } from '../identify/index.ts'
import type { Embeddings } from '../retrieval/index.ts'
import type { ReadingOptions } from '../run/index.ts'
import type { TunePart } from '../study/index.ts'
import { inFlags } from './flag-words.ts'
import type { ModelFlags } from './options.ts'
import { tell } from './say.ts'
import {
  photosToScore,
  runsIn,
  runToScoreBy,
  tellNotes,
  warnOfLearned,
  warnOfManifest,
  warnOfSkipped,
  withModel,
  withProgress,
} from './work.ts'

/** Which photos, how they are read and compared, and what stops it. */
interface EmbedToTune extends Pick<ReadingOptions, 'skipUnreadable' | 'limitPixels'> {
  readonly manifest: Manifest
  readonly split: SplitName | undefined
  readonly excludeSame: ExcludeSame | undefined
  readonly signal: AbortSignal
}

/** The photos that tricks are tried on, and why these. */
interface ToTune {
  readonly parts: readonly TunePart[]
  readonly reason: string
}

/**
 * The photos to tune a model on, embedded in every averaging. The networks of a cross-validation have together learned from all: each embeds
 * the photos of its own fold. @throws InputError where a model knows more than a tenth of the photos by heart.
 */
export async function embedToTune(flags: ModelFlags, asked: EmbedToTune): Promise<ToTune> {
  const { foldsToTuneOn } = await import('../study/index.ts')
  const { manifest, split, signal } = asked
  const folds = await foldsToTuneOn(flags.model[0]!, manifest, { split, signal })
  if (folds.length === 0) {
    const { part, selection } = await embedPart(flags, asked, ({ split }) =>
      split === 'all' ? warnOfManifest(manifest) : tellNotes(manifest),
    )
    return { parts: [part], reason: selection.reason }
  }
  tell(outOfFold)
  tellNotes(manifest)
  const parts: TunePart[] = []
  for (const fold of folds)
    parts.push((await embedPart({ ...flags, model: [fold] }, { ...asked, split: 'validation' })).part)
  return { parts, reason: `out of fold, ${counted(folds.length, 'fold')}` }
}

const outOfFold =
  'note: the networks of this cross-validation learned from these photos, so that each is tried on the photos of its own fold'

/** What one model did not learn from. `onSelected` is of a model that stands alone, whose photos must hold a second encounter. */
async function embedPart(
  flags: ModelFlags,
  { manifest, split, excludeSame, signal, ...reading }: EmbedToTune,
  onSelected?: (selection: Selection) => void,
): Promise<{ readonly part: TunePart; readonly selection: Selection }> {
  const { identifiedOnly } = await import('../data/index.ts')
  const { embedPhotos } = await import('../embedder/index.ts')
  const { checkSecondEncounter, exclusion } = await import('../identify/index.ts')
  const embed = (embedder: Embedder, known: Manifest) =>
    withProgress(`embedding, ${embedder.tta}`, { ...reading, signal }, (options) =>
      embedPhotos(embedder, known, options),
    )
  const first = await withModel(flags, async (embedder) => {
    const by = { run: await runToScoreBy(embedder), members: runsIn(embedder) }
    const selection = await photosToScore(manifest, { ...by, split, signal })
    await checkNotLearned(selection, embedder, by.run)
    const known = identifiedOnly(selection.manifest)
    if (onSelected !== undefined) checkSecondEncounter(known, exclusion(known.photos, excludeSame), selection.split)
    const embedded = await embed(embedder, known)
    onSelected?.(selection)
    await warnOfSkipped(embedded.skipped)
    return { ...embedded, selection, known, tta: embedder.tta }
  })
  const embeddings = new Map<Averaging, Embeddings>([[first.tta, first.embeddings]])
  for (const tta of flags.tta === undefined ? await otherAveragings(first.tta) : []) {
    const other = await withModel({ ...flags, tta }, (model) => embed(model, first.known)).catch(unlessRefused(tta))
    if (other !== undefined) embeddings.set(tta, other.embeddings)
  }
  const { photos, contentHashes, selection } = first
  return { part: { photos, contentHashes, embeddings }, selection }
}

/** @throws InputError where the model knows more than a tenth of the photos by heart. */
async function checkNotLearned(selection: Selection, embedder: Embedder, run: string | undefined): Promise<void> {
  const { readRunData } = await import('../run/index.ts')
  const learned = await warnOfLearned(selection, embedder)
  const { length } = selection.manifest.photos
  const hasOwn = run === undefined || readRunData(run).validation.length > 0
  check(
    learned <= length / 10,
    `tune: the model was trained on ${learned} of these ${counted(length, 'photo')}: what wins on them need not win on photos that it has never seen`,
    hasOwn
      ? 'ask about photos that it was not trained on, by --data or --split validation'
      : 'it set no photos aside: name others of these animals by --data, or tune a run that set some aside, as --set validation=stratified does',
  )
}

async function otherAveragings(own: Averaging): Promise<Tta[]> {
  const { ttaModes } = await import('../embedder/index.ts')
  return ttaModes.filter((tta) => tta !== own)
}

/** An averaging that the model cannot do is not tried, which is told. */
function unlessRefused(tta: Tta): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof InputError)) throw error
    tell(`note: --tta ${tta} is not tried: ${inFlags(error.what)}`)
    return undefined
  }
}
