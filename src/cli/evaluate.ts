import { Command, Option } from 'commander'
import { writeSealedJson } from '../base/index.ts'
import { addAfterRankingOptions } from './after-ranking.ts'
import { addGalleryOptions } from './asked-gallery.ts'
import { addCalibrationOption } from './calibrated.ts'
import { type EvaluateFlags, evaluateQuestionOf } from './evaluate-question.ts'
import { scoresOf } from './evaluate-scores.ts'
import { drawRisk, tellScores } from './evaluate-telling.ts'
import { addLocateOptions } from './locate-options.ts'
import { addMatchOption, flanksOption } from './match-options.ts'
import { addDataOptions, addModelOptions } from './options.ts'
import { priorOption } from './place-time.ts'
import { backgroundOption, dataOption, excludeSameOption, noBackgroundOption, splitOption } from './scored-photos.ts'
import { interruptible } from './work.ts'

const example = `
Examples:
  rosette evaluate --model runs/jaguars --out metrics.json
  rosette evaluate --model resnet50.onnx --split-of runs/jaguars \\
    --out frozen.json
  rosette evaluate --model runs/jaguars --protocols all --out protocols.json
  rosette evaluate --model runs/jaguars --data new.csv --images new-photos \\
    --gallery jaguars --out new-against-known.json

With --gallery each photo of --data is a query: who of the gallery does it show?
That is the task in the field. A query whose individual is not in the gallery is
counted and not scored.

Without --gallery each photo is a query against all the others. Where encounters
are known (a column of the table), a query is not compared with the photos of
its own encounter, because photos of one sighting find each other by their
background. --exclude-same nothing leaves them in.

--protocols all compares each photo in four ways: with all others; with other
encounters; with the photos that the run was trained on, or the gallery; and
with a gallery without a third of the individuals, to see whether new animals
are noticed. The same model may have four times the score where photos of one
sighting find each other.

--split-of RUN scores any model on the photos that RUN set aside, so that a
frozen network and a run that began with it can be compared (rosette compare).

Each score stands beside its 95 % interval and beside chance: docs/metrics.md.

In a Kaggle folder the photos of train.csv are scored. To score a competition's
test photos, give a CSV of their identities.`

/** `rosette evaluate`: how well a model tells individuals apart. */
export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .summary('measure a model on photos of known individuals')
    .description(
      'Measure how often a model finds the right individual: rank-1, 5 and 10, mAP, identity-balanced mAP, mINP.',
    )
    .addOption(dataOption())
    .requiredOption('--out <metrics.json>', 'the file to write')
    .addOption(splitOption())
    .option('--split-of <RUN>', 'score the photos that this run set aside, whichever model is measured')
    .addOption(excludeSameOption())
    .addOption(
      new Option(
        '--protocols <which>',
        'all: also with and without the same encounter, against other photos, and with new individuals',
      ).choices(['all']),
    )
    .addOption(flanksOption('any'))
    .addOption(
      priorOption('place-time: score a second time with the place and time of each photo, and show the difference'),
    )
    .option('--chart <FILE.svg>', 'also draw how many answers are wrong if only the surest are given')
    .addOption(backgroundOption())
    .addOption(noBackgroundOption())
    .option('--overwrite', 'replace --out and --chart')
  const scored = addDataOptions(addModelOptions(addGalleryOptions(command)))
  return addCalibrationOption(addMatchOption(addAfterRankingOptions(addLocateOptions(scored))))
    .addHelpText('after', example)
    .action(evaluateAction)
}

async function evaluateAction(given: EvaluateFlags): Promise<void> {
  const question = await evaluateQuestionOf(given)
  const { out, chart } = question.flags
  const scored = await interruptible((signal, whileRanking) => scoresOf(question, { signal, whileRanking }))
  if (chart !== undefined) await drawRisk(chart, scored.report)
  writeSealedJson(out, { ...scored.report, leakage: scored.leakage })
  await tellScores(scored, out)
}
