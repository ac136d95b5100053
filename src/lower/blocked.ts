import {
  type Graph,
  type GraphShape,
  type Node,
  reduceSum,
  reshape,
  staticDim,
  staticShape,
  transpose,
  type Value,
} from '../graph/index.ts'
import { rewriteGraph } from './rewrite.ts'

/**
 * Depthwise convolutions in ONNX Runtime's blocked layout, where `block` divides the channels: 1.4 × over plain `Conv`, whose
 * weight is a graph input and therefore takes the slow path (docs/engine.md). The weight gradient is the same operator:
 * activations seen as [1, B·C, H, W] under B·C kernels, the planes of dy, summed over B.
 */
export function lowerDepthwise(graph: Graph, block: number): Graph {
  const reordered = new Map<Value, Value>()
  const toBlocked = (x: Value): Value => {
    const known = reordered.get(x)
    if (known !== undefined) return known
    const [b, h, w, c] = x.shape as [number, number, number, number]
    const y = node('blockedReorderInput', [x], {}, [b, c, h, w])
    reordered.set(x, y)
    return y
  }
  return rewriteGraph(graph, (value) => {
    if (value.op === 'depthwiseConv' && fits(value, block)) return blockedConv(value, block, toBlocked)
    if (value.op === 'depthwiseConvWeight' && fits(value, block)) return blockedWeight(value, block, toBlocked)
    return value
  })
}

function fits(value: Value, block: number): boolean {
  const x = value.inputs[0]!
  return x.shape.every((dim) => typeof dim === 'number') && staticDim(x.shape[3]) % block === 0
}

function blockedConv(
  { inputs: [x, w], attrs, shape }: Node<'depthwiseConv'>,
  block: number,
  toBlocked: (x: Value) => Value,
): Value {
  const [b, h, width, c] = shape as [number, number, number, number]
  const y = node('blockedDepthwise', [toBlocked(x), blockedKernel(w, block)], attrs, [b, c, h, width])
  return node('blockedReorderOutput', [y], { channels: c }, shape)
}

/** [C, 1, k, k] → [C/b, 1, k, k, b] in memory, which the operator wants to be called [C, 1, k, k]. */
function blockedKernel(w: Value, block: number): Value {
  const [c, , kh, kw] = staticShape(w.shape) as [number, number, number, number]
  const grouped = transpose(reshape(w, [c / block, block, kh, kw]), [0, 2, 3, 1]) // [C/b, k, k, b]
  return reshape(grouped, [c, 1, kh, kw])
}

function blockedWeight(value: Node<'depthwiseConvWeight'>, block: number, toBlocked: (x: Value) => Value): Value {
  const [x, dy] = value.inputs
  const [b, h, w, c] = staticShape(x.shape) as [number, number, number, number]
  const [, dh, dw] = staticShape(dy.shape) as [number, number, number]
  const [kh, kw] = staticShape(value.shape).slice(2) as [number, number]
  const planes = reshape(toBlocked(x), [1, b * c, h, w])
  const kernels = reshape(toBlocked(dy), [b * c, 1, dh, dw])
  const y = node('blockedDepthwise', [planes, kernels], value.attrs, [1, b * c, kh, kw])
  const perImage = reshape(y, [b, c / block, kh, kw, block])
  const summed = reduceSum(perImage, { axes: [0] }) // [C/b, k, k, b]
  return reshape(transpose(summed, [0, 3, 1, 2]), [c, 1, kh, kw])
}

function node<K extends 'blockedReorderInput' | 'blockedReorderOutput' | 'blockedDepthwise'>(
  op: K,
  inputs: Node<K>['inputs'],
  attrs: Node<K>['attrs'],
  shape: GraphShape,
): Value {
  return { op, inputs, attrs, shape, dtype: 'float32' } as Node<K> as Value
}
