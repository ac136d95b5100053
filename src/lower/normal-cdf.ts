import type { Graph, Node, Value } from '../graph/index.ts'
import { rewriteGraph } from './rewrite.ts'
import { scalarOf } from './scalars.ts'

/** ½·erf(z) + ½ in one pass: a sigmoid of straight lines whose ends the error function, of −1 to 1, never passes. */
export function cumulativeInOnePass(graph: Graph): Graph {
  return rewriteGraph(graph, (value) => {
    if (value.op !== 'add' || scalarOf(value.inputs[1]) !== 0.5) return value
    const [half] = value.inputs
    if (half.op !== 'mul' || half.inputs[0].op !== 'erf' || scalarOf(half.inputs[1]) !== 0.5) return value
    const { shape, dtype } = value
    const attrs = { alpha: 0.5, beta: 0.5 }
    return { op: 'hardSigmoid', inputs: [half.inputs[0]], attrs, shape, dtype } satisfies Node<'hardSigmoid'> as Value
  })
}
