import { type Graph, less, where } from '../graph/index.ts'
import { rewriteGraph } from './rewrite.ts'

/** Signs by comparisons: WebGPU (ONNX Runtime 1.30) has no Sign, which the derivative of a distance asks for. */
export function plainSigns(graph: Graph): Graph {
  return rewriteGraph(graph, (value) => {
    if (value.op !== 'sign') return value
    const [x] = value.inputs
    return where(less(0, x), 1, where(less(x, 0), -1, 0))
  })
}
