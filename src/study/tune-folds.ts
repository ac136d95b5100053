import { identifiedOnly, type Manifest } from '../data/index.ts'
import { type HashWatch, learnedPhotos, type SplitName, selectPhotos } from '../identify/index.ts'
import { foldFolder } from './cv-folder.ts'
import { hasPlan, readPlan } from './fold-plan.ts'

/** Up to this share of photos that a network knows by heart a model may be tuned on them. */
const mostLearned = 0.1

/**
 * The folds of a cross-validation's folder, each of which is to be tuned on its own validation photos: where its networks learned from the
 * photos, so that the ensemble of all knows every one of them by heart; and where validation photos are asked for. None for other models, and for photos that no network learned from.
 */
export async function foldsToTuneOn(
  folder: string,
  manifest: Manifest,
  { split, ...watch }: HashWatch & { readonly split?: SplitName | undefined } = {},
): Promise<string[]> {
  if (!hasPlan(folder)) return []
  const folds = readPlan(folder).folds.map((_, i) => foldFolder(folder, i + 1))
  if (split === 'validation') return folds
  const selection = await selectPhotos(manifest, { run: undefined, members: folds, split, ...watch })
  const { photos } = identifiedOnly(selection.manifest)
  for (const fold of folds) {
    if ((await learnedPhotos(photos, fold, watch)) > photos.length * mostLearned) return folds
  }
  return []
}
