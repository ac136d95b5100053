import { join } from 'node:path'
import { counted, optionText } from '../base/index.ts'
import { hasSplit, identifiedOnly, type Manifest } from '../data/index.ts'
import { readLog, runNames } from '../run/index.ts'
import { foldFolder } from './cv-folder.ts'
import { type FoldPlan, photosForFolds } from './fold-plan.ts'

/** What becomes of a table's columns for the split and for the fold, a sentence each; nothing where it has neither. */
export function columnNotes(manifest: Manifest, { kind }: Pick<FoldPlan, 'kind'>): string[] {
  const { photos } = identifiedOnly(manifest)
  const divided = photosForFolds(manifest)
  const without = divided.filter(({ fold }) => fold === undefined).length
  const fold = `the table's column '${manifest.reading?.columns.fold ?? 'fold'}'`
  return [
    ...(hasSplit(photos) ? [splitNote(manifest, divided.length)] : []),
    ...(kind === 'column' && without > 0
      ? [
          `${counted(without, 'photo that names no fold trains', 'photos that name no fold train')} in every fold, by ${fold}`,
        ]
      : []),
    ...(kind !== 'column' && without < divided.length
      ? [`${fold} is not used: ${optionText({ by: kind })} divides`]
      : []),
  ]
}

function splitNote(manifest: Manifest, divided: number): string {
  const { photos } = identifiedOnly(manifest)
  const column = `the table's column '${manifest.reading?.columns.split ?? 'split'}'`
  const tests = photos.filter(({ split }) => split === 'test').length
  const validates = photos.some(({ split }) => split === 'validation')
  const left = photos.length - divided - tests
  const out = [
    ...(tests > 0 ? [`its ${counted(tests, 'test photo is', 'test photos are')} kept out of every fold`] : []),
    ...(left > 0 ? [`${counted(left, 'photo')} on no side too`] : []),
  ]
  const sides = validates ? 'to train and to validate on, whichever they are' : 'to train on'
  const kept = out.length === 0 ? '' : `${out.join(', ')}; `
  return `${column}: ${kept}the folds divide its ${counted(divided, 'photo')} ${sides}`
}

/**
 * A warning that names the folds whose best epoch is no better than the network was before training, by identity-balanced mAP on the
 * photos of the fold; nothing where each fold has learned something.
 */
export function foldsNotBetter(folder: string, { folds }: Pick<FoldPlan, 'folds'>): string[] {
  const worse = folds.flatMap((_, i) => {
    const measured = readLog(join(foldFolder(folder, i + 1), runNames.log)).flatMap((entry) =>
      entry.kind === 'validation' ? [entry] : [],
    )
    const start = measured.find(({ epoch }) => epoch === 0)?.identityBalancedMap
    const best = Math.max(...measured.filter(({ epoch }) => epoch > 0).map((entry) => entry.identityBalancedMap))
    if (start === undefined || !Number.isFinite(best) || best > start) return []
    return [`fold ${i + 1} (${start.toFixed(3)} before training, ${best.toFixed(3)} at its best epoch)`]
  })
  if (worse.length === 0) return []
  return [
    `TRAINING DID NOT MAKE ${worse.length} OF ${folds.length} NETWORKS BETTER, by identity-balanced mAP on the photos of the fold: ${worse.join(', ')}`,
  ]
}
