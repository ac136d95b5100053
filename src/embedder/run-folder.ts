import { join } from 'node:path'
import { check } from '../base/index.ts'
import type { Geometry } from '../images/index.ts'
import { cellGraph, embeddingGraph, embeddingSize, type ReIdConfig } from '../models/index.ts'
import { type CheckpointName, findCheckpoint, readCheckpoint } from '../run/index.ts'
import { ortBackend, shareThreads } from '../runtime/index.ts'
import { type Tensor, totalBytes } from '../tensor/index.ts'
import { captionSetting, descriptionFile, geometryOf, readModelDescription } from './description.ts'
import { type OpenModelOptions, photosTogether } from './embedder.ts'
import { checkpointFingerprint } from './fingerprint.ts'
import { checkPrecision, inPrecision } from './in-precision.ts'
import { checkTakesSize, multiScaleOf, multiScales, scaledGeometry } from './multi-scale.ts'
import type { Network } from './network.ts'
import { embedderOf, type NetworkEmbedder } from './network-embedder.ts'
import { roundingWarnings } from './rounding.ts'
import { inPieces, normaliseRows } from './rows.ts'
import { runCells } from './run-cells.ts'
import { matchTensors } from './tensors.ts'

/** The weights of a checkpoint that embed: averaged ones (`ema/…`) in place of those they average. */
function readWeights(path: string): ReadonlyMap<string, Tensor> {
  const { tensors } = readCheckpoint(path)
  const weights = new Map([...tensors].filter(([name]) => !name.includes('/')))
  for (const [name, tensor] of tensors) if (name.startsWith('ema/')) weights.set(name.slice('ema/'.length), tensor)
  return weights
}

/** What `exportModel` and an embedder need of a run. */
export interface RunModel {
  readonly name: string
  readonly network: ReIdConfig
  readonly geometry: Geometry
  readonly checkpoint: { readonly name: CheckpointName; readonly path: string }
  readonly tensors: ReadonlyMap<string, Tensor>
}

/**
 * A run's network, its geometry and the weights of a checkpoint: the one asked for, else the best, else the last.
 * @throws InputError naming the file that is missing or malformed.
 */
export function readRunModel(folder: string, which?: CheckpointName): RunModel {
  const path = join(folder, descriptionFile)
  const description = readModelDescription(path)
  const { name, network } = description
  check(network !== undefined, `${path}: network: missing, so that the checkpoint cannot be read`)
  const { size } = description.output
  check(size === embeddingSize(network), `${path}: output.size: expected ${embeddingSize(network)}, got ${size}`)
  const checkpoint = findCheckpoint(folder, which)
  return { name, network, geometry: geometryOf(description), checkpoint, tensors: readWeights(checkpoint.path) }
}

/**
 * A run's network rebuilt for this processor, its weights part of the program; for `tta: "multi-scale"` once for each size.
 * @throws InputError for a network of one size only.
 */
export async function openRun(folder: string, options: OpenModelOptions): Promise<NetworkEmbedder> {
  const { checkpoint, tta, precision = 'fp32', device = 'cpu' } = options
  await checkPrecision(precision, device)
  const described = readModelDescription(join(folder, descriptionFile))
  const model = { ...readRunModel(folder, checkpoint), geometry: geometryOf(described, options.captions) }
  if (tta !== 'multi-scale') return openAt(folder, model, options)
  const geometries = multiScales.map((scale) => scaledGeometry(model.geometry, scale))
  for (const geometry of geometries) checkTakesSize(model, geometry, folder)
  const open = (geometry: Geometry) => openAt(folder, { ...model, geometry }, { ...options, tta: 'flip' })
  const own = await open(geometries[0]!)
  try {
    const others: NetworkEmbedder[] = []
    for (const geometry of geometries.slice(1)) others.push(await open(geometry))
    const description = join(folder, descriptionFile)
    const settings = { tta, precision, ...captionSetting(described, model.geometry) }
    return multiScaleOf([own, ...others], () => checkpointFingerprint(model.checkpoint, description, settings))
  } catch (error) {
    await own.release()
    throw error
  }
}

async function openAt(folder: string, model: RunModel, options: OpenModelOptions): Promise<NetworkEmbedder> {
  const { tta = 'flip', precision = 'fp32', threads, device = 'cpu' } = options
  const { name, network, geometry, checkpoint: found, tensors } = model
  const description = readModelDescription(join(folder, descriptionFile))
  const batch = options.batch ?? photosTogether(tta, precision, shareThreads(totalBytes(tensors), threads)[0]!)
  const embedding = embeddingGraph(network, { ...geometry, batch, flip: tta === 'flip' })
  const parameters = matchTensors(embedding, tensors, found.path)
  const backend = await ortBackend({ threads, device })
  const graph = await inPrecision(embedding.graph, precision, parameters, backend)
  const { size } = description.output
  const parts = cellGraph(network, { ...geometry, batch })
  const program = await backend.compile(graph, { parameters, lanes: true })
  const policy = { batchSize: batch, lanes: program.lanes, fixed: true }
  const cells = parts && runCells(parts, backend, parameters, { batch, size })
  const run = async (piece: Tensor<'uint8'>) => (await program.run({ pixels: piece })).embedding!.data as Float32Array
  const opened: Network = {
    geometry,
    size,
    batchSize: batch,
    lanes: program.lanes,
    ...cells?.network,
    embed: async (pixels) => normaliseRows(await inPieces(pixels, size, policy, run), size),
    release: async () => {
      await program.release()
      await cells?.release()
    },
  }
  const source = `${folder}, checkpoint '${found.name}'${precision === 'fp32' ? '' : `, ${precision}`}${device === 'cpu' ? '' : `, on ${device}`}`
  const settings = { tta, precision, ...captionSetting(description, geometry) }
  const fingerprint = () => checkpointFingerprint(found, join(folder, descriptionFile), settings)
  const warnings = roundingWarnings(source, precision === 'int8', batch)
  return embedderOf(opened, { name, source, run: folder, description, tta, fingerprint, warnings })
}
