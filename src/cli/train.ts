import { Command, Option } from 'commander'
import type { TrainCallOptions } from '../train/index.ts'
import { endAtOnce, Interrupted } from './exit.ts'
import { checkFilesFirst } from './files-first.ts'
import { addLocateOptions, type LocateFlags } from './locate-options.ts'
import { aboveZero } from './numbers.ts'
import { addDataOptions } from './options.ts'
import { say, tell } from './say.ts'
import { seedsText } from './seeds-text.ts'
import { onStop } from './stop.ts'
import { trainSummary } from './train-summary.ts'
import { TrainView } from './train-view.ts'
import { addMachineOptions, addTrainingOptions, type TrainingFlags, trainingOptions } from './training-options.ts'
import { refuseUnusedLocating } from './unused-options.ts'
import { deviceFor } from './work.ts'

const example = `
Examples:
  rosette train --data jaguars --out runs/jaguars
  rosette train --data jaguars --out runs/base --freeze 10 \\
    --backbone convnext_base.fb_in22k_ft_in1k
  rosette train --data jaguars --out runs/small --preset atto \\
    --set epochs=40 --set loss.kind=cosface
  rosette train --data jaguars --out runs/jaguars --resume
  rosette train --data jaguars --out runs/three --seeds 3

Presets:
  brief  convnext_small at 224 x 224 from pretrained weights, which it downloads
  atto   convnext_atto at 128 x 128 from random weights: small and fast
  demo   what \`rosette demo\` trains: smaller still
  head   a head on an .onnx file; --backbone FILE.onnx --freeze chooses it

Ctrl-C saves and ends. --resume goes on, and the result is the same as without
the interruption. docs/training.md lists every setting that --set can change.`

interface TrainFlags extends TrainingFlags, LocateFlags {
  readonly out: string
  readonly resume?: boolean
  readonly seeds?: number
  readonly overwrite?: boolean
}

/** `rosette train`: photos in, a run folder with the trained model out. */
export function trainCommand(): Command {
  const command = new Command('train')
    .summary('train a network on your photos')
    .description(
      'Train a network on photos of known individuals. The run folder gets the model, its scores, checkpoints and a log.',
    )
  addTrainingOptions(command)
    .requiredOption('--out <RUN>', 'the run folder to write')
    .addOption(
      new Option(
        '--seeds <N>',
        'train N times, from seeds 1 to N, each into a run folder in --out; tells the mean and the deviation of the scores',
      )
        .argParser(aboveZero)
        .conflicts('seed'),
    )
    .addOption(new Option('--resume', 'go on with the run in --out').conflicts(['overwrite', 'batch']))
    .option('--overwrite', 'replace the run in --out')
  return addLocateOptions(addDataOptions(addMachineOptions(command)))
    .addHelpText('after', example)
    .action(trainAction)
}

/** `close` takes the bars away before anything is said. */
async function trainOne(options: TrainCallOptions, close: () => void): Promise<void> {
  const { train } = await import('../train/index.ts')
  const outcome = await train(options).finally(close)
  if (!outcome.finished) saved(options.out, outcome)
  say(await trainSummary(options.out, options.data, options))
}

/** Each seed a run of its own. */
async function trainAll(options: TrainCallOptions, seeds: number | undefined, onRun: () => void): Promise<void> {
  const { trainSeeds } = await import('../study/index.ts')
  const { seed: _, config: __, split: ___, ...given } = options
  const outcome = await trainSeeds({
    ...given,
    seeds: seeds === undefined ? undefined : Array.from({ length: seeds }, (_, i) => i + 1),
    onRun: (run, finished) => {
      onRun()
      tell(`${run}${finished ? ': finished before' : ''}`)
    },
  }).finally(onRun)
  if (!outcome.finished) saved(outcome.run, outcome)
  say(await seedsText(options.out, outcome.summary, outcome.runs))
}

/** @throws Interrupted, always. */
function saved(run: string, { step, totalSteps }: { readonly step: number; readonly totalSteps: number }): never {
  say(`${run}: saved after step ${step} of ${totalSteps}; go on with --resume`)
  throw new Interrupted()
}

/** A network can take minutes to build and compile, and nothing can be asked meanwhile. */
export const patienceMs = 2000

/** What a run had is kept: nothing of it is written before a step. */
function endBeforeFirstStep(signal: NodeJS.Signals, resume = false): void {
  tell(resume ? 'stopped before its next step: the run is as it was' : 'stopped before the first step')
  endAtOnce(signal)
}

async function trainAction(flags: TrainFlags): Promise<void> {
  const { out, resume, seeds, overwrite, locate, locateConfig, animals } = flags
  if (resume !== true) refuseUnusedLocating(flags, locate)
  await checkFilesFirst({ locate, locateConfig, animals })
  const device = await deviceFor(flags.device)
  const told = new Set<string>()
  let view = new TrainView(told)
  const stop = new AbortController()
  let hasState = false // before its first step there is nothing to save
  const stopListening = onStop((signal) => {
    if (!hasState) setTimeout(() => hasState || endBeforeFirstStep(signal, resume), patienceMs).unref()
    const atOnce = signal === 'SIGHUP' ? '' : '; press Ctrl-C again to end at once'
    view.close()
    tell(`\nsaving and ending${atOnce}`)
    stop.abort(new Interrupted('stopped before the first step; nothing was written')) // thrown while photos are decoded
  })
  try {
    const options = {
      ...trainingOptions(flags),
      device,
      out,
      resume,
      overwrite,
      locate,
      locateConfig,
      animals,
      signal: stop.signal,
      onEvent: (event) => {
        hasState ||= event.kind === 'step'
        view.show(event)
      },
    } satisfies TrainCallOptions
    const { isSeedsFolder } = await import('../study/index.ts')
    const several = seeds !== undefined || (resume === true && isSeedsFolder(out))
    const onRun = () => {
      view.close()
      view = new TrainView(told)
    }
    const work = several ? trainAll(options, seeds, onRun) : trainOne(options, () => view.close())
    await work.finally(() => view.close())
  } finally {
    stopListening()
  }
}
