import { check, sha256OfFile } from '../base/index.ts'
import type { Precision } from '../embedder/index.ts'
import { describeModel, inPrecision, matchTensors } from '../embedder/index.ts'
import type { Geometry } from '../images/index.ts'
import { lower, portableTarget } from '../lower/index.ts'
import { embeddingGraph, type ReIdConfig } from '../models/index.ts'
import { toOnnx } from '../onnx/index.ts'
import { ortBackend } from '../runtime/index.ts'
import type { Tensor } from '../tensor/index.ts'
import { type Agreement, agreementOf } from './precision-agreement.ts'
import { type WrittenModel, writeOnnxModel } from './written-model.ts'

/** What is exported, where to, and how precise. */
export interface ExportOptions {
  readonly network: ReIdConfig
  readonly geometry: Geometry
  /** Parameters and statistics by name. The identity head (`head.…`) and names with a `/` are passed over. */
  readonly tensors: ReadonlyMap<string, Tensor>
  /** Gets `model.onnx`, `model.json` and, beyond 2 GB of weights, `model.onnx.data`. What is there is replaced. */
  readonly folder: string
  readonly name: string
  /**
   * fp32 unless given; fp16: half of the file, the backbone in float16; int8 rounds the matrix products' weights to 7 bits and their
   * input to 8 (`quantise` of the runtime).
   */
  readonly precision?: Precision
  /** The run's file of weights that the tensors were read from: what an fp32 model is exported from stands in its description. */
  readonly checkpoint?: string | undefined
  /** What errors call the tensors' origin. */
  readonly where?: string
}

/** A model as it was written. */
export interface ExportedModel extends WrittenModel {
  /** With float32, of any other precision. */
  readonly agreement?: Agreement
}

/**
 * Writes the network as one standard ONNX file: pixels uint8 [N, H, W, 3] → L2-normalised embedding [N, D], standardisation and
 * flip averaging inside; and beside it the description, with the files' SHA-256. Each file appears whole or not at all, `model.json` last.
 * @throws InputError with one table of the tensors that are missing, unexpected or misshapen.
 */
export async function exportModel(options: ExportOptions): Promise<ExportedModel> {
  const { network, geometry, tensors, folder, name, precision = 'fp32', checkpoint, where = 'export' } = options
  const embedding = embeddingGraph(network, { ...geometry, batch: 'N', flip: true })
  const parameters = matchTensors(embedding, tensors, where)
  checkFinite(parameters, where)
  const described = describeModel(name, network, geometry)
  const metadata = { rosette: JSON.stringify(described) }
  const agreement = precision === 'fp32' ? undefined : await agreementOf(precision, network, geometry, parameters)
  const graph = await inPrecision(embedding.graph, precision, parameters, await ortBackend())
  const proto = toOnnx(lower(graph, portableTarget), { parameters, metadata })
  const from = checkpoint === undefined || precision !== 'fp32' ? {} : { checkpoint: await sha256OfFile(checkpoint) }
  const written = writeOnnxModel(folder, { ...described, ...from }, proto)
  return { ...written, ...(agreement === undefined ? {} : { agreement }) }
}

/** A model that embeds everything as NaN is no model. */
export function checkFinite(tensors: ReadonlyMap<string, Tensor>, where: string): void {
  for (const [name, { data }] of tensors) {
    const i = (data as Float32Array).findIndex((value) => !Number.isFinite(value))
    check(i === -1, `${where}: tensor '${name}' holds ${data[i]} at ${i}: the training has gone wrong`)
  }
}
