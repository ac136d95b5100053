import { invariant } from '../base/index.ts'
import {
  type Graph,
  type GraphShape,
  type Node,
  pad,
  reduceSum,
  reshape,
  slice,
  staticDim,
  staticShape,
  transpose,
  type Value,
} from '../graph/index.ts'
import { countUses, rewriteGraph } from './rewrite.ts'

/**
 * Depthwise convolutions in ONNX Runtime's blocked layout: 1.4 × over plain `Conv`, whose weight is a graph input and therefore
 * takes the slow path (docs/engine.md). Channels are filled up to a multiple of `block`: the reordering of activations does that
 * by itself, for channels in fours. The weight gradient is the same operator: activations seen as [1, B·C, H, W] under B·C
 * kernels, the planes of dy, summed over B.
 */
export function lowerDepthwise(graph: Graph, block: number): Graph {
  const reordered = new Map<Value, Value>()
  const toBlocked = (x: Value): Value => {
    const known = reordered.get(x)
    if (known !== undefined) return known
    const [b, h, w, c] = x.shape as [number, number, number, number]
    const y = node('blockedReorderInput', [x], {}, [b, filled(c, block), h, w])
    reordered.set(x, y)
    return y
  }
  const uses = countUses(graph)
  return rewriteGraph(graph, (value, original) => {
    if (value.op === 'add') {
      // a row that is added to a convolution's result, which nothing else reads, is its bias
      const [y, row] = value.inputs
      const isRow = row.shape.length === 1 && row.shape[0] === value.shape[3]
      const alone = original.inputs[0]!.op === 'depthwiseConv' && uses.get(original.inputs[0]!) === 1
      return isRow && alone && y.op === 'blockedReorderOutput' ? withBias(y, row, block) : value
    }
    if (value.op === 'depthwiseConv' && fits(value)) return blockedConv(value, block, toBlocked)
    if (value.op === 'depthwiseConvWeight' && fits(value)) return blockedWeight(value, block, toBlocked)
    return value
  })
}

/** Static sizes, and channels in fours, as the reordering of channels-last data wants them. */
function fits(value: Value): boolean {
  const x = value.inputs[0]!
  return x.shape.every((dim) => typeof dim === 'number') && staticDim(x.shape[3]) % 4 === 0
}

/** Channels up to the next whole block. */
function filled(channels: number, block: number): number {
  return Math.ceil(channels / block) * block
}

function blockedConv(
  { inputs: [x, w], attrs, shape }: Node<'depthwiseConv'>,
  block: number,
  toBlocked: (x: Value) => Value,
): Value {
  const [b, h, width, c] = shape as [number, number, number, number]
  const y = node('blockedDepthwise', [toBlocked(x), blockedKernel(w, block)], attrs, [b, filled(c, block), h, width])
  return node('blockedReorderOutput', [y], { channels: c }, shape)
}

/** Where y is made of a convolution: the same with a bias, which the operator adds at no cost. */
function withBias(y: Node<'blockedReorderOutput'>, row: Value, block: number): Value {
  const [convolved] = y.inputs
  invariant(
    convolved.op === 'blockedDepthwise' && convolved.inputs.length === 2,
    'a reordered convolution without bias',
  )
  const { inputs, attrs, shape } = convolved
  const bias = pad(row, 0, 0, filled(y.attrs.channels, block) - y.attrs.channels)
  const biased = node('blockedDepthwise', [...inputs, bias], attrs, shape)
  return node('blockedReorderOutput', [biased], y.attrs, y.shape)
}

/** [C, 1, k, k] → [C/b, 1, k, k, b] in memory, which the operator wants to be called [C, 1, k, k]. */
function blockedKernel(w: Value, block: number): Value {
  const [c, , kh, kw] = staticShape(w.shape) as [number, number, number, number]
  const whole = filled(c, block)
  const grouped = reshape(pad(w, 0, 0, whole - c), [whole / block, block, kh, kw])
  return reshape(transpose(grouped, [0, 2, 3, 1]), [whole, 1, kh, kw]) // [C/b, k, k, b]
}

function blockedWeight(value: Node<'depthwiseConvWeight'>, block: number, toBlocked: (x: Value) => Value): Value {
  const [x, dy] = value.inputs
  const [b, h, w, c] = staticShape(x.shape) as [number, number, number, number]
  const [, dh, dw] = staticShape(dy.shape) as [number, number, number]
  const [kh, kw] = staticShape(value.shape).slice(2) as [number, number]
  const whole = filled(c, block)
  const planes = reshape(toBlocked(x), [1, b * whole, h, w])
  const kernels = reshape(toBlocked(dy), [b * whole, 1, dh, dw])
  const y = node('blockedDepthwise', [planes, kernels], value.attrs, [1, b * whole, kh, kw])
  const perImage = reshape(y, [b, whole / block, kh, kw, block])
  const summed = reduceSum(perImage, { axes: [0] }) // [C/b, k, k, b]
  return slice(reshape(transpose(summed, [0, 3, 1, 2]), [whole, 1, kh, kw]), 0, 0, c)
}

function node<K extends 'blockedReorderInput' | 'blockedReorderOutput' | 'blockedDepthwise'>(
  op: K,
  inputs: Node<K>['inputs'],
  attrs: Node<K>['attrs'],
  shape: GraphShape,
): Value {
  return { op, inputs, attrs, shape, dtype: 'float32' } as Node<K> as Value
}
