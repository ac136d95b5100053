import { Command, Option } from 'commander'
import { Interrupted } from './exit.ts'
import { answerHabits } from './habits.ts'
import { aboveZero, addDataOptions, collect, type DataFlags, notNegative, threadCount } from './options.ts'
import { onStop } from './stop.ts'
import { trainSummary } from './train-summary.ts'
import { TrainView } from './train-view.ts'

const example = `
Examples:
  rosette train --data jaguars --out runs/jaguars
  rosette train --data jaguars --out runs/base --backbone convnext_base.fb_in22k_ft_in1k --freeze 10
  rosette train --data jaguars --out runs/small --preset atto --set epochs=40 --set loss.kind=cosface
  rosette train --data jaguars --out runs/jaguars --resume

Presets: brief (convnext_small.fb_in1k at 224²; the default), atto (convnext_atto at 128², from random weights), demo, and head
(a head on the embeddings of an .onnx file, which is what --backbone FILE.onnx --freeze begins with).
Ctrl-C saves and ends; --resume goes on, with the same result as if it had not been interrupted.`

interface TrainFlags extends DataFlags {
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
  readonly batch?: number
  readonly offline?: boolean
}

/** `rosette train`: photos in, a run folder with the trained model out. */
export function trainCommand(): Command {
  const command = new Command('train')
    .summary('train a network on your photos')
    .description(
      'Train a network to tell the individuals of a dataset apart; write a run folder with checkpoints, log and model.',
    )
    .requiredOption('--data <D>', 'a Kaggle folder, a folder of folders, or a CSV')
    .requiredOption('--out <RUN>', 'the run folder to write')
    .option('--preset <name>', 'the configuration to start from (default: brief)')
    .option(
      '--backbone <NAME|FILE>',
      'a name of `rosette models` with or without a tag, a file of weights, or an .onnx file',
    )
    .option('--model-config <FILE>', 'the description of an .onnx file that has none beside it')
    .option(
      '--freeze [layers]',
      'layers of the backbone, from the input, that keep their weights (without a number: all)',
      layers,
    )
    .option('--set <path=value>', 'change one value of the configuration; may be repeated', collect)
    .option('--seed <S>', 'seed of everything random (default: 0)', notNegative)
    .addOption(new Option('--resume', 'go on with the run in --out').conflicts('overwrite'))
    .option('--overwrite', 'replace the run in --out')
    .option('--batch <B>', 'photos a step: short for --set batchSize=B', aboveZero)
    .option('--threads <T>', 'processor threads (default: all cores)', threadCount)
    .option('--offline', 'download no pretrained weights: take them from the cache, or start at random')
  return answerHabits(addDataOptions(command)).addHelpText('after', example).action(trainAction)
}

function layers(text: string): number | 'all' {
  return text === 'all' ? text : notNegative(text)
}

async function trainAction(flags: TrainFlags): Promise<void> {
  const { train } = await import('../train/index.ts')
  const { parseColumns } = await import('./columns.ts')
  const view = new TrainView()
  const { batch, columns, set = [], freeze, ...rest } = flags
  const stop = new AbortController()
  const stopListening = onStop((signal) => {
    const atOnce = signal === 'SIGHUP' ? '' : '; press Ctrl-C again to end at once'
    process.stderr.write(`\nsaving and ending${atOnce}\n`)
    stop.abort(new Interrupted('stopped before the first step; nothing was written')) // thrown while photos are decoded
  })
  try {
    const outcome = await train({
      ...rest,
      freeze: freeze === true ? 'all' : freeze, // true: no number was given
      set: batch === undefined ? set : [...set, `batchSize=${batch}`],
      columns: columns === undefined ? undefined : parseColumns(columns),
      signal: stop.signal,
      onEvent: (event) => view.show(event),
    })
    if (outcome.finished) console.log(await trainSummary(flags.out, flags.data))
    else {
      console.log(`${flags.out}: saved after step ${outcome.step} of ${outcome.totalSteps}; go on with --resume`)
      throw new Interrupted()
    }
  } finally {
    stopListening()
  }
}
