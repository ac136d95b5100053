import { cast, type Graph, matmul, type Node, reduceSum, reshape, transpose, type Value } from '../graph/index.ts'
import { sizeOf } from '../tensor/index.ts'
import { rewriteGraph } from './rewrite.ts'

/**
 * Long sums in two stages, and products along a long axis in parts that are added. ONNX Runtime's WebGPU provider gives each number of a result to one
 * thread or group, so that a sum of millions of numbers to one uses a sliver of the card: 6.7 ms for 16 million on an H100, and
 * 4.0 ms for the product [100352, 96]ᵀ · [100352, 384], twelve times what its arithmetic takes elsewhere.
 */
export function longSumsInParts(graph: Graph): Graph {
  return rewriteGraph(graph, (value) => {
    if (value.op === 'reduceSum') return sumInParts(value)
    if (value.op === 'matmul') return productInParts(value)
    return value
  })
}

/** Of fewer numbers a sum is left as it is. */
const fewest = 4096

/** Numbers of a part of a sum. */
const partSize = 512

/** Rows of a part of a product. */
const partRows = 8192

/** A sum over all axes, or over all but the last. */
function sumInParts(value: Node<'reduceSum'>): Value {
  const [x] = value.inputs
  const { axes } = value.attrs
  const shape = staticShape(x)
  if (shape === undefined) return value
  const isWhole = axes.length === shape.length
  const columns = isWhole ? 1 : shape.at(-1)!
  const isLeading = isWhole || (axes.length === shape.length - 1 && !axes.includes(shape.length - 1))
  const rows = sizeOf(shape) / columns
  if (!isLeading || rows < fewest) return value
  const part = divisorUpTo(rows, partSize)
  if (part < partSize / 8) return value // a prime, or nearly
  const parts = reduceSum(reshape(x, [rows / part, part, columns]), { axes: [1] })
  return reshape(reduceSum(parts, { axes: isWhole ? [0, 1] : [0] }), value.shape)
}

/** aᵀ · b with more rows than a part has. */
function productInParts(value: Node<'matmul'>): Value {
  const [a, b] = value.inputs
  const { transA, transB } = value.attrs
  const [ours, theirs] = [staticShape(a), staticShape(b)]
  if (!transA || transB || ours?.length !== 2 || theirs === undefined) return value
  const rows = ours[0]!
  const count = rows / divisorUpTo(rows, partRows)
  if (count === 1 || count > (4 * rows) / partRows) return value // the parts' results would take more than what they are made of
  const parts = (x: Value, columns: number) => reshape(x, [count, rows / count, columns])
  const left = transpose(parts(a, ours[1]!), [0, 2, 1])
  const products = cast(matmul(left, parts(b, theirs[1]!)), 'float32')
  return cast(reduceSum(products, { axes: [0] }), value.dtype)
}

function staticShape({ shape }: Value): number[] | undefined {
  return shape.every((dim) => typeof dim === 'number') ? [...(shape as readonly number[])] : undefined
}

function divisorUpTo(n: number, most: number): number {
  let divisor = Math.min(n, most)
  while (n % divisor !== 0) divisor--
  return divisor
}
