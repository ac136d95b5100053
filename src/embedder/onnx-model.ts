import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, dirname, extname, join } from 'node:path'
import { check, checkThere, InputError, optionText } from '../base/index.ts'
import { type Geometry, inputMismatches, modelInput } from '../images/index.ts'
import { onnxFiles } from '../onnx/index.ts'
import { shippedDescriptionOf } from '../run/index.ts'
import { findPort, type OnnxPort, openOnnx, type Session } from '../runtime/index.ts'
import type { Tensor } from '../tensor/index.ts'
import {
  captionSetting,
  descriptionFile,
  geometryOf,
  type ModelDescription,
  readModelDescription,
} from './description.ts'
import { type OpenModelOptions, openModelDefaults, type Tta } from './embedder.ts'
import { checkpointFingerprint, fingerprintOf, statedCheckpoint } from './fingerprint.ts'
import { checkModelFiles } from './model-hashes.ts'
import type { Network } from './network.ts'
import { embedderOf, type NetworkEmbedder } from './network-embedder.ts'
import { roundingWarnings, roundsTogether } from './rounding.ts'
import { inPieces, normaliseRows } from './rows.ts'

/**
 * The description that belongs to an ONNX file: `modelConfig`, else `x.model.json` beside `x.onnx`, else `model.json` beside it
 * where that names this file. @throws InputError where there is none.
 */
export function findDescription(onnx: string, modelConfig?: string): string {
  if (modelConfig !== undefined) return modelConfig
  const own = onnx.replace(/\.onnx$/i, '.model.json')
  if (existsSync(own)) return own
  const shared = join(dirname(onnx), descriptionFile)
  if (existsSync(shared)) {
    const { model } = readModelDescription(shared)
    check(
      model === basename(onnx),
      `${onnx}: ${shared} beside it describes ${model}`,
      `name the description with \`modelConfig\`, or put it into ${basename(own)}`,
    )
    return shared
  }
  throw new InputError(
    `${onnx}: no description of its preprocessing`,
    descriptionHint(basename(own), basename(onnx, extname(onnx))),
  )
}

/** The description that fits a file of that name, where rosette has one: for its kind it may need other numbers. */
function descriptionHint(own: string, name: string): string {
  const shipped = shippedDescriptionOf(name)
  const ways = `write ${own} beside it or name one with \`modelConfig\``
  if (shipped === undefined)
    return `${ways}; the folder presets of rosette has some, and docs/models.md tells what stands in them`
  const { path, exact } = shipped
  const given = optionText({ modelConfig: path })
  return exact
    ? `rosette has one for this network: ${given}`
    : `${ways}; rosette has one for a network of this kind, ${given}: docs/models.md tells what stands in it`
}

/** Anybody's ONNX file, or our own exported one, under its description. `path` is for people where the file lies in a folder. */
export async function openDescribed(onnx: string, options: OpenModelOptions, path = onnx): Promise<NetworkEmbedder> {
  checkThere(onnx, 'file')
  check(
    options.checkpoint === undefined,
    `\`checkpoint\`: ${path} is an exported model, not a run folder`,
    'name the run folder',
  )
  check(
    options.precision === undefined,
    `\`precision\`: ${path} is an exported model and has its own`,
    'name the run folder, or export it anew with `precision`',
  )
  const descriptionPath = findDescription(onnx, options.modelConfig)
  const description = readModelDescription(descriptionPath)
  const tta = chooseTta(description, options.tta, onnx)
  await checkModelFiles(onnx, description)
  const model = await openOnnx(onnx, {
    threads: options.threads,
    memoryLimitBytes: options.memoryLimitBytes,
    device: options.device,
  })
  try {
    const ports = checkPorts(model, description, descriptionPath)
    const { threads = availableParallelism() } = options
    const together = await roundsTogether(onnx)
    const batch = options.batch ?? (model.lanes < threads && !together ? openModelDefaults.batch : 1)
    const seen = geometryOf(description, options.captions)
    const captions = captionSetting(description, seen)
    const made = statedCheckpoint(description)
    const fingerprint = async () =>
      made === undefined
        ? fingerprintOf(onnxFiles(onnx), descriptionPath, { tta, ...captions })
        : checkpointFingerprint(made, descriptionPath, { tta, precision: 'fp32', ...captions })
    const network = networkOf(model, ports, { description, geometry: seen, tta, source: path, batch })
    const warnings = roundingWarnings(path, together, network.batchSize)
    const { name } = description
    return embedderOf(network, { name, source: path, run: undefined, description, tta, fingerprint, warnings })
  } catch (error) {
    await model.release()
    throw error
  }
}

function chooseTta({ flipAveraging }: ModelDescription, asked: Tta | undefined, path: string): Tta {
  check(
    asked !== 'multi-scale',
    `\`tta: "multi-scale"\`: ${path} takes photos of one size only`,
    'name a run folder whose network is of rosette: it is built again for each size',
  )
  if (flipAveraging === 'inside') {
    check(
      asked !== 'none',
      `\`tta: "none"\`: ${path} averages photo and mirror image inside its graph`,
      'name the run folder: its network is built again without',
    )
    return 'flip'
  }
  return asked ?? (flipAveraging === 'outside' ? 'flip' : 'none')
}

interface Ports {
  readonly input: OnnxPort
  readonly output: OnnxPort
  /** The batch that the file insists on. */
  readonly fixedBatch: number | undefined
}

function networkOf(
  model: Session,
  { input, output, fixedBatch }: Ports,
  about: { description: ModelDescription; geometry: Geometry; tta: Tta; source: string; batch: number },
): Network {
  const { description, geometry, tta, source, batch } = about
  const { size } = description.output
  const outside = tta === 'flip' && description.flipAveraging !== 'inside'
  const embed = async (pixels: Tensor<'uint8'>, mirror: boolean) => {
    const results = await model.run({ [input.name]: modelInput(pixels, description.input, { mirror }) })
    const { data } = results[output.name]!
    const expected = pixels.shape[0]! * size
    check(
      data.length === expected,
      `${source}: output '${output.name}': expected ${size} numbers a photo, got ${data.length / pixels.shape[0]!}`,
    )
    return data as Float32Array
  }
  const run = async (pixels: Tensor<'uint8'>) => {
    if (!outside) return embed(pixels, false)
    const [straight, mirrored] = await Promise.all([embed(pixels, false), embed(pixels, true)])
    return straight.map((value, i) => (value + mirrored[i]!) / 2)
  }
  const { lanes } = model
  const policy = { batchSize: fixedBatch ?? batch, lanes, fixed: fixedBatch !== undefined }
  return {
    geometry,
    size,
    batchSize: policy.batchSize,
    lanes,
    embed: async (pixels) => normaliseRows(await inPieces(pixels, size, policy, run), size),
    release: () => model.release(),
  }
}

/** Holds what the description says against the file. @throws InputError with every mismatch. */
function checkPorts(model: Session, description: ModelDescription, where: string): Ports {
  const input = findPort(model.inputs, description.input.name, `${where}: input.name`)
  const output = findPort(model.outputs, description.output.name, `${where}: output.name`)
  const problems: string[] = []
  const others = model.inputs.filter((port) => port !== input).map(({ name }) => name)
  if (others.length > 0) problems.push(`the file has more inputs than a photo: ${others.join(', ')}`)
  problems.push(...inputMismatches(input, description.input))
  if (output.dtype !== 'float32') problems.push(`output: expected float32, but '${output.name}' gives ${output.dtype}`)
  const features = output.shape.slice(1)
  const known = features.every((size) => typeof size === 'number')
  const size = features.reduce<number>((product, n) => product * Number(n), 1)
  if (output.shape.length < 2 || (known && size !== description.output.size)) {
    problems.push(`output.size: ${description.output.size}, but '${output.name}' gives [${output.shape.join(', ')}]`)
  }
  check(problems.length === 0, `${where}: does not fit the ONNX file\n${problems.map((p) => `  ${p}`).join('\n')}`)
  const batch = input.shape[0]
  return { input, output, fixedBatch: typeof batch === 'number' && batch > 0 ? batch : undefined }
}
