import { statSync } from 'node:fs'
import { Command, InvalidArgumentError, Option } from 'commander'
import { check, checkOutput, formatBytes } from '../base/index.ts'
import type { Precision } from '../embedder/index.ts'
import type { Agreement } from '../export/index.ts'
import type { CheckpointName } from '../run/index.ts'
import { say, tell } from './say.ts'

const example = `
Examples:
  rosette export --model runs/jaguars --out jaguar-model
  rosette export --model runs/jaguars --out jaguar-timm --format timm

model.onnx takes photos as bytes (uint8 [N, H, W, 3], RGB) and gives embeddings
of length 1. Averaging with the mirror image is inside. model.json says how to
prepare a photo. Both run wherever ONNX runs.

--format timm writes the weights for Python: the backbone under timm's names
(model.safetensors, config.json), pooling and neck (head.safetensors), and a
model card (README.md). docs/models.md has the Python that embeds with them.`

interface ExportFlags {
  readonly model: string
  readonly out: string
  readonly format?: 'onnx' | 'timm'
  readonly checkpoint?: CheckpointName
  readonly precision?: Precision
  readonly name?: string
  readonly overwrite?: boolean
}

/** `rosette export`: a run's network as a standard ONNX file. */
export function exportCommand(): Command {
  return new Command('export')
    .summary("write a run's model as ONNX, or for timm")
    .description("Write a run's network as one ONNX file with a description, or its weights for Python's timm.")
    .addOption(
      new Option('--model <RUN>', 'a run folder, or an ensemble of runs').argParser(oneModel).makeOptionMandatory(),
    )
    .requiredOption('--out <DIR>', 'the folder to write')
    .addOption(
      new Option('--format <f>', 'onnx: one file that embeds photos; timm: weights for Python')
        .choices(['onnx', 'timm'])
        .default('onnx'),
    )
    .addOption(
      new Option('--checkpoint <which>', 'which weights of the run')
        .choices(['best', 'last'])
        .default(undefined, 'best, where there is one'),
    )
    .addOption(
      new Option(
        '--precision <p>',
        'fp16: half of the file, for graphics processors; int8: a quarter, faster on most processors',
      )
        .choices(['fp32', 'fp16', 'int8'] satisfies Precision[])
        .default('fp32'),
    )
    .addOption(new Option('--name <name>', "the model's name in model.json").default(undefined, "the run's"))
    .option('--overwrite', 'replace the model in --out')
    .addHelpText('after', example)
    .action(exportAction)
}

async function exportAction(flags: ExportFlags): Promise<void> {
  const { model, out, format = 'onnx', checkpoint, precision = 'fp32', name, overwrite = false } = flags
  check(
    format === 'onnx' || precision === 'fp32',
    `--precision ${precision}: expected --format onnx; timm's weights are fp32`,
  )
  check(
    !statSync(model, { throwIfNoEntry: false })?.isFile(),
    `--model: ${model} is a file; expected a run folder of \`rosette train\``,
  )
  checkOutput(out, { overwrite, kind: 'folder' })
  const { copyHeadRun, exportModel, exportTimm, writeModelFolder } = await import('../export/index.ts')
  const { isEnsemble, isExported, isHeadRun, readRunModel } = await import('../embedder/index.ts')
  const { isRunFolder } = await import('../run/index.ts')
  check(!isRunFolder(out), `--out: ${out} is a run folder, and has a model.onnx of its own`, 'choose another folder')
  if (isEnsemble(model)) return exportOfEnsemble(flags)
  if (isHeadRun(model)) {
    check(format === 'onnx', `--format timm: ${model} trained a head on an ONNX file, which timm does not have`)
    check(
      precision === 'fp32',
      `--precision ${precision}: ${model} trained a head on an ONNX file, whose precision stays as it is`,
    )
    check(
      checkpoint !== 'last',
      `--checkpoint last: ${model} trained a head on an ONNX file; only its best checkpoint is a model`,
    )
    const { files } = await writeModelFolder(out, 'onnx', async (folder) => ({
      files: await copyHeadRun(model, folder, name),
    }))
    say(files.join('\n'))
    return
  }
  check(
    !isExported(model),
    `--model: ${model} is an exported model already; expected a run folder of \`rosette train\``,
    'every command opens it as it is',
  )
  const run = readRunModel(model, checkpoint)
  const { network, geometry, tensors } = run
  if (format === 'timm') {
    const about = { run: model, model: run, name: name ?? run.name }
    const { files } = await writeModelFolder(out, 'timm', async (folder) => exportTimm({ ...about, folder }))
    say(files.join('\n'))
    return
  }
  const { path: where } = run.checkpoint
  const about = { network, geometry, tensors, name: name ?? run.name, precision, where, checkpoint: where }
  const { files, bytes, description, agreement } = await writeModelFolder(out, 'onnx', (folder) =>
    exportModel({ ...about, folder }),
  )
  say(
    `${files.join('\n')}\n${formatBytes(bytes)}, checkpoint '${run.checkpoint.name}', ${precision}, embedding of ${description.output.size}`,
  )
  if (agreement !== undefined) tellAgreement(agreement, model, precision)
}

/** A second one is refused: taken by itself, it would be exported in place of both. */
function oneModel(model: string, before: string | undefined): string {
  if (before === undefined) return model
  throw new InvalidArgumentError('Give one. `rosette ensemble` makes one model of several.')
}

async function exportOfEnsemble({ model, out, format, checkpoint, precision, name }: ExportFlags): Promise<void> {
  check(format !== 'timm', `--format timm: ${model} is an ensemble, which timm cannot open`, 'export its members')
  check(
    precision === undefined || precision === 'fp32',
    `--precision ${precision}: ${model} is an ensemble, which is exported in fp32`,
  )
  check(
    checkpoint === undefined,
    `--checkpoint ${checkpoint}: ${model} is an ensemble, which has chosen the checkpoints of its members`,
  )
  const { exportEnsemble, writeModelFolder } = await import('../export/index.ts')
  const { files, bytes, description, difference } = await writeModelFolder(out, 'onnx', (folder) =>
    exportEnsemble({ ensemble: model, folder, name }),
  )
  say(`${files.join('\n')}\n${formatBytes(bytes)}, an ensemble, fp32, embedding of ${description.output.size}`)
  say(`compared with its members on drawn jaguars: no number differs by more than ${difference.toExponential(1)}`)
}

/** Below it rounded embeddings are told to be others. */
const enough = 0.99

function tellAgreement({ photos, mean, worst }: Agreement, model: string, precision: Precision): void {
  say(`cosine to fp32 on ${photos} drawn jaguars: ${mean.toFixed(4)} in the mean, ${worst.toFixed(4)} at worst`)
  if (mean >= enough) return
  tell(
    `warning: ${precision} changes the embeddings of ${model}: measure both, \`rosette evaluate --precision ${precision}\` and without it, before you use it`,
  )
}
