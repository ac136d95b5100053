import { add, div, type Graph, mul, reduceMean, sqrt, sub, topological, type Value } from '../graph/index.ts'
import { rewriteGraph } from './rewrite.ts'

/**
 * Standardisation in plain operators, where a graph asks for the deviation besides: a training step's. WebGPU's LayerNormalization
 * (ONNX Runtime 1.30) gives no second and third output, so that whoever reads one fails. Other graphs keep the one operator.
 */
export function plainStandardisation(graph: Graph): Graph {
  const values = topological(Object.values(graph.outputs))
  if (!values.some(({ op }) => op === 'inverseDeviation')) return graph
  return rewriteGraph(graph, (value) => {
    if (value.op === 'inverseDeviation') return deviation(value.inputs[0], value.attrs.eps).inverse
    if (value.op !== 'standardise') return value
    const { centred, inverse } = deviation(value.inputs[0], value.attrs.eps)
    return mul(centred, inverse)
  })
}

/** x − mean, and 1 / √(variance + eps), over the last axis. */
function deviation(x: Value, eps: number): { readonly centred: Value; readonly inverse: Value } {
  const last = { axes: [x.shape.length - 1], keepDims: true }
  const centred = sub(x, reduceMean(x, last))
  const variance = reduceMean(mul(centred, centred), last)
  return { centred, inverse: div(1, sqrt(add(variance, eps))) }
}
