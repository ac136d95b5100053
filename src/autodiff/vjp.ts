import {
  add,
  cast,
  depthwiseConv,
  depthwiseConvWeight,
  div,
  equal,
  erf,
  exp,
  expand,
  flip,
  inverseDeviation,
  less,
  log,
  matmul,
  mul,
  type Node,
  neg,
  type OpName,
  pad,
  pow,
  reduceMean,
  reduceSum,
  reshape,
  sign,
  slice,
  staticDim,
  sub,
  transpose,
  type Value,
  where,
} from '../graph/index.ts'
import { type DType, sameShape } from '../tensor/index.ts'

/** The gradients of a node's inputs, given the gradient dy of its output; undefined where none flows. */
type VjpRule<K extends OpName> = (node: Node<K>, dy: Value) => readonly (Value | undefined)[]

const none = () => []

/**
 * The derivative of each op: dL/dinputs from dL/doutput. Broadcast operands get their gradient summed back by `sumTo`.
 * Ops with values that jump (sign, floor, comparisons, casts to and from whole numbers) or that only read data (gridSample) pass nothing on.
 */
export const vjpRules: { readonly [K in OpName]: VjpRule<K> } = {
  input: none,
  constant: none,
  cast: ({ inputs: [x], attrs: { to } }, dy) => (isFloat(x.dtype) && isFloat(to) ? [cast(dy, x.dtype)] : []),
  stopGradient: none,

  add: ({ inputs: [a, b] }, dy) => [sumTo(dy, a), sumTo(dy, b)],
  sub: ({ inputs: [a, b] }, dy) => [sumTo(dy, a), sumTo(neg(dy), b)],
  mul: ({ inputs: [a, b] }, dy) => [sumTo(mul(dy, b), a), sumTo(mul(dy, a), b)],
  div: (node, dy) => {
    const [a, b] = node.inputs // d(a/b) = da/b − (a/b)·db/b
    return [sumTo(div(dy, b), a), sumTo(neg(div(mul(dy, asValue(node)), b)), b)]
  },
  pow: (node, dy) => {
    const [a, b] = node.inputs // d(aᵇ) = b·aᵇ⁻¹ da + aᵇ·log a db
    return [sumTo(mul(dy, mul(b, pow(a, sub(b, 1)))), a), sumTo(mul(dy, mul(asValue(node), log(a))), b)]
  },
  max: ({ inputs: [a, b] }, dy) => [sumTo(where(less(a, b), 0, dy), a), sumTo(where(less(a, b), dy, 0), b)],
  min: ({ inputs: [a, b] }, dy) => [sumTo(where(less(b, a), 0, dy), a), sumTo(where(less(b, a), dy, 0), b)],

  neg: (_, dy) => [neg(dy)],
  abs: ({ inputs: [x] }, dy) => [mul(dy, sign(x))],
  exp: (node, dy) => [mul(dy, asValue(node))], // d(eˣ) = eˣ dx
  log: ({ inputs: [x] }, dy) => [div(dy, x)],
  sqrt: (node, dy) => [div(mul(dy, 0.5), asValue(node))],
  erf: ({ inputs: [x] }, dy) => [mul(dy, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI)))], // 2/√π·e^(−x²)
  sigmoid: (node, dy) => [mul(dy, mul(asValue(node), sub(1, asValue(node))))],
  tanh: (node, dy) => [mul(dy, sub(1, mul(asValue(node), asValue(node))))],
  sign: none,
  floor: none,
  gelu: ({ inputs: [x] }, dy) => [mul(dy, geluDerivative(x))],

  less: none,
  equal: none,
  and: none,
  where: ({ inputs: [condition, a, b] }, dy) => [
    undefined,
    sumTo(where(condition, dy, 0), a),
    sumTo(where(condition, 0, dy), b),
  ],

  reduceSum: ({ inputs: [x], attrs }, dy) => [spread(dy, x, attrs.axes)],
  reduceMean: ({ inputs: [x], attrs }, dy) => {
    const count = attrs.axes.reduce((product, axis) => product * staticDim(x.shape[axis]), 1)
    return [spread(mul(dy, 1 / count), x, attrs.axes)]
  },
  reduceMax: (node, dy) => {
    const [x] = node.inputs // shared evenly among the elements that attain the maximum
    const attained = cast(equal(x, spread(asValue(node), x, node.attrs.axes)), x.dtype)
    const share = div(attained, reduceSum(attained, { axes: node.attrs.axes, keepDims: true }))
    return [mul(spread(dy, x, node.attrs.axes), share)]
  },

  reshape: ({ inputs: [x] }, dy) => [reshape(dy, x.shape)],
  transpose: ({ attrs: { perm } }, dy) => [
    transpose(
      dy,
      perm.map((_, i) => perm.indexOf(i)),
    ),
  ],
  expand: ({ inputs: [x] }, dy) => [sumTo(dy, x)],
  concat: ({ inputs, attrs: { axis } }, dy) => {
    let begin = 0
    return inputs.map((x) => {
      const end = begin + staticDim(x.shape[axis])
      const part = slice(dy, axis, begin, end)
      begin = end
      return part
    })
  },
  slice: ({ inputs: [x], attrs: { axis, begin, end } }, dy) => [pad(dy, axis, begin, staticDim(x.shape[axis]) - end)],
  pad: ({ inputs: [x], attrs: { axis, before } }, dy) => [slice(dy, axis, before, before + staticDim(x.shape[axis]))],
  flip: ({ attrs: { axes } }, dy) => [flip(dy, axes)],

  matmul: ({ inputs: [a, b], attrs: { transA, transB } }, dy) => {
    // Y = A·B: dA = dY·Bᵀ, dB = Aᵀ·dY; a transposed operand's gradient is the transpose, which swaps the factors
    const da = transA ? matmul(b, dy, { transA: transB, transB: true }) : matmul(dy, b, { transB: !transB })
    const db = transB ? matmul(dy, a, { transA: true, transB: transA }) : matmul(a, dy, { transA: !transA })
    return [sumTo(da, a), sumTo(db, b)]
  },
  depthwiseConv: ({ inputs: [x, w], attrs }, dy) => {
    const k = staticDim(w.shape[2]) // dx: dy convolved with the mirrored kernel
    return [depthwiseConv(dy, flip(w, [2, 3]), k - 1 - attrs.pad), depthwiseConvWeight(x, dy, attrs.pad)]
  },
  depthwiseConvWeight: ({ inputs: [x, dw], attrs }, dy) => {
    const k = staticDim(dy.shape[2]) // linear in both: L = ⟨g, ∂w⟩ = ⟨conv(x, g), dw⟩
    return [depthwiseConv(dw, flip(dy, [2, 3]), k - 1 - attrs.pad), depthwiseConv(x, dy, attrs.pad)]
  },
  standardise: (node, dy) => {
    const y = asValue(node) // dx = (dy − mean(dy) − y·mean(dy·y)) / σ (Ba et al., arXiv:1607.06450)
    const lastAxis = { axes: [-1], keepDims: true }
    const centred = sub(dy, add(reduceMean(dy, lastAxis), mul(y, reduceMean(mul(dy, y), lastAxis))))
    return [mul(centred, inverseDeviation(node.inputs[0], node.attrs.eps))]
  },
  inverseDeviation: (node, dy) => {
    const [x] = node.inputs // d(1/σ) = −(1/σ)³·(x − mean)/n dx
    const r = asValue(node)
    const n = staticDim(x.shape[x.shape.length - 1])
    const deviation = sub(x, reduceMean(x, { axes: [-1], keepDims: true }))
    return [mul(deviation, mul(dy, mul(mul(r, mul(r, r)), -1 / n)))]
  },
  softmax: (node, dy) => {
    const y = asValue(node) // dx = y∘(dy − Σ dy∘y)
    return [mul(y, sub(dy, reduceSum(mul(dy, y), { axes: [-1], keepDims: true })))]
  },
  gridSample: none,
}

/** GELU'(x) = Φ(x) + x·φ(x) (Hendrycks and Gimpel, arXiv:1606.08415). */
function geluDerivative(x: Value): Value {
  const cumulative = add(mul(erf(mul(x, Math.SQRT1_2)), 0.5), 0.5)
  const density = mul(exp(mul(mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI))
  return add(cumulative, mul(x, density))
}

/** A gradient summed back to the shape of the operand that was broadcast. */
function sumTo(dy: Value, operand: Value): Value {
  if (sameShape(dy.shape, operand.shape)) return dy
  const extra = dy.shape.length - operand.shape.length
  const axes = dy.shape.flatMap((dim, i) => (i < extra || (operand.shape[i - extra] === 1 && dim !== 1) ? [i] : []))
  return reshape(reduceSum(dy, { axes, keepDims: true }), operand.shape)
}

/** The result of a reduction seen in the shape of what was reduced. */
function spread(reduced: Value, x: Value, axes: readonly number[]): Value {
  const kept = x.shape.map((dim, i) => (axes.includes(i) ? 1 : dim))
  return expand(reshape(reduced, kept), x.shape)
}

function isFloat(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'float16'
}

function asValue<K extends OpName>(node: Node<K>): Value {
  return node as unknown as Value
}
