import { Command, Option } from 'commander'
import { counted, formatTable } from '../base/index.ts'
import type { SplitKind } from '../data/index.ts'
import { metricLabel } from '../retrieval/index.ts'
import type { CrossValidateOutcome, CrossValidation } from '../study/index.ts'
import { CvView } from './cv-view.ts'
import { endAtOnce, Interrupted } from './exit.ts'
import { checkFilesFirst } from './files-first.ts'
import { asTyped } from './flag-words.ts'
import { addLocateOptions, type LocateFlags } from './locate-options.ts'
import { aboveZero } from './numbers.ts'
import { addDataOptions } from './options.ts'
import { say, tell } from './say.ts'
import {
  backgroundLines,
  intervalText,
  intervalWords,
  isNoBetterThanChance,
  noBetterThanChance,
} from './score-table.ts'
import { noBackgroundOption } from './scored-photos.ts'
import { onStop } from './stop.ts'
import { patienceMs } from './train.ts'
import { addMachineOptions, addTrainingOptions, type TrainingFlags, trainingOptions } from './training-options.ts'
import { refuseUnusedLocating } from './unused-options.ts'
import { deviceFor } from './work.ts'

const example = `
Examples:
  rosette cv --data jaguars --out runs/cv
  rosette cv --data jaguars --out runs/cv --resume
  rosette cv --data jaguars --out runs/cv --preset atto --folds 3 --by station
  rosette cv --data jaguars --out runs/cv --fold 2
  rosette submit --model runs/cv --data jaguars --out submission.csv

Each fold gets a run folder. Its network is trained on the photos of the other
folds, and the photos of the fold choose its best epoch. A table's column called
fold decides the folds unless --by is given. OUT itself is then a model: the
ensemble of the folds. OUT/cv.json has the scores. OUT/out-of-fold.npy has each
photo's embedding by the network that did not learn from it; do not compare rows
of different folds, they come from different networks.

--fold K trains one fold alone, in another process or on another machine: copy
OUT/fold-K into one folder, and --resume there scores them. Ctrl-C saves the
fold that is being trained. A finished fold is never trained again.`

interface CvFlags extends TrainingFlags, LocateFlags {
  readonly out: string
  readonly folds?: number
  readonly by?: SplitKind
  readonly fold?: number
  readonly resume?: boolean
  readonly overwrite?: boolean
  /** False where it was left out. */
  readonly background?: boolean
}

/** `rosette cv`: photos in, a network for each fold, their scores and their ensemble out. */
export function cvCommand(): Command {
  const kinds: readonly SplitKind[] = ['stratified', 'burst', 'encounter', 'station', 'time', 'identity']
  const command = new Command('cv')
    .summary('cross-validate, and make an ensemble of the folds')
    .description('Train a network for each fold, score each on the photos that it did not see, and put them together.')
  addTrainingOptions(command)
    .requiredOption('--out <DIR>', 'the folder to write')
    .addOption(
      new Option('--folds <K>', 'how many folds').argParser(aboveZero).default(undefined, '5, or those of the table'),
    )
    .addOption(
      new Option('--by <kind>', 'what train and validation never share; rosette split --help explains each kind')
        .choices(kinds)
        .default(
          undefined,
          "the table's column fold; else encounter where known; else burst where photos look alike; else stratified",
        ),
    )
    .option('--fold <K>', 'train this fold only, from 1', aboveZero)
    .addOption(new Option('--resume', 'go on with what was begun in --out').conflicts(['overwrite', 'batch']))
    .option('--overwrite', 'replace the cross-validation in --out')
    .addOption(noBackgroundOption())
  return addLocateOptions(addDataOptions(addMachineOptions(command)))
    .addHelpText('after', example)
    .action(cvAction)
}

async function cvAction(flags: CvFlags): Promise<void> {
  const { crossValidate } = await import('../study/index.ts')
  const { out, folds, by, fold, resume, overwrite, locate, locateConfig, animals } = flags
  if (resume !== true) refuseUnusedLocating(flags, locate)
  await checkFilesFirst({ locate, locateConfig, animals })
  const device = await deviceFor(flags.device)
  const view = new CvView()
  const stop = new AbortController()
  let hasState = false // before a fold's first step there is nothing to save
  const stopListening = onStop((signal) => {
    if (!hasState) setTimeout(() => hasState || endAtOnce(signal), patienceMs).unref()
    view.close()
    tell(`\nsaving and ending${signal === 'SIGHUP' ? '' : '; press Ctrl-C again to end at once'}`)
    stop.abort(new Interrupted(`stopped; go on with --resume`)) // thrown while photos are decoded
  })
  try {
    const outcome = await crossValidate({
      ...trainingOptions(flags),
      ...{ locate, locateConfig, animals },
      device,
      out,
      folds,
      by,
      fold,
      resume,
      overwrite,
      background: flags.background,
      signal: stop.signal,
      onEvent: (event) => {
        hasState = event.kind === 'train' ? hasState || event.event.kind === 'step' : event.kind === 'embed'
        view.show(event)
      },
    }).finally(() => view.close())
    tellOutcome(flags, outcome)
  } finally {
    stopListening()
  }
}

function tellOutcome({ data, out }: CvFlags, outcome: CrossValidateOutcome): void {
  if (outcome.finished) {
    say(
      `${summary(outcome.result)}\n\n${out}: the ensemble of ${counted(outcome.plan.folds.length, 'fold')}; use it as --model`,
    )
    return
  }
  const { missing, stopped } = outcome
  const [one, left] = [missing.length === 1, missing.join(', ')]
  const on = `npx ${asTyped(cvCommand(), { data, out, resume: true })}`
  const state = `${one ? `fold ${left} is` : `folds ${left} are`} not ${stopped ? 'finished' : 'trained yet'}`
  say(`${out}: ${stopped ? 'saved; ' : ''}${state}; this trains ${one ? 'it' : 'them'} and scores all folds:\n  ${on}`)
  if (stopped) throw new Interrupted()
  if (!one) say(`or one alone, here or on another machine:\n  ${on} --fold ${missing[0]}`)
}

const shown = ['rank1', 'identityBalancedRank1', 'map', 'identityBalancedMap'] as const

/** A row for each fold, then their mean and deviation, then all queries together with their interval; chance in brackets beside each score. */
export function summary(result: CrossValidation): string {
  const { folds, mean, standardDeviation, meanChance, overall, statistics, kind, excludeSame } = result
  const { chance, intervals } = statistics
  const rows = folds.map(({ fold, trained, validated, queries, scores, chance: ofFold }) => [
    `fold ${fold}`,
    ...[trained, validated, queries].map(String),
    ...shown.map((name) => (scores === null ? '-' : beside(scores[name].toFixed(3), ofFold?.[name]))),
  ])
  const sum = (of: (fold: CrossValidation['folds'][number]) => number) =>
    String(folds.reduce((total, fold) => total + of(fold), 0))
  const spread = (name: (typeof shown)[number]) =>
    `${mean[name].toFixed(3)} ± ${standardDeviation?.[name].toFixed(3) ?? '–'}`
  const table = formatTable(
    ['', 'trained on', 'photos', 'queries', ...shown.map((name) => beside(metricLabel(name), 'chance'))],
    [
      ...rows,
      ['mean ± σ', '', '', '', ...shown.map((name) => beside(spread(name), meanChance[name]))],
      [
        'all queries',
        '',
        sum((fold) => fold.validated),
        sum((fold) => fold.queries),
        ...shown.map((name) => beside(overall[name].toFixed(3), chance[name])),
      ],
      ['95 % interval', '', '', '', ...shown.map((name) => intervalText(intervals.identity?.scores[name]))],
    ],
  )
  const left = excludeSame === null ? '' : ', photos of its own encounter left out'
  const by = kind === 'column' ? "by the table's column" : `by ${kind}`
  const found = {
    score: overall.identityBalancedMap,
    interval: intervals.identity?.scores.identityBalancedMap,
    chance: chance.identityBalancedMap,
  }
  return [
    `folds ${by}; each photo ranked against the others of its fold${left}`,
    '',
    table,
    '',
    intervalWords(statistics),
    ...backgroundLines(result.background, 'each other'),
    ...(standardDeviation === null ? ['σ: none, because only one fold has a score'] : []),
    ...(isNoBetterThanChance(found) ? [noBetterThanChance] : []),
  ].join('\n')
}

/** `0.543 (0.120)`. */
function beside(score: string, chance: number | string | undefined): string {
  return `${score} (${typeof chance === 'number' ? chance.toFixed(3) : chance})`
}
