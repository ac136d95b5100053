import { basename, resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { check, checkOutput, counted } from '../base/index.ts'
import type { EnsembleMember, FusionMethod, Precision, Tta } from '../embedder/index.ts'
import { collect } from './options.ts'
import { say, warn } from './say.ts'

const example = `
Examples:
  rosette ensemble --model runs/a --model runs/b --out both
  rosette ensemble --model runs/large --model resnet.onnx --weights 2,1 \\
    --fusion ranks --tta flip,none --out mixed
  rosette evaluate --model both --out metrics.json

The folder holds copies of the models' weights and a file that seals them by
hash, so that it can be moved and sent. Every command takes it as --model.
With --fusion similarities and ranks the members may be of any kind, size and
resolution, because each compares photos by itself. --fusion embeddings takes
only runs that began with the same weights and seed: the numbers of other
networks' embeddings do not correspond, and their mean says nothing.`

interface EnsembleFlags {
  readonly model: readonly string[]
  readonly modelConfig?: string
  readonly out: string
  readonly fusion: FusionMethod
  readonly weights?: readonly number[]
  readonly tta?: readonly Tta[]
  readonly precision?: readonly Precision[]
  readonly name?: string
  readonly overwrite?: boolean
}

/** `rosette ensemble`: several models put into one folder. */
export function ensembleCommand(): Command {
  return new Command('ensemble')
    .summary('put several models together as one')
    .description('Write a folder of several models, which every command then takes as one.')
    .requiredOption('--model <M>', 'a run folder, a folder of `rosette export`, or an .onnx file; repeat it', collect)
    .requiredOption('--out <DIR>', 'the folder to write')
    .option('--model-config <FILE>', 'the description of an .onnx file among them, where none lies beside it')
    .addOption(
      new Option('--fusion <method>', 'how they become one: their cosines, ranks or embeddings are averaged')
        .choices(['similarities', 'ranks', 'embeddings'] satisfies FusionMethod[])
        .default('similarities'),
    )
    .addOption(
      new Option('--weights <w,…>', 'how much each model counts, in their order')
        .argParser(numbers)
        .default(undefined, 'all alike'),
    )
    .addOption(
      new Option('--tta <mode,…>', 'flip or none: one for all models, or one for each, in their order')
        .argParser(words<Tta>(['none', 'flip', 'multi-scale']))
        .default(undefined, 'as each model is'),
    )
    .addOption(
      new Option('--precision <p,…>', 'fp32, fp16 or int8: one for all models, or one for each, in their order')
        .argParser(words<Precision>(['fp32', 'fp16', 'int8']))
        .default(undefined, 'as each model is'),
    )
    .addOption(new Option('--name <name>', "the ensemble's name").default(undefined, "the folder's"))
    .option('--overwrite', 'replace the ensemble in --out')
    .addHelpText('after', example)
    .action(ensembleAction)
}

async function ensembleAction(flags: EnsembleFlags): Promise<void> {
  const { model: models, modelConfig, out, fusion, weights, overwrite = false } = flags
  check(models.length > 1, '--model: an ensemble takes two models or more', 'repeat --model')
  check(
    weights === undefined || weights.length === models.length,
    `--weights: expected ${models.length}, one a model, got ${weights?.length}`,
  )
  const tta = forEach(models, flags.tta, '--tta')
  const precision = forEach(models, flags.precision, '--precision')
  checkOutput(out, { overwrite, kind: 'folder' })
  const { writeEnsembleFolder } = await import('../export/index.ts')
  const { describedModel } = await import('../embedder/index.ts')
  const { isRunFolder } = await import('../run/index.ts')
  const described = describedModel(models, modelConfig)
  check(!isRunFolder(out), `--out: ${out} is a run folder`, 'choose another folder')
  const members = models.map((model, i) => ({
    model,
    modelConfig: model === described ? modelConfig : undefined,
    weight: weights?.[i],
    ...(tta[i] === undefined ? {} : { tta: tta[i] }),
    ...(precision[i] === undefined ? {} : { precision: precision[i] }),
  }))
  const record = await writeEnsembleFolder({
    folder: out,
    name: flags.name ?? basename(resolve(out)),
    method: fusion,
    members,
  })
  await warnOfDoubles(record.members, models)
  const lines = record.members.map(({ path, weight }) => `  ${path}, weight ${weight}`)
  say(`${out}: ${counted(record.members.length, 'model')}, fused by ${fusion}\n${lines.join('\n')}`)
}

/** Copies of one network have the same seal. */
async function warnOfDoubles(members: readonly EnsembleMember[], models: readonly string[]): Promise<void> {
  const { doubledWords } = await import('../embedder/index.ts')
  for (const seal of new Set(members.map(({ sha256 }) => sha256))) {
    const same = models.filter((_, i) => members[i]?.sha256 === seal)
    if (same.length > 1) warn(doubledWords(same))
  }
}

/** One value for each model, of a list that has one for all or one for each. */
function forEach<T>(models: readonly string[], values: readonly T[] | undefined, flag: string): (T | undefined)[] {
  if (values === undefined) return models.map(() => undefined)
  check(
    values.length === 1 || values.length === models.length,
    `${flag}: expected 1 or ${models.length}, one a model, got ${values.length}`,
  )
  return models.map((_, i) => values[i] ?? values[0])
}

function numbers(text: string): number[] {
  return text.split(',').map((part) => {
    const value = part.trim() === '' ? Number.NaN : Number(part)
    if (!(Number.isFinite(value) && value > 0)) throw new InvalidArgumentError('Expected numbers above 0, as in 2,1.')
    return value
  })
}

function words<T extends string>(choices: readonly T[]): (text: string) => T[] {
  return (text) =>
    text.split(',').map((part) => {
      const word = choices.find((choice) => choice === part.trim())
      if (word === undefined) throw new InvalidArgumentError(`Expected words among ${choices.join(', ')}.`)
      return word
    })
}
