import { Command, Option } from 'commander'
import { check, checkOutput, formatBytes } from '../base/index.ts'
import type { CheckpointName, Precision } from '../identify/index.ts'

const example = `
Example:
  rosette export --model runs/jaguars --out jaguar-model

model.onnx takes photos as bytes (uint8 [N, H, W, 3], RGB) and gives L2-normalised embeddings; flip averaging is inside.
model.json tells how to prepare a photo. Both run wherever ONNX runs.`

interface ExportFlags {
  readonly model: string
  readonly out: string
  readonly checkpoint?: CheckpointName
  readonly precision?: Precision
  readonly name?: string
  readonly overwrite?: boolean
}

/** `rosette export`: a run's network as a standard ONNX file. */
export function exportCommand(): Command {
  return new Command('export')
    .summary("write a run's model as ONNX")
    .description("Write a run's network as model.onnx, with model.json, which states its preprocessing.")
    .requiredOption('--model <RUN>', 'a run folder')
    .requiredOption('--out <DIR>', 'the folder to write')
    .addOption(new Option('--checkpoint <which>', 'default: best, where there is one').choices(['best', 'last']))
    .addOption(
      new Option(
        '--precision <p>',
        'int8: a quarter of the file, and faster on most processors; embeddings change a little',
      )
        .choices(['fp32', 'int8'])
        .default('fp32'),
    )
    .option('--name <name>', "the model's name in model.json (default: the run's)")
    .option('--overwrite', 'replace the model in --out')
    .addHelpText('after', example)
    .action(exportAction)
}

async function exportAction(flags: ExportFlags): Promise<void> {
  const { model, out, checkpoint, precision = 'fp32', name, overwrite = false } = flags
  checkOutput(out, { overwrite, kind: 'folder' })
  const { copyHeadRun, exportModel, isHeadRun, isRunFolder, readRunModel } = await import('../identify/index.ts')
  check(!isRunFolder(out), `--out: ${out} is a run folder, whose model.onnx is its own`, 'choose another folder')
  if (isHeadRun(model)) {
    check(
      precision === 'fp32',
      `--precision ${precision}: ${model} trained a head on an ONNX file, which keeps its own`,
    )
    check(checkpoint !== 'last', `--checkpoint last: ${model} trained a head on an ONNX file; its model is the best`)
    console.log(copyHeadRun(model, out, name).join('\n'))
    return
  }
  const run = readRunModel(model, checkpoint)
  const { network, geometry, tensors } = run
  const { files, bytes, description } = await exportModel({
    network,
    geometry,
    tensors,
    folder: out,
    name: name ?? run.name,
    precision,
    where: run.checkpoint.path,
  })
  console.log(
    `${files.join('\n')}\n${formatBytes(bytes)}, checkpoint '${run.checkpoint.name}', ${precision}, embedding of ${description.output.size}`,
  )
}
