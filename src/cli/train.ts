import { Command, Option } from 'commander'
import { endAtOnce, Interrupted } from './exit.ts'
import { answerHabits } from './habits.ts'
import { addLocateOptions, type LocateFlags } from './locate-options.ts'
import {
  aboveZero,
  addDataOptions,
  bytesOf,
  collect,
  type DataFlags,
  memoryLimitOption,
  notNegative,
  threadsOption,
} from './options.ts'
import { say, tell } from './say.ts'
import { onStop } from './stop.ts'
import { trainSummary } from './train-summary.ts'
import { TrainView } from './train-view.ts'

const example = `
Examples:
  rosette train --data jaguars --out runs/jaguars
  rosette train --data jaguars --out runs/base --freeze 10 \\
    --backbone convnext_base.fb_in22k_ft_in1k
  rosette train --data jaguars --out runs/small --preset atto \\
    --set epochs=40 --set loss.kind=cosface
  rosette train --data jaguars --out runs/jaguars --resume

Presets:
  brief  convnext_small at 224 x 224 from pretrained weights, which it downloads
  atto   convnext_atto at 128 x 128 from random weights: small and fast
  demo   what \`rosette demo\` trains: smaller still
  head   a head on an .onnx file; --backbone FILE.onnx --freeze chooses it

Ctrl-C saves and ends. --resume goes on, and the result is the same as without
the interruption. docs/training.md lists every setting that --set can change.`

interface TrainFlags extends DataFlags, LocateFlags {
  readonly data: string
  readonly out: string
  readonly preset?: string
  readonly backbone?: string
  readonly modelConfig?: string
  readonly freeze?: number | 'all' | true
  readonly set?: readonly string[]
  readonly seed?: number
  readonly resume?: boolean
  readonly overwrite?: boolean
  readonly threads?: number
  readonly memoryLimit?: number
  readonly batch?: number
  readonly offline?: boolean
}

/** `rosette train`: photos in, a run folder with the trained model out. */
export function trainCommand(): Command {
  const command = new Command('train')
    .summary('train a network on your photos')
    .description(
      'Train a network on photos of known individuals. The run folder gets the model, its scores, checkpoints and a log.',
    )
    .requiredOption(
      '--data <D>',
      'photos of known animals: a folder for each animal, a table (CSV), or a Kaggle folder',
    )
    .requiredOption('--out <RUN>', 'the run folder to write')
    .addOption(new Option('--preset <name>', 'the settings to start from').default(undefined, 'brief'))
    .option(
      '--backbone <NAME|FILE>',
      'the network to start from: a name that `rosette models` lists, a file of weights, or an .onnx file',
    )
    .option('--model-config <FILE>', 'the description of an .onnx file, where no model.json lies beside it')
    .option('--freeze [layers]', 'how many layers, from the input, keep their weights; without a number all do', layers)
    .option('--set <path=value>', 'change a setting; may be repeated', collect)
    .addOption(new Option('--seed <S>', 'seed of everything random').argParser(notNegative).default(undefined, '0'))
    .addOption(new Option('--resume', 'go on with the run in --out').conflicts(['overwrite', 'batch']))
    .option('--overwrite', 'replace the run in --out')
    .option('--batch <B>', 'photos in a step: short for --set batchSize=B', aboveZero)
    .addOption(threadsOption())
    .addOption(memoryLimitOption())
    .option('--offline', 'download nothing: take pretrained weights from the cache, or start from random ones')
  return answerHabits(addLocateOptions(addDataOptions(command)))
    .addHelpText('after', example)
    .action(trainAction)
}

function layers(text: string): number | 'all' {
  return text === 'all' ? text : notNegative(text)
}

/** A network can take minutes to build and compile, and nothing can be asked meanwhile. */
const patienceMs = 2000

async function trainAction(flags: TrainFlags): Promise<void> {
  const { train } = await import('../train/index.ts')
  const { parseColumns } = await import('./columns.ts')
  const view = new TrainView()
  const { batch, columns, set = [], freeze, memoryLimit, encounterGap, ...rest } = flags
  const stop = new AbortController()
  let hasState = false // before its first step there is nothing to save
  const stopListening = onStop((signal) => {
    if (!hasState) setTimeout(() => hasState || endAtOnce(signal), patienceMs).unref()
    const atOnce = signal === 'SIGHUP' ? '' : '; press Ctrl-C again to end at once'
    view.close()
    tell(`\nsaving and ending${atOnce}`)
    stop.abort(new Interrupted('stopped before the first step; nothing was written')) // thrown while photos are decoded
  })
  try {
    const outcome = await train({
      ...rest,
      freeze: freeze === true ? 'all' : freeze, // true: no number was given
      set: batch === undefined ? set : [...set, `batchSize=${batch}`],
      memoryLimitBytes: bytesOf(memoryLimit),
      encounterGapMinutes: encounterGap,
      columns: columns === undefined ? undefined : parseColumns(columns),
      signal: stop.signal,
      onEvent: (event) => {
        hasState ||= event.kind === 'step'
        view.show(event)
      },
    }).finally(() => view.close())
    if (outcome.finished) say(await trainSummary(flags.out, flags.data))
    else {
      say(`${flags.out}: saved after step ${outcome.step} of ${outcome.totalSteps}; go on with --resume`)
      throw new Interrupted()
    }
  } finally {
    stopListening()
  }
}
