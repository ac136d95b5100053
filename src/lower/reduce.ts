import { constant, type Graph, matmul, reshape, type Value } from '../graph/index.ts'
import { filled, sizeOf } from '../tensor/index.ts'
import { rewriteGraph } from './rewrite.ts'

/**
 * A sum over all axes but the last, as a bias' gradient is, becomes a row of ones times the matrix: ONNX Runtime's ReduceSum
 * takes 4.0 ms for [25088, 384] where this takes 1.0 ms (two AVX-512 cores), and 2 to 4 times as long for smaller ones.
 */
export function sumsAsProducts(graph: Graph): Graph {
  return rewriteGraph(graph, (value) => {
    if (value.op !== 'reduceSum' || value.dtype !== 'float32') return value
    const [x] = value.inputs
    const shape = x.shape
    const columns = shape[shape.length - 1]
    const leading = shape.slice(0, -1)
    const { axes } = value.attrs
    const allButLast = axes.length === leading.length && axes.every((axis) => axis < leading.length)
    if (!allButLast || typeof columns !== 'number' || !leading.every((dim): dim is number => typeof dim === 'number'))
      return value
    const rows = sizeOf(leading)
    if (rows < fewestRows) return value
    const ones: Value = constant(filled([1, rows], 1))
    return reshape(matmul(ones, reshape(x, [rows, columns])), value.shape)
  })
}

/** Below this the product's overhead is all there is to gain. */
const fewestRows = 64
