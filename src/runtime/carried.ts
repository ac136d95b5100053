import { check } from '../base/index.ts'
import { type Graph, graphInputs, showShape, staticShape } from '../graph/index.ts'
import { sameShape, type Tensor } from '../tensor/index.ts'
import type { Tensors } from './backend.ts'

/** @throws InputError naming a tensor that the graph carries over and `state` lacks, or that does not fit the graph's input. */
export function checkState(graph: Graph, state: Tensors): void {
  const inputs = new Map(graphInputs(graph).map((node) => [node.attrs.name, node]))
  for (const name of Object.keys(graph.carried ?? {}))
    check(state[name] !== undefined, `state: '${name}' is missing, which the graph carries over`)
  for (const [name, given] of Object.entries(state)) {
    const wanted = inputs.get(name)
    if (wanted !== undefined) checkType(name, { dtype: wanted.dtype, shape: staticShape(wanted.shape) }, given)
  }
}

/** @throws InputError naming a tensor that the state has not, or has in another dtype or shape. */
export function checkWritten(state: Readonly<Record<string, Pick<Tensor, 'dtype' | 'shape'>>>, tensors: Tensors): void {
  for (const [name, given] of Object.entries(tensors)) {
    const own = state[name]
    check(own !== undefined, `state: there is no '${name}'`)
    checkType(name, own, given)
  }
}

function checkType(name: string, wanted: Pick<Tensor, 'dtype' | 'shape'>, given: Tensor): void {
  check(
    wanted.dtype === given.dtype && sameShape(wanted.shape, given.shape),
    `state: '${name}', expected ${wanted.dtype} ${showShape(wanted.shape)}, got ${given.dtype} ${showShape(given.shape)}`,
  )
}

/** Those of the names, in their order. */
export function picked<T>(record: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, record[name]!]))
}
