import { check, unreachable } from '../base/index.ts'
import type { Graph } from '../graph/index.ts'
import { weightPrecision } from '../models/index.ts'
import { type Backend, computesHalf, type Device, halve, quantise } from '../runtime/index.ts'
import type { Tensor } from '../tensor/index.ts'
import type { Precision } from './embedder.ts'

/** An embedding's graph in a precision: int8 rounds the matrix products, fp16 the backbone's weights and activations. */
export async function inPrecision(
  graph: Graph,
  precision: Precision,
  parameters: ReadonlyMap<string, Tensor>,
  backend: Backend,
): Promise<Graph> {
  switch (precision) {
    case 'fp32':
      return graph
    case 'int8':
      return quantise(graph, parameters, backend)
    case 'fp16':
      return halve(graph, parameters, backend, weightPrecision([...parameters.keys()]))
    default:
      return unreachable(precision)
  }
}

/** @throws InputError for whole numbers on a graphics processor, and for float16 on one that lacks it. */
export async function checkPrecision(precision: Precision, device: Device): Promise<void> {
  if (precision === 'fp32' || device === 'cpu') return
  const hint = '`device: "cpu"`, or leave `precision` out'
  check(precision !== 'int8', `\`precision: "${precision}"\`: ${device} computes in floats only`, hint)
  check(await computesHalf(device), `\`precision: "${precision}"\`: ${device} does not compute in float16 here`, hint)
}
