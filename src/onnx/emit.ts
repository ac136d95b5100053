import type { NodeProto } from 'onnx-buf'
import { invariant } from '../base/index.ts'
import {
  type AnyOpName,
  type GraphShape,
  type Node,
  showShape,
  splitDim,
  staticDim,
  type Value,
} from '../graph/index.ts'
import { filled, narrowFloat16, type Shape, sizeOf, type Tensor, tensor } from '../tensor/index.ts'
import { dataTypes, type NodeList } from './nodes.ts'

/** Writes one op as ONNX nodes; `x` are the names of its inputs. Returns the name of its output. */
type EmitRule<K extends AnyOpName> = (list: NodeList, x: readonly string[], node: Node<K>) => string

const blockedDomain = 'com.microsoft.nchwc'

const plain = (opType: string) => (list: NodeList, x: readonly string[]) => list.add(opType, x)
const reduction =
  (opType: string): EmitRule<'reduceSum' | 'reduceMean' | 'reduceMax'> =>
  (list, [x], { attrs }) =>
    list.add(opType, [x!, list.ints(attrs.axes)], { keepdims: Number(attrs.keepDims) })

/** ONNX nodes for every op, opset 20. Of another domain are the blocked ops and products by row, which `lower` makes for this machine. */
const emitRules: { readonly [K in AnyOpName]: EmitRule<K> } = {
  input: (_, __, { attrs }) => attrs.name,
  constant: (list, _, { attrs }) => list.constant(attrs.value),
  cast: (list, x, { attrs }) => list.add('Cast', x, { to: dataTypes[attrs.to] }),
  stopGradient: (_, [x]) => x!,

  add: plain('Add'),
  sub: plain('Sub'),
  mul: plain('Mul'),
  div: plain('Div'),
  pow: plain('Pow'),
  max: plain('Max'),
  min: plain('Min'),

  neg: plain('Neg'),
  abs: plain('Abs'),
  exp: plain('Exp'),
  log: plain('Log'),
  sqrt: plain('Sqrt'),
  erf: plain('Erf'),
  sigmoid: plain('Sigmoid'),
  tanh: plain('Tanh'),
  sign: plain('Sign'),
  floor: plain('Floor'),
  gelu: plain('Gelu'),

  less: plain('Less'),
  equal: plain('Equal'),
  and: plain('And'),
  where: plain('Where'),

  reduceSum: reduction('ReduceSum'),
  reduceMean: reduction('ReduceMean'),
  reduceMax: reduction('ReduceMax'),

  reshape: (list, [x], { attrs }) => list.add('Reshape', [x!, list.ints(reshapeTarget(attrs.shape))]),
  transpose: (list, x, { attrs }) => list.add('Transpose', x, { perm: attrs.perm }),
  expand: (list, [x], { inputs, attrs }) =>
    list.add('Expand', [x!, list.ints(expandTarget(inputs[0].shape, attrs.shape))]),
  concat: (list, x, { attrs }) => list.add('Concat', x, { axis: attrs.axis }),
  slice: (list, [x], { attrs: { begin, end, axis } }) =>
    list.add('Slice', [x!, list.ints([begin]), list.ints([end]), list.ints([axis])]),
  pad: (list, [x], { shape, attrs: { axis, before, after } }) => {
    const side = (count: number) => shape.map((_, i) => (i === axis ? count : 0))
    return list.add('Pad', [x!, list.ints([...side(before), ...side(after)])])
  },
  flip: (list, [x], { attrs: { axes } }) => {
    const each = (value: number | bigint) => list.ints(axes.map(() => value))
    return list.add('Slice', [x!, each(-1), each(-(2n ** 63n)), list.ints(axes), each(-1)])
  },

  integerMatmul: (list, x) => list.add('MatMulInteger', x),
  matmul: (list, x, { inputs, attrs }) => {
    const transposed = attrs.transA || attrs.transB
    if (transposed && inputs.every((input) => input.shape.length === 2)) {
      return list.add('Gemm', x, { transA: Number(attrs.transA), transB: Number(attrs.transB) })
    }
    const a = attrs.transA ? swapLast(list, x[0]!, inputs[0]) : x[0]!
    const b = attrs.transB ? swapLast(list, x[1]!, inputs[1]) : x[1]!
    return list.add('MatMul', [a, b])
  },
  depthwiseConv: (list, [x, w], { inputs, attrs: { pad } }) => {
    const channelsFirst = list.add('Transpose', [x!], { perm: [0, 3, 1, 2] })
    const group = staticDim(inputs[1].shape[0])
    const y = list.add('Conv', [channelsFirst, w!], { group, pads: [pad, pad, pad, pad] })
    return list.add('Transpose', [y], { perm: [0, 2, 3, 1] })
  },
  depthwiseConvWeight: (list, [x, dy], { inputs, shape, attrs: { pad } }) => {
    // Each of the B·C planes of x is convolved with its plane of dy as the kernel; the result is summed over B.
    const [b, h, w, c] = inputs[0].shape.map(staticDim) as [number, number, number, number]
    const [, dh, dw] = inputs[1].shape.map(staticDim) as [number, number, number]
    const planes = (name: string, dims: readonly number[]) =>
      list.add('Reshape', [list.add('Transpose', [name], { perm: [0, 3, 1, 2] }), list.ints(dims)])
    const y = list.add('Conv', [planes(x!, [1, b * c, h, w]), planes(dy!, [b * c, 1, dh, dw])], {
      group: b * c,
      pads: [pad, pad, pad, pad],
    })
    const perImage = list.add('Reshape', [y, list.ints([b, ...shape.map(staticDim)])])
    return list.add('ReduceSum', [perImage, list.ints([0])], { keepdims: 0 })
  },
  standardise: (list, [x], { inputs, attrs: { eps } }) => layerNormalization(list, x!, inputs[0], eps).output[0]!,
  inverseDeviation: (list, [x], { inputs, attrs: { eps } }) => {
    const node = layerNormalization(list, x!, inputs[0], eps)
    if (node.output.length === 1) node.output.push(list.name('mean'), list.name('inverseDeviation'))
    const { dtype } = inputs[0] // the operator gives it in float32 whatever x is
    return dtype === 'float32' ? node.output[2]! : list.add('Cast', [node.output[2]!], { to: dataTypes[dtype] })
  },
  softmax: (list, x) => list.add('Softmax', x, { axis: -1 }),
  gridSample: (list, x) => list.add('GridSample', x, { mode: 'linear', padding_mode: 'zeros', align_corners: 0 }),

  blockedReorderInput: (list, x) => list.add('ReorderInput', x, { channels_last: 1 }, blockedDomain),
  blockedReorderOutput: (list, x, { attrs }) =>
    list.add('ReorderOutput', x, { channels: attrs.channels, channels_last: 1 }, blockedDomain),
  blockedDepthwise: (list, x, { inputs, attrs: { pad } }) =>
    list.add('Conv', x, { group: staticDim(inputs[1].shape[0]), pads: [pad, pad, pad, pad] }, blockedDomain),
  quantisedMatmul: (list, [x, w, scale], { attrs, inputs: [{ shape }] }) =>
    attrs.by === 'row' ? rowProduct(list, x!, w!, scale!, staticDim(shape[0])) : tensorProduct(list, x!, w!, scale!),
  largestOfRows: (list, [x]) => largestOfRows(list, x!),
  roundRows: (list, [x, largest], { shape }) => roundRows(list, x!, largest!, staticDim(shape[0])),
  wholeMatmul: (list, [a, b, scale]) => wholeProduct(list, a!, b!, scale!),
  roundColumns: (list, [w, scale]) => roundColumns(list, w!, scale!),
  roundTerms: (list, [x, scale]) => roundColumns(list, x!, scale!),
  // The largest of one is itself: with nothing between the casts ONNX Runtime would take the pair out, and the rounding with it.
  roundHalf: (list, x) => {
    const rounded = list.add('Max', [list.add('Cast', x, { to: dataTypes.float16 })])
    return list.add('Cast', [rounded], { to: dataTypes.float32 })
  },
  hardSigmoid: (list, x, { attrs }) =>
    list.add('HardSigmoid', x, { alpha: { float: attrs.alpha }, beta: { float: attrs.beta } }),
  biasGelu: (list, x) => list.add('BiasGelu', x, {}, 'com.microsoft'),
  fusedAttention: (list, x, { attrs: { heads, scale } }) =>
    list.add('MultiHeadAttention', x, { num_heads: heads, scale: { float: scale } }, 'com.microsoft'),
  gatherRows: (list, x) => list.add('Gather', x, { axis: 0 }),
  gemm: (list, x, { attrs }) => list.add('Gemm', x, { transA: Number(attrs.transA), transB: Number(attrs.transB) }),
}

/** One op through its rule. */
export function emit(list: NodeList, inputs: readonly string[], value: Value): string {
  const rule = emitRules[value.op] as EmitRule<AnyOpName>
  return rule(list, inputs, value as Node<AnyOpName>)
}

function swapLast(list: NodeList, name: string, value: Value): string {
  const rank = value.shape.length
  const perm = [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2]
  return list.add('Transpose', [name], { perm })
}

/** One node for both ops over the same x, so that the backward pass reads what the forward pass computed. */
function layerNormalization(list: NodeList, x: string, value: Value, eps: number): NodeProto {
  const shape = [staticDim(value.shape[value.shape.length - 1])]
  const isHalf = value.dtype === 'float16'
  const ones = list.constant(
    isHalf ? tensor('float16', shape, narrowFloat16([...filled(shape, 1).data])) : filled(shape, 1),
    'ones',
  )
  return list.once(`LayerNormalization ${x} ${eps}`, 'LayerNormalization', [x, ones], {
    axis: -1,
    epsilon: { float: eps },
  })
}

/** ONNX Runtime makes one DynamicQuantizeMatMul of it. */
function tensorProduct(list: NodeList, x: string, w: string, scale: string): string {
  const [rounded, xScale, zero] = dynamicQuantizeLinear(list, x)
  const sums = list.add('MatMulInteger', [rounded, w, zero])
  const whole = list.add('Cast', [sums], { to: dataTypes.float32 })
  return list.add('Mul', [whole, list.add('Mul', [xScale, scale])])
}

/**
 * Rows as ±127 of their largest number, in uint8 around 128: the left sides that the kernels take. ONNX Runtime's own operator, as it
 * fuses one from standard ones only where nothing is shared, and chunks share their weights. An infinity makes its row infinite or
 * NaN; a lone NaN may be lost, as ReduceMax passes over it: training stops where a gradient has one, before a weight could, and
 * looks at all weights before it keeps them.
 */
function rowProduct(list: NodeList, x: string, w: string, scale: string, rows: number): string {
  const largest = largestOfRows(list, x)
  return list.add('Mul', [wholeProduct(list, roundRows(list, x, largest, rows), w, scale), largest])
}

function largestOfRows(list: NodeList, x: string): string {
  const extremes = ['ReduceMax', 'ReduceMin'].map((op) => list.add(op, [x, list.ints([1])], { keepdims: 1 }))
  return list.add('Max', [extremes[0]!, list.add('Neg', [extremes[1]!]), list.scalar(1e-30)]) // [M, 1]
}

function roundRows(list: NodeList, x: string, largest: string, rows: number): string {
  const steps = list.add('Mul', [list.add('Reshape', [largest, list.ints([rows])]), list.scalar(1 / 127)])
  return list.add('QuantizeLinear', [x, steps, list.constant(middle([rows]), 'middle')], { axis: 0 })
}

function wholeProduct(list: NodeList, a: string, b: string, scale: string): string {
  const inputs = [a, b, list.scalar(1 / 127), scale, list.constant(middle([]), 'middle')]
  return list.add('MatMulIntegerToFloat', inputs, {}, 'com.microsoft')
}

/** QuantizeLinear with a scale a column takes 14 ms for [384, 1536], with one scale 0.1 ms. */
function roundColumns(list: NodeList, x: string, scale: string): string {
  const [one, zero] = [list.constant(filled([], 1), 'one'), list.constant(tensor('int8', [], new Int8Array(1)), 'zero')]
  return list.add('QuantizeLinear', [list.add('Div', [x, scale]), one, zero])
}

function middle(shape: Shape): Tensor {
  return tensor('uint8', shape, new Uint8Array(sizeOf(shape)).fill(128))
}

/** x rounded to uint8, its scale and its zero point: one node for all that read x so. */
function dynamicQuantizeLinear(list: NodeList, x: string): [rounded: string, scale: string, zero: string] {
  const node = list.once(`DynamicQuantizeLinear ${x}`, 'DynamicQuantizeLinear', [x], {})
  if (node.output.length === 1) node.output.push(list.name('scale'), list.name('zero'))
  return node.output as [string, string, string]
}

/** A size that is not known when the graph is written becomes −1; ONNX allows one. */
function reshapeTarget(shape: GraphShape): number[] {
  const symbolic = shape.filter((dim) => splitDim(dim).symbol !== undefined)
  invariant(symbolic.length <= 1, `reshape to ${symbolic.length} symbolic sizes`)
  return shape.map((dim) => (typeof dim === 'number' ? dim : -1))
}

/** A symbolic size is 1 in the target: the operand has it already, and Expand broadcasts both ways. */
function expandTarget(from: GraphShape, shape: GraphShape): number[] {
  return shape.map((dim, i) => {
    if (typeof dim === 'number') return dim
    const own = from[i - shape.length + from.length]
    invariant(own === dim, `expand from ${showShape(from)} to a symbolic size in ${showShape(shape)}`)
    return 1
  })
}
