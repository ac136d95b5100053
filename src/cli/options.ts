import { type Command, InvalidArgumentError, Option } from 'commander'
import type { BoxFormat, NobodyWords, OpenOptions } from '../data/index.ts'
import type { FusionMethod, OpenModelsOptions, Precision, Tta } from '../embedder/index.ts'
import type { CheckpointName } from '../run/index.ts'
import type { DeviceChoice } from '../runtime/index.ts'
import { parseColumns } from './columns.ts'
import { aboveZero, fraction, threadCount, upTo } from './numbers.ts'

/** Of a photo, in memory: 4 GB. */
const mostPixels = 1_000_000_000

/** Options of every command that opens a model. */
export interface ModelFlags {
  /** Several are one ensemble. */
  readonly model: readonly string[]
  readonly fusion?: FusionMethod
  readonly modelConfig?: string
  readonly checkpoint?: CheckpointName
  readonly tta?: Tta
  readonly captions?: 'keep' | 'crop'
  readonly precision?: Precision
  readonly device?: DeviceChoice | undefined
  readonly threads?: number
  readonly batch?: number
  readonly memoryLimit?: number
}

/** Options of every command that reads a dataset. */
export interface DataFlags {
  readonly images?: string
  readonly columns?: string
  readonly unidentified?: NobodyWords
  readonly mergeSimilarLabels?: boolean
  readonly encounterGap?: number
  readonly boxFormat?: BoxFormat
  readonly detections?: string
  readonly confidence?: number
  readonly masks?: string
  readonly skipUnreadable?: boolean
  readonly limitPixels?: number
}

export function addModelOptions(command: Command): Command {
  return addRunOptions(
    command.requiredOption(
      '--model <M>',
      'a run folder, a folder of `rosette export`, an ensemble, or an .onnx file; several are used as one',
      collect,
    ),
  )
}

/** What else `modelOptions` takes: of commands that may do without a model too. */
export function addRunOptions(command: Command): Command {
  return command
    .optionsGroup('How the model is run:')
    .addOption(
      new Option('--fusion <method>', 'how several models become one: their cosines, ranks or embeddings are averaged')
        .choices(['similarities', 'ranks', 'embeddings'] satisfies FusionMethod[])
        .default(undefined, 'similarities, or as an ensemble says'),
    )
    .option('--model-config <FILE>', 'the description of an .onnx file, where no model.json lies beside it')
    .addOption(
      new Option('--checkpoint <which>', 'which weights of a run folder')
        .choices(['best', 'last'])
        .default(undefined, 'best, where there is one'),
    )
    .addOption(
      new Option(
        '--tta <mode>',
        'flip: average the embeddings of a photo and of its mirror image; multi-scale: also those of a larger size, run folders only',
      )
        .choices(['none', 'flip', 'multi-scale'])
        .default(undefined, 'flip for models of rosette, none for others'),
    )
    .addOption(captionsOption('as the model was trained, else crop'))
    .addOption(
      new Option(
        '--precision <p>',
        'int8 is faster on most processors and changes embeddings a little, fp16 is for graphics processors; run folders only',
      )
        .choices(['fp32', 'fp16', 'int8'] satisfies Precision[])
        .default(undefined, 'fp32'),
    )
    .addOption(
      new Option('--batch <B>', 'how many photos pass the network together')
        .argParser(aboveZero)
        .default(undefined, '1; for a large model 8, or 4 with their mirror images'),
    )
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(memoryLimitOption())
}

/** Of every command that runs a network. */
export function deviceOption(): Option {
  const choices: readonly DeviceChoice[] = ['auto', 'cpu', 'webgpu', 'cuda', 'directml', 'coreml']
  return new Option('--device <device>', 'what runs the network; `rosette devices` lists what is there')
    .choices(choices)
    .default(undefined, 'cpu')
}

/** Strips of text and dates that trap cameras print into photos. */
export function captionsOption(otherwise: string): Option {
  return new Option(
    '--captions <what>',
    'text that a camera printed above, below or over a photo: keep it, or crop it away',
  )
    .choices(['keep', 'crop'])
    .default(undefined, otherwise)
}

/** Of every command that runs an .onnx file, which may be anybody's. */
export function memoryLimitOption(): Option {
  return new Option('--memory-limit <GB>', 'memory that an .onnx file may take before it is stopped')
    .argParser(aboveZero)
    .default(undefined, "half of the machine's")
}

/** Bytes of a `--memory-limit`. */
export function bytesOf(gigabytes: number | undefined): number | undefined {
  return gigabytes === undefined ? undefined : gigabytes * 1e9
}

export function threadsOption(): Option {
  return new Option('--threads <T>', 'processor threads').argParser(threadCount).default(undefined, 'all cores')
}

export function addDataOptions(command: Command): Command {
  return addBoxOptions(addLabelOptions(addPhotoOptions(command)))
}

/** How the columns and labels of a table are read. */
function addLabelOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--columns <field=column,…>',
        "the names of a table's columns, as in filename=path,identity=animal",
      ).argParser((text: string, before?: string) => (before === undefined ? text : `${before},${text}`)),
    )
    .addOption(
      new Option(
        '--unidentified <WORD,…>',
        'more labels that mean nobody known; NA, unknown, none, ? and the like always do. only=WORD,… replaces these; with only= just empty cells mean nobody',
      ).argParser(unidentifiedWords),
    )
    .option('--merge-similar-labels', 'make one individual of labels that look alike, as 007 and 7')
    .addOption(
      new Option(
        '--encounter-gap <time>',
        'photos of one animal at one camera belong to one encounter if no more than this lies between them',
      )
        .argParser(minutes)
        .default(undefined, '60m; only where no column has the encounters'),
    )
}

/** Which part of a photo shows the animal. */
function addBoxOptions(command: Command): Command {
  const formats: readonly BoxFormat[] = ['xywh', 'xyxy', 'cxcywh']
  return command
    .option('--detections <FILE.json>', 'boxes that MegaDetector, AddaxAI or SpeciesNet found')
    .option('--masks <DIR>', 'a folder of masks, named as the photos are; white is the animal')
    .addOption(
      new Option(
        '--confidence <C>',
        'how sure --detections, or the network of --locate, must be of an animal, from 0 to 1',
      )
        .argParser(fraction)
        .default(undefined, "0.2 with --detections, with --locate what the network's description says"),
    )
    .addOption(
      new Option(
        '--box-format <format>',
        "a table's boxes: left, top, width, height; or two corners; or center and size",
      )
        .choices(formats)
        .default(undefined, 'what the columns and the sizes of the photos say'),
    )
}

const minutesOf = { s: 1 / 60, m: 1, h: 60, d: 1440 } as const

/** A length of time in minutes, for commander: `60m`, `90s`, `2h`, `1d`. */
function minutes(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([smhd])$/.exec(text.trim()) ?? []
  if (unit !== 's' && unit !== 'm' && unit !== 'h' && unit !== 'd')
    throw new InvalidArgumentError('Expected a time as 60m, 90s, 2h or 1d.')
  return Number(number) * minutesOf[unit]
}

/** Words for nobody, for commander: `WORD,…` beside the usual ones, `only=WORD,…` in place of them. Given twice, the words of both. */
function unidentifiedWords(text: string, before?: NobodyWords): NobodyWords {
  const [, only, list = ''] = /^\s*(only=)?(.*)$/s.exec(text) ?? []
  const words = list
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
  if (before === undefined) return only === undefined ? words : { only: words }
  if ('only' in before !== (only !== undefined))
    throw new InvalidArgumentError('Either only=WORD,… or WORD,…, not both.')
  return 'only' in before ? { only: [...before.only, ...words] } : [...before, ...words]
}

/** Of data whose columns have their names. */
export function addPhotoOptions(command: Command): Command {
  return command
    .optionsGroup('How photos and tables are read:')
    .option('--images <DIR>', "the folder that a table's file names start from")
    .option('--skip-unreadable', 'leave out photos that cannot be read, and list them')
    .addOption(
      new Option('--limit-pixels <N>', 'refuse photos of more pixels; each pixel takes four bytes of memory')
        .argParser(upTo(mostPixels))
        .default(undefined, '100000000'),
    )
}

export function modelOptions({
  fusion,
  modelConfig,
  checkpoint,
  tta,
  captions,
  precision,
  threads,
  batch,
  memoryLimit,
}: ModelFlags): OpenModelsOptions {
  const memoryLimitBytes = bytesOf(memoryLimit)
  return { fusion, modelConfig, checkpoint, tta, captions, precision, threads, batch, memoryLimitBytes }
}

export function dataOptions({
  images,
  columns,
  unidentified,
  mergeSimilarLabels,
  encounterGap,
  boxFormat,
  detections,
  confidence,
  masks,
  skipUnreadable = false,
}: DataFlags): Omit<OpenOptions, 'part' | 'requireIdentity'> {
  return {
    images,
    columns: columns === undefined ? undefined : parseColumns(columns),
    unidentified,
    mergeSimilarLabels,
    encounterGapMinutes: encounterGap,
    boxFormat,
    detections,
    confidence,
    masks,
    skipUnreadable,
  }
}

/** The values of an option that may be repeated, for commander. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}
