import {
  cast,
  concat,
  constant,
  depthwiseConvWeight,
  type Graph,
  matmul,
  type Node,
  pad,
  reshape,
  slice,
  staticDim,
  transpose,
  type Value,
} from '../graph/index.ts'
import { narrowFloat16, tensor } from '../tensor/index.ts'
import { rewriteGraph } from './rewrite.ts'
import type { Target } from './target.ts'

/**
 * The gradients of depthwise kernels in a form that suits what a device makes of convolutions with whole planes for kernels. On an H100, for a step of
 * ConvNeXt-Small, 32 photos of 224 px: with such convolutions in float16 a first step of cuDNN's did not end in 70 s; in float32 a
 * step took 112 ms with them and 141 ms with products.
 */
export function kernelGradientsFor(graph: Graph, planeKernels: Target['planeKernels']): Graph {
  if (planeKernels === undefined) return graph
  return rewriteGraph(graph, (value, original) => {
    if (value.op === 'depthwiseConvWeight') return planeKernels === 'none' ? asProducts(value) : inFloat32(value)
    const isKept = value.op === 'cast' && original.inputs[0]?.op === 'depthwiseConvWeight'
    return isKept ? inFloat32Again(value) : value
  })
}

/** What was computed in float32 and is wanted in it, without the way through float16. */
function inFloat32Again(value: Node<'cast'>): Value {
  const [x] = value.inputs
  const isBack = x.op === 'cast' && x.inputs[0].dtype === value.dtype
  return isBack ? x.inputs[0] : value
}

/** The same, of what was float32 before. */
function widened(x: Value): Value {
  return x.op === 'cast' && x.inputs[0].dtype === 'float32' ? x.inputs[0] : cast(x, 'float32')
}

function inFloat32(value: Node<'depthwiseConvWeight'>): Value {
  const [x, dy] = value.inputs
  if (value.dtype !== 'float16') return value
  return cast(depthwiseConvWeight(widened(x), widened(dy), value.attrs.pad), 'float16')
}

/**
 * dw[c, i, j] = Σ_w G[c, i, w + j, w] with G[c, i, u, w] = Σ_{b, h} x[b, h + i, u, c] · dy[b, h, w, c]: for each row i of the kernel a product for
 * each channel, and the sums along the diagonals of the results as one more, with a matrix of zeros and ones.
 */
function asProducts({ inputs: [x, dy], shape, attrs }: Node<'depthwiseConvWeight'>): Value {
  const [c, , kernelHeight, kernelWidth] = shape.map(staticDim) as [number, number, number, number]
  const [b, h, w] = dy.shape.map(staticDim) as [number, number, number, number]
  const padded = pad(pad(x, 1, attrs.pad, attrs.pad), 2, attrs.pad, attrs.pad)
  const u = staticDim(padded.shape[2]) // W + kernelWidth − 1
  const columns = reshape(transpose(padded, [3, 2, 1, 0]), [c, u, -1]) // [C, U, H'·B]
  const rows = reshape(transpose(dy, [3, 1, 0, 2]), [c, h * b, w])
  const products = Array.from(
    { length: kernelHeight },
    (_, i) => matmul(slice(columns, 2, i * b, (i + h) * b), rows), // [C, U, W]
  )
  const flat = reshape(concat(products, 1), [c * kernelHeight, u * w])
  return reshape(matmul(flat, diagonals(u, w, kernelWidth, x.dtype)), [c, 1, kernelHeight, kernelWidth])
}

/** [U · W, kernelWidth]: 1 where u − w is the column's number. */
function diagonals(u: number, w: number, count: number, dtype: Value['dtype']): Value {
  const ones = new Float32Array(u * w * count)
  for (let j = 0; j < count; j++) for (let i = 0; i < w; i++) ones[((i + j) * w + i) * count + j] = 1
  const shape = [u * w, count]
  return constant(dtype === 'float16' ? tensor('float16', shape, narrowFloat16(ones)) : tensor('float32', shape, ones))
}
