import type { Graph, Node, Value } from '../graph/index.ts'
import { countUses, rewriteGraph } from './rewrite.ts'

/** a·b + c with a row c becomes one Gemm, which adds the row while the result is in the cache. */
export function fuseBias(graph: Graph): Graph {
  const uses = countUses(graph)
  return rewriteGraph(graph, (value, original) => {
    if (value.op !== 'add') return value
    const [product, row] = value.inputs
    const fits =
      product.op === 'matmul' &&
      product.shape.length === 2 &&
      row.shape.length === 1 &&
      row.shape[0] === product.shape[1] &&
      uses.get(original.inputs[0]!) === 1
    if (!fits) return value
    const { attrs, inputs, shape, dtype } = product
    return { op: 'gemm', inputs: [inputs[0], inputs[1], row], attrs, shape, dtype } satisfies Node<'gemm'> as Value
  })
}
