import { check } from '../base/index.ts'
import type { Graph, Value } from '../graph/index.ts'
import { fixedOperands, type HalfOptions, halveProducts, withConstants } from '../lower/index.ts'
import { narrowFloat16, type Tensor, tensor } from '../tensor/index.ts'
import type { Backend } from './backend.ts'
import { valuesOf } from './quantise.ts'

/**
 * The graph in mixed precision (`halveProducts`), with all that is made of `parameters` alone computed once and kept in the type that it
 * is read in: the weights take half of the room. Standard operators: the graph can be exported. Not to be differentiated.
 * @throws InputError where a weight is larger than what float16 has.
 */
export async function halve(
  graph: Graph,
  parameters: ReadonlyMap<string, Tensor>,
  backend: Backend,
  options: HalfOptions,
): Promise<Graph> {
  const half = halveProducts(graph, options)
  const fixed = fixedOperands(half, new Set(parameters.keys()))
  const known = await valuesOf(fixed, parameters, backend)
  return withConstants(half, new Map([...known].map(([value, wide]) => [value, typed(value, wide)])))
}

/** Numbers of float32 in the type of their value. */
function typed({ dtype }: Value, wide: Tensor<'float32'>): Tensor {
  if (dtype !== 'float16') return wide
  check(
    wide.data.every(Number.isFinite),
    'fp16: a weight is larger than 65504, the largest number of float16',
    'use fp32',
  )
  return tensor('float16', wide.shape, narrowFloat16(wide.data))
}
