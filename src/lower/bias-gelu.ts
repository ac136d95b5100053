import type { Graph, Node, Value } from '../graph/index.ts'
import { countUses, rewriteGraph } from './rewrite.ts'

/**
 * gelu(x + c) with a row c becomes one op, where nothing else reads the sum. ONNX Runtime's CUDA provider adds a Gemm's row by a product of its own before the
 * first, which writes the result once more.
 */
export function fuseBiasGelu(graph: Graph): Graph {
  const uses = countUses(graph)
  return rewriteGraph(graph, (value, original) => {
    if (value.op !== 'gelu') return value
    const [sum] = value.inputs
    if (sum.op !== 'add' || uses.get(original.inputs[0]!) !== 1) return value
    const [x, row] = sum.inputs
    const fits = row.shape.length === 1 && x.shape.length > 1 && row.shape[0] === x.shape.at(-1)
    if (!fits) return value
    const { shape, dtype } = value
    return { op: 'biasGelu', inputs: [x, row], attrs: {}, shape, dtype } satisfies Node<'biasGelu'> as Value
  })
}
