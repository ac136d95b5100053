import { Command, Option } from 'commander'
import { formatTable, writeFileAtomic } from '../base/index.ts'
import type { EvaluationReport, Selection, SplitName } from '../identify/index.ts'
import { addDataOptions, addModelOptions, type DataFlags, dataOptions, type ModelFlags } from './options.ts'
import { checkOutputs } from './outputs.ts'
import { interruptible, tellNotes, warn, warnOfManifest, withModel, withProgress } from './work.ts'

const example = `
Examples:
  rosette evaluate --model runs/jaguars --data jaguars --out metrics.json
  rosette evaluate --model runs/jaguars --data test_identities.csv --images test/test \\
    --columns identity=ground_truth,encounter=sighting --exclude-same encounter --out metrics.json

Which photos: of a run on the data it was trained on those it did not learn from (its validation photos); of everything else
all, which of a Kaggle folder are those of train.csv. A competition's test photos are scored through a CSV of their identities.
Each photo is a query against all others; queries without another photo of their individual are skipped and counted.`

interface EvaluateFlags extends ModelFlags, DataFlags {
  readonly data: string
  readonly out: string
  readonly split?: SplitName
  readonly excludeSame?: 'encounter'
  readonly overwrite?: boolean
}

/** `rosette evaluate`: how well a model tells individuals apart. */
export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .summary('measure a model on photos of known individuals')
    .description('Rank each photo against all others and report rank-1/5/10, mAP, identity-balanced mAP and mINP.')
    .requiredOption('--data <D>', 'a Kaggle folder, a folder of folders, or a CSV')
    .requiredOption('--out <metrics.json>', 'the file to write')
    .addOption(
      new Option(
        '--split <which>',
        "photos of a run's split (default: validation on the run's own data, else all)",
      ).choices(['validation', 'train', 'all']),
    )
    .addOption(
      new Option(
        '--exclude-same <what>',
        "leave photos of the query's individual and encounter out of its gallery",
      ).choices(['encounter']),
    )
    .option('--overwrite', 'replace --out')
  return addDataOptions(addModelOptions(command)).addHelpText('after', example).action(evaluateAction)
}

async function evaluateAction(flags: EvaluateFlags): Promise<void> {
  const { data, out, split, excludeSame, overwrite = false, skipUnreadable } = flags
  const { openDataset } = await import('../data/index.ts')
  const { evaluatePhotos, selectPhotos } = await import('../identify/index.ts')
  const manifest = openDataset(data, { ...dataOptions(flags), requireIdentity: true })
  await checkOutputs([out], { flags, manifest }, { overwrite })
  await interruptible((signal) =>
    withModel(flags, async (embedder) => {
      const selection = await selectPhotos(manifest, { run: embedder.run, split, signal })
      if (selection.split === 'all') warnOfManifest(manifest)
      else tellNotes(manifest)
      const report = await withProgress('embedding', { skipUnreadable, signal }, (options) =>
        evaluatePhotos(embedder, selection, { ...options, excludeSame }),
      )
      for (const { photo, reason } of report.unreadable) warn(`skipped ${photo}: ${reason}`)
      for (const text of report.identical) warn(text)
      if (report.identicalFiles > 0) {
        warn(`${report.identicalFiles} photos are the same file as another one, which flatters every model`)
      }
      if (report.unknownEncounters > 0) {
        warn(`--exclude-same: ${report.unknownEncounters} photos have no encounter: nothing is left out for them`)
      }
      writeFileAtomic(out, `${JSON.stringify(report, undefined, 2)}\n`)
      console.log(`${describe(report, selection)}\n\n${table(report)}\n\n${out}: all of it`)
    }),
  )
}

function describe({ model, tta, data, split, photos, identities }: EvaluationReport, { reason }: Selection): string {
  const which = split === 'all' ? 'all photos' : `the ${split} photos`
  return [
    `model  ${model}, flip averaging ${tta === 'flip' ? 'on' : 'off'}`,
    `data   ${data}: ${which}, ${photos} of ${identities} individuals (${reason})`,
  ].join('\n')
}

function table(report: EvaluationReport): string {
  const { rank1, rank5, rank10, map, identityBalancedMap, minp, queries, skipped, tieRate, excludeSame } = report
  const rows: [string, string | number][] = [
    ['rank-1', rank1.toFixed(3)],
    ['rank-5', rank5.toFixed(3)],
    ['rank-10', rank10.toFixed(3)],
    ['mAP', map.toFixed(3)],
    ['identity-balanced mAP', identityBalancedMap.toFixed(3)],
    ['mINP', minp.toFixed(3)],
    ['queries', `${queries} (and ${skipped} skipped, with nobody to find)`],
    ['tie rate', tieRate.toFixed(3)],
    ['left out', excludeSame === null ? 'the photo itself' : 'the photo itself, and its encounter'],
  ]
  return formatTable(['metric', 'value'], rows)
}
