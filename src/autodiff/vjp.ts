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
  type Ops,
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

/**
 * What flows to one input: a value of the input's shape, or of a shape that the input was broadcast to (the sweep sums it back). It is
 * null where the derivative is zero everywhere.
 */
export type Cotangent = Value | null

/** One cotangent for each input. A rule that forgets one does not compile. */
type Cotangents<Inputs extends readonly Value[]> = { readonly [I in keyof Inputs]: Cotangent }

/**
 * An op's derivative. A function gives dL/dinputs from the node and dy = dL/doutput. `'zero'`: nothing flows, because the op is a leaf,
 * has steps instead of slopes, or is there to stop gradients. `'none'`: there is a derivative but no rule for it, and to ask for it
 * is an error.
 */
export type VjpRule<K extends OpName> = ((node: Node<K>, dy: Value) => Cotangents<Ops[K]['inputs']>) | 'zero' | 'none'

/** The derivative of each op. No rule sums over broadcast axes: the sweep does. */
export const vjpRules: { readonly [K in OpName]: VjpRule<K> } = {
  input: 'zero',
  constant: 'zero',
  cast: ({ inputs: [x] }, dy) => [cast(dy, x.dtype)], // between floats: nothing flows through whole numbers
  stopGradient: 'zero',

  add: (_, dy) => [dy, dy],
  sub: (_, dy) => [dy, neg(dy)],
  mul: ({ inputs: [a, b] }, dy) => [mul(dy, b), mul(dy, a)],
  div: (y, dy) => {
    const b = y.inputs[1] // d(a/b) = da/b − (a/b)·db/b
    return [div(dy, b), neg(div(mul(dy, y), b))]
  },
  pow: (y, dy) => {
    const [a, b] = y.inputs // d(aᵇ) = b·aᵇ⁻¹ da + aᵇ·log a db
    return [mul(dy, mul(b, pow(a, sub(b, 1)))), mul(dy, mul(y, log(a)))]
  },
  max: ({ inputs: [a, b] }, dy) => [where(less(a, b), 0, dy), where(less(a, b), dy, 0)],
  min: ({ inputs: [a, b] }, dy) => [where(less(b, a), 0, dy), where(less(b, a), dy, 0)],

  neg: (_, dy) => [neg(dy)],
  abs: ({ inputs: [x] }, dy) => [mul(dy, sign(x))],
  exp: (y, dy) => [mul(dy, y)], // d(eˣ) = eˣ dx
  log: ({ inputs: [x] }, dy) => [div(dy, x)],
  sqrt: (y, dy) => [div(mul(dy, 0.5), y)],
  erf: ({ inputs: [x] }, dy) => [mul(dy, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI)))], // 2/√π·e^(−x²)
  sigmoid: (y, dy) => [mul(dy, mul(y, sub(1, y)))],
  tanh: (y, dy) => [mul(dy, sub(1, mul(y, y)))],
  sign: 'zero',
  floor: 'zero',
  gelu: ({ inputs: [x] }, dy) => [mul(dy, geluDerivative(x))],

  less: 'zero',
  equal: 'zero',
  and: 'zero',
  where: ({ inputs: [condition] }, dy) => [null, where(condition, dy, 0), where(condition, 0, dy)],

  reduceSum: ({ inputs: [x], attrs }, dy) => [spread(dy, x, attrs.axes)],
  reduceMean: ({ inputs: [x], attrs }, dy) => {
    const count = attrs.axes.reduce((product, axis) => product * staticDim(x.shape[axis]), 1)
    return [spread(mul(dy, 1 / count), x, attrs.axes)]
  },
  reduceMax: (y, dy) => {
    const { axes } = y.attrs
    const [x] = y.inputs // shared evenly among the elements that attain the maximum
    const attained = cast(equal(x, spread(y, x, axes)), x.dtype)
    const share = div(attained, reduceSum(attained, { axes, keepDims: true }))
    return [mul(spread(dy, x, axes), share)]
  },

  reshape: ({ inputs: [x] }, dy) => [reshape(dy, x.shape)],
  transpose: ({ attrs: { perm } }, dy) => [
    transpose(
      dy,
      perm.map((_, i) => perm.indexOf(i)),
    ),
  ],
  expand: (_, dy) => [dy],
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
    return [da, db]
  },
  depthwiseConv: ({ inputs: [x, w], attrs }, dy) => {
    const k = staticDim(w.shape[2]) // dx: dy convolved with the mirrored kernel
    return [depthwiseConv(dy, flip(w, [2, 3]), k - 1 - attrs.pad), depthwiseConvWeight(x, dy, attrs.pad)]
  },
  depthwiseConvWeight: ({ inputs: [x, dw], attrs }, dy) => {
    const k = staticDim(dy.shape[2]) // linear in both: L = ⟨g, ∂w⟩ = ⟨conv(x, g), dw⟩
    return [depthwiseConv(dw, flip(dy, [2, 3]), k - 1 - attrs.pad), depthwiseConv(x, dy, attrs.pad)]
  },
  standardise: (y, dy) => {
    const lastAxis = { axes: [-1], keepDims: true } // dx = (dy − mean(dy) − y·mean(dy·y)) / σ (Ba et al., arXiv:1607.06450)
    const centred = sub(dy, add(reduceMean(dy, lastAxis), mul(y, reduceMean(mul(dy, y), lastAxis))))
    return [mul(centred, inverseDeviation(y.inputs[0], y.attrs.eps))]
  },
  inverseDeviation: (r, dy) => {
    const [x] = r.inputs // d(1/σ) = −(1/σ)³·(x − mean)/n dx
    const n = staticDim(x.shape[x.shape.length - 1])
    const deviation = sub(x, reduceMean(x, { axes: [-1], keepDims: true }))
    return [mul(deviation, mul(dy, mul(mul(r, mul(r, r)), -1 / n)))]
  },
  softmax: (y, dy) => [mul(y, sub(dy, reduceSum(mul(dy, y), { axes: [-1], keepDims: true })))], // dx = y∘(dy − Σ dy∘y)
  integerMatmul: 'none', // whole numbers have no slope
  gridSample: 'none', // photos at drawn coordinates: neither is trained
}

/** GELU'(x) = Φ(x) + x·φ(x) (Hendrycks and Gimpel, arXiv:1606.08415). */
function geluDerivative(x: Value): Value {
  const cumulative = add(mul(erf(mul(x, Math.SQRT1_2)), 0.5), 0.5)
  const density = mul(exp(mul(mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI))
  return add(cumulative, mul(x, density))
}

/** The result of a reduction seen in the shape of what was reduced. */
function spread(reduced: Value, x: Value, axes: readonly number[]): Value {
  const kept = x.shape.map((dim, i) => (axes.includes(i) ? 1 : dim))
  return expand(reshape(reduced, kept), x.shape)
}
