import { type DType, narrowFloat16, normaliseAxis, sameShape, type Tensor, tensor } from '../tensor/index.ts'
import { dimQuotient, type GraphShape } from './dim.ts'
import type { OpName, Ops } from './ops.ts'
import { shapeRules } from './shapes.ts'
import type { Node, Value } from './value.ts'

/** A value, or a number that becomes a scalar: float16 beside a float16 value, else float32. */
export type Operand = Value | number

/** Applies an op: its shape rule checks the inputs. @throws InputError naming the op where they do not fit. */
function apply<K extends OpName>(op: K, inputs: Ops[K]['inputs'], attrs: Ops[K]['attrs']): Value {
  const { shape, dtype } = shapeRules[op](inputs, attrs)
  return { op, inputs, attrs, shape, dtype } as Node<K> as Value
}

/** A value fed at each run under `name`. */
export function input(name: string, shape: GraphShape, dtype: DType = 'float32'): Value {
  return apply('input', [], { name, shape, dtype })
}

/** A tensor fixed in the graph. */
export function constant(value: Tensor): Value {
  return apply('constant', [], { value })
}

/** A float32 number fixed in the graph. */
export function scalar(value: number): Value {
  return constant(tensor('float32', [], Float32Array.of(value)))
}

/** The operand as a value: a number is of its companion's precision. */
function operand(value: Operand, beside: Operand): Value {
  if (typeof value !== 'number') return value
  const isHalf = typeof beside !== 'number' && beside.dtype === 'float16'
  return isHalf ? constant(tensor('float16', [], narrowFloat16([value]))) : scalar(value)
}

const binary =
  (op: 'add' | 'sub' | 'mul' | 'div' | 'pow' | 'max' | 'min' | 'less' | 'equal' | 'and') =>
  (a: Operand, b: Operand): Value =>
    apply(op, [operand(a, b), operand(b, a)], {})

/** a + b, elementwise; shapes broadcast as NumPy's do. @throws InputError where they do not, or dtypes differ. */
export const add = binary('add')
/** a − b, elementwise; shapes broadcast as NumPy's do. */
export const sub = binary('sub')
/** a · b, elementwise; shapes broadcast as NumPy's do. */
export const mul = binary('mul')
/** a / b, elementwise; shapes broadcast as NumPy's do. */
export const div = binary('div')
/** aᵇ for a > 0, elementwise, broadcast. */
export const pow = binary('pow')
/** The larger of a and b, elementwise, broadcast; where they are equal the gradient goes to a. */
export const max = binary('max')
/** The smaller of a and b, elementwise, broadcast; where they are equal the gradient goes to a. */
export const min = binary('min')
/** a < b as bool, elementwise, broadcast; no gradient. */
export const less = binary('less')
/** a = b as bool, elementwise, broadcast; no gradient. */
export const equal = binary('equal')
/** a ∧ b of two bool values, elementwise, broadcast; no gradient. */
export const and = binary('and')

const unary =
  (
    op:
      | 'stopGradient'
      | 'neg'
      | 'abs'
      | 'exp'
      | 'log'
      | 'sqrt'
      | 'erf'
      | 'sigmoid'
      | 'tanh'
      | 'sign'
      | 'floor'
      | 'gelu'
      | 'softmax',
  ) =>
  (x: Value): Value =>
    apply(op, [x], {})

/** The same value, through which no gradient flows. */
export const stopGradient = unary('stopGradient')
/** The opposite −x, elementwise. */
export const neg = unary('neg')
/** |x|, elementwise; its derivative at 0 is 0. */
export const abs = unary('abs')
/** The exponential eˣ, elementwise. */
export const exp = unary('exp')
/** The natural logarithm, elementwise, for x > 0. */
export const log = unary('log')
/** √x, elementwise, for x ≥ 0. */
export const sqrt = unary('sqrt')
/** The error function 2/√π · ∫₀ˣ e^(−t²) dt, elementwise. */
export const erf = unary('erf')
/** 1 / (1 + e⁻ˣ), elementwise. */
export const sigmoid = unary('sigmoid')
/** The hyperbolic tangent (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ), elementwise. */
export const tanh = unary('tanh')
/** −1, 0 or 1, elementwise; its gradient is 0. */
export const sign = unary('sign')
/** The largest whole number up to x, elementwise; its gradient is 0. */
export const floor = unary('floor')
/**
 * x · Φ(x) with the normal distribution's Φ, exact and not by tanh, elementwise (Hendrycks and Gimpel,
 * arXiv:1606.08415).
 */
export const gelu = unary('gelu')
/** exp(x) / Σ exp(x) over the last axis. */
export const softmax = unary('softmax')

/** condition ? a : b, elementwise. */
export function where(condition: Value, a: Operand, b: Operand): Value {
  return apply('where', [condition, operand(a, b), operand(b, a)], {})
}

/** The same numbers in another dtype; itself where nothing changes. */
export function cast(x: Value, to: DType): Value {
  return x.dtype === to ? x : apply('cast', [x], { to })
}

/** Over which axes a reduction goes, and whether they stay with size 1. */
export interface ReduceOptions {
  /** All axes unless told otherwise; negative ones count from the end. */
  readonly axes?: readonly number[]
  readonly keepDims?: boolean
}

const reduction =
  (op: 'reduceSum' | 'reduceMean' | 'reduceMax') =>
  (x: Value, options: ReduceOptions = {}): Value => {
    const axes = (options.axes ?? x.shape.map((_, i) => i)).map((axis) => normaliseAxis(op, axis, x.shape.length))
    return axes.length === 0 ? x : apply(op, [x], { axes, keepDims: options.keepDims ?? false })
  }

/** Σ x over the axes, which go unless `keepDims`; x itself over none. */
export const reduceSum = reduction('reduceSum')
/** The mean of x over the axes, which go unless `keepDims`; x itself over none. */
export const reduceMean = reduction('reduceMean')
/** The largest of x over the axes, which go unless `keepDims`; equal largest elements share the gradient evenly. */
export const reduceMax = reduction('reduceMax')

/** The same elements in another shape; one size may be −1 and is then inferred. */
export function reshape(x: Value, shape: GraphShape): Value {
  const known = shape.filter((dim) => dim !== -1)
  const target = shape.map((dim) => (dim === -1 ? dimQuotient(x.shape, known) : dim))
  return sameShape(x.shape, target) ? x : apply('reshape', [x], { shape: target })
}

/** Axes reordered: result axis i is x's axis perm[i]. */
export function transpose(x: Value, perm: readonly number[]): Value {
  const isIdentity = perm.length === x.shape.length && perm.every((axis, i) => axis === i)
  return isIdentity ? x : apply('transpose', [x], { perm })
}

/** x repeated along axes of size 1, and along new ones in front, until it has the shape. */
export function expand(x: Value, shape: GraphShape): Value {
  return sameShape(x.shape, shape) ? x : apply('expand', [x], { shape })
}

/** Values joined along an axis; all other sizes are equal. */
export function concat(values: readonly Value[], axis = 0): Value {
  return values.length === 1
    ? values[0]!
    : apply('concat', values, { axis: normaliseAxis('concat', axis, values[0]!.shape.length) })
}

/** Elements begin … end − 1 along one axis. */
export function slice(x: Value, axis: number, begin: number, end: number): Value {
  const index = normaliseAxis('slice', axis, x.shape.length)
  return begin === 0 && end === x.shape[index] ? x : apply('slice', [x], { axis: index, begin, end })
}

/** `before` zeros in front and `after` behind, along one axis. */
export function pad(x: Value, axis: number, before: number, after: number): Value {
  const index = normaliseAxis('pad', axis, x.shape.length)
  return before === 0 && after === 0 ? x : apply('pad', [x], { axis: index, before, after })
}

/** x with the order of its elements turned around along the axes. */
export function flip(x: Value, axes: readonly number[]): Value {
  return apply('flip', [x], { axes: axes.map((axis) => normaliseAxis('flip', axis, x.shape.length)) })
}

/** uint8 [..., M, K] × int8 [K, N] → int32 [..., M, N], exact where the first is below 128. */
export function integerMatmul(a: Value, b: Value): Value {
  return apply('integerMatmul', [a, b], {})
}

/** [..., M, K] × [..., K, N] → [..., M, N]. */
export function matmul(
  a: Value,
  b: Value,
  options: { readonly transA?: boolean; readonly transB?: boolean } = {},
): Value {
  return apply('matmul', [a, b], { transA: options.transA ?? false, transB: options.transB ?? false })
}

/** x [B, H, W, C], w [C, 1, k, k] → [B, H + 2·pad − k + 1, …, C]. */
export function depthwiseConv(x: Value, w: Value, pad: number): Value {
  return apply('depthwiseConv', [x, w], { pad })
}

/**
 * The weight gradient of `depthwiseConv`: x [B, H, W, C], dy [B, H', W', C] → [C, 1, k, k] with k = H + 2·pad − H' +
 * 1.
 */
export function depthwiseConvWeight(x: Value, dy: Value, pad: number): Value {
  return apply('depthwiseConvWeight', [x, dy], { pad })
}

/** (x − mean) / √(variance + eps) over the last axis. */
export function standardise(x: Value, eps: number): Value {
  return apply('standardise', [x], { eps })
}

/** 1 / √(variance + eps) over the last axis, kept with size 1. */
export function inverseDeviation(x: Value, eps: number): Value {
  return apply('inverseDeviation', [x], { eps })
}

/** Bilinear sampling of x [B, C, H, W] at grid [B, H', W', 2], zeros outside. */
export function gridSample(x: Value, grid: Value): Value {
  return apply('gridSample', [x, grid], {})
}
