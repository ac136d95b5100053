import { type Command, Option } from 'commander'
import type { DeviceChoice } from '../runtime/index.ts'
import type { TrainCallOptions } from '../train/index.ts'
import { parseColumns } from './columns.ts'
import { aboveZero, fromZero, notNegative } from './numbers.ts'
import {
  bytesOf,
  captionsOption,
  collect,
  type DataFlags,
  deviceOption,
  memoryLimitOption,
  threadsOption,
} from './options.ts'

/** Options of every command that trains. */
export interface TrainingFlags extends DataFlags {
  readonly data: string
  readonly preset?: string
  readonly backbone?: string
  readonly modelConfig?: string
  readonly freeze?: number | 'all' | true
  readonly set?: readonly string[]
  readonly seed?: number
  readonly device?: DeviceChoice
  readonly threads?: number
  readonly memoryLimit?: number
  readonly batch?: number
  readonly captions?: 'keep' | 'crop'
  readonly offline?: boolean
}

/** What is trained on, and what it begins with. */
export function addTrainingOptions(command: Command): Command {
  return command
    .requiredOption(
      '--data <D>',
      'photos of known animals: a folder for each animal, a table (CSV), or a Kaggle folder',
    )
    .addOption(new Option('--preset <name>', 'the settings to start from').default(undefined, 'brief'))
    .option(
      '--backbone <NAME|FILE>',
      'the network to start from: a name that `rosette models` lists, a file of weights, or an .onnx file',
    )
    .option('--model-config <FILE>', 'the description of an .onnx file, where no model.json lies beside it')
    .option('--freeze [layers]', 'how many layers, from the input, keep their weights; without a number all do', layers)
    .option('--set <path=value>', 'change a setting; may be repeated', collect)
    .addOption(captionsOption('crop'))
    .addOption(new Option('--seed <S>', 'seed of everything random').argParser(notNegative).default(undefined, '0'))
}

/** How fast, and from where. */
export function addMachineOptions(command: Command): Command {
  return command
    .option('--batch <B>', 'photos in a step: short for --set batchSize=B', aboveZero)
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(memoryLimitOption())
    .option('--offline', 'download nothing: take pretrained weights from the cache')
}

/** The flags as `train()` takes them, but the device, which is to be chosen first. */
export function trainingOptions({
  device: _,
  batch,
  captions,
  columns,
  set = [],
  freeze,
  memoryLimit,
  encounterGap,
  ...rest
}: TrainingFlags): Omit<TrainCallOptions, 'out' | 'device'> {
  return {
    ...rest,
    freeze: freeze === true ? 'all' : freeze, // true: no number was given
    set: [
      ...set,
      ...(batch === undefined ? [] : [`batchSize=${batch}`]),
      ...(captions === undefined ? [] : [`image.captions=${captions}`]),
    ],
    memoryLimitBytes: bytesOf(memoryLimit),
    encounterGapMinutes: encounterGap,
    columns: columns === undefined ? undefined : parseColumns(columns),
  }
}

/** No backbone has as many. */
const mostLayers = 1000

function layers(text: string): number | 'all' {
  return text === 'all' ? text : fromZero(mostLayers)(text)
}
