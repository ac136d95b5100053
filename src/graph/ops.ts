import type { DType, Tensor } from '../tensor/index.ts'
import type { GraphShape } from './dim.ts'
import type { Value } from './value.ts'

type Unary = { inputs: readonly [Value]; attrs: object }
type Binary = { inputs: readonly [Value, Value]; attrs: object }
type Reduction = { inputs: readonly [Value]; attrs: { readonly axes: readonly number[]; readonly keepDims: boolean } }

/**
 * The op catalogue: each op's inputs and attributes. Shape rule (graph/shapes.ts), derivative (autodiff/vjp.ts), ONNX
 * emission (onnx/emit.ts) and float64 reference (runtime/reference.ts) are total tables over it. Layout is channels-last.
 * Elementwise ops broadcast as NumPy does.
 */
export interface Ops {
  /** A value fed at each run: data, parameter, state or random number. */
  input: { inputs: readonly []; attrs: { readonly name: string; readonly shape: GraphShape; readonly dtype: DType } }
  /** A value fixed when the graph is built. */
  constant: { inputs: readonly []; attrs: { readonly value: Tensor } }
  cast: { inputs: readonly [Value]; attrs: { readonly to: DType } }
  /** The same value, through which no gradient flows. */
  stopGradient: Unary

  add: Binary
  sub: Binary
  mul: Binary
  div: Binary
  /** a^b for a > 0. */
  pow: Binary
  max: Binary
  min: Binary

  neg: Unary
  abs: Unary
  exp: Unary
  log: Unary
  sqrt: Unary
  erf: Unary
  sigmoid: Unary
  tanh: Unary
  sign: Unary
  floor: Unary
  /** x·Φ(x), exact. */
  gelu: Unary

  /** a < b, bool. */
  less: Binary
  /** a = b, bool. */
  equal: Binary
  /** Both, bool. */
  and: Binary
  /** condition ? a : b. */
  where: { inputs: readonly [Value, Value, Value]; attrs: object }

  reduceSum: Reduction
  reduceMean: Reduction
  reduceMax: Reduction

  reshape: { inputs: readonly [Value]; attrs: { readonly shape: GraphShape } }
  transpose: { inputs: readonly [Value]; attrs: { readonly perm: readonly number[] } }
  /** Broadcast to a shape. */
  expand: { inputs: readonly [Value]; attrs: { readonly shape: GraphShape } }
  concat: { inputs: readonly Value[]; attrs: { readonly axis: number } }
  /** Elements begin … end − 1 along one axis. */
  slice: { inputs: readonly [Value]; attrs: { readonly axis: number; readonly begin: number; readonly end: number } }
  /** Zeros before and after along one axis. */
  pad: { inputs: readonly [Value]; attrs: { readonly axis: number; readonly before: number; readonly after: number } }
  /** Reversed along the axes. */
  flip: { inputs: readonly [Value]; attrs: { readonly axes: readonly number[] } }

  /** [..., M, K] × [..., K, N] → [..., M, N], each side transposed first where asked; leading sizes broadcast. */
  matmul: { inputs: readonly [Value, Value]; attrs: { readonly transA: boolean; readonly transB: boolean } }
  /**
   * a uint8 [M, K] times b int8 [K, N] → int32 [M, N], exact where a is below 128: processors that add pairs of products in 16 bits hold 2 · 127 · 127.
   */
  integerMatmul: { inputs: readonly [Value, Value]; attrs: object }
  /** x [B, H, W, C] with a k×k kernel a channel, w [C, 1, k, k] → [B, H + 2·pad − k + 1, …, C]; stride 1. */
  depthwiseConv: { inputs: readonly [Value, Value]; attrs: { readonly pad: number } }
  /** The weight gradient of depthwiseConv: x [B, H, W, C], dy [B, H', W', C] → [C, 1, k, k] with k = H + 2·pad − H' + 1. */
  depthwiseConvWeight: { inputs: readonly [Value, Value]; attrs: { readonly pad: number } }
  /** (x − mean) / √(variance + eps) over the last axis. */
  standardise: { inputs: readonly [Value]; attrs: { readonly eps: number } }
  /** 1 / √(variance + eps) over the last axis, kept with size 1. */
  inverseDeviation: { inputs: readonly [Value]; attrs: { readonly eps: number } }
  /** exp(x) / Σ exp(x) over the last axis. */
  softmax: Unary
  /**
   * Bilinear sampling with zeros outside: x [B, C, H, W], grid [B, H', W', 2] of (x, y) in [−1, 1], ±1 the outer pixel edges
   * → [B, C, H', W'] (ONNX GridSample with align_corners = 0). Reads data: no derivative.
   */
  gridSample: { inputs: readonly [Value, Value]; attrs: object }
}

/** The name of an op that programs are written in and that has a derivative. */
export type OpName = keyof Ops

/**
 * Ops that only `lower` makes, after differentiation, for one kind of processor: ONNX Runtime's blocked layout
 * (`com.microsoft.nchwc`), which keeps `block` channels together, and fusions. They have no derivative.
 */
export interface LoweredOps {
  /** [B, H, W, C] → blocked [B, C, H, W]. */
  blockedReorderInput: Unary
  /** Blocked [B, C, H, W] → [B, H, W, C]. */
  blockedReorderOutput: { inputs: readonly [Value]; attrs: { readonly channels: number } }
  /** Depthwise convolution, x blocked [B, C, H, W], w blocked [C, 1, kH, kW], a bias [C] where there is one → blocked [B, C, H', W']. */
  blockedDepthwise: {
    inputs: readonly [Value, Value] | readonly [Value, Value, Value]
    attrs: { readonly pad: number }
  }
  /** a·b + c for matrices a, b and a row c [N]. */
  gemm: { inputs: readonly [Value, Value, Value]; attrs: { readonly transA: boolean; readonly transB: boolean } }
  /**
   * A product in whole numbers: x float32 [M, K] is rounded to uint8, found anew at each run, `by: 'tensor'` with one scale and zero
   * point, `by: 'row'` with a scale for each row, symmetric; w int8 [K, N] comes with a scale a column [N] → x·(w∘scale) float32 [M, N].
   */
  quantisedMatmul: { inputs: readonly [Value, Value, Value]; attrs: { readonly by: 'tensor' | 'row' } }
  /** What `roundRows` scales each row of a matrix by: x float32 [M, K] → max |x| of the row, 1e-30 at least, [M, 1]. */
  largestOfRows: Unary
  /** x float32 [M, K] in whole numbers of a row's largest [M, 1]: 128 + 127·x / largest, rounded half to even, uint8 [M, K]. */
  roundRows: Binary
  /** a uint8 [M, K] of `roundRows`, transposed or not, times b int8 [K, N] with a scale a column [N] → (a − 128)/127 · (b∘scale) float32 [M, N]. */
  wholeMatmul: { inputs: readonly [Value, Value, Value]; attrs: object }
  /** x float32 [M, N], a sum over M on its way, in whole numbers of its column's scale [N]: x / scale, rounded half to even, int8 [M, N]. */
  roundTerms: { inputs: readonly [Value, Value]; attrs: object }
  /** A weight w float32 [K, N] in whole numbers of its column's scale [N]: w / scale, rounded half to even, int8 [K, N]. */
  roundColumns: { inputs: readonly [Value, Value]; attrs: object }
  /** The nearest float16 of each number, kept as float32: what a value of float16 is where nothing computes in it. */
  roundHalf: Unary
  /** max(0, min(1, alpha·x + beta)), elementwise. */
  hardSigmoid: { inputs: readonly [Value]; attrs: { readonly alpha: number; readonly beta: number } }
  /** gelu(x + c) for x [..., C] and a row c [C] (`com.microsoft`). */
  biasGelu: Binary
  /**
   * softmax(scale·q·kᵀ)·v for each head of `heads`: queries [B, T, h·d], keys and values [B, S, h·d] → [B, T, h·d] (`com.microsoft`).
   */
  fusedAttention: {
    inputs: readonly [Value, Value, Value]
    attrs: { readonly heads: number; readonly scale: number }
  }
  /** Rows of a table [R, C] by their numbers, int32 of any shape → [..., C]. */
  gatherRows: Binary
}

/** The name of an op that only `lower` makes. */
export type LoweredOpName = keyof LoweredOps

/** Both catalogues: what a backend must run. */
export type AllOps = Ops & LoweredOps
/** The name of any op: what a backend must know. */
export type AnyOpName = keyof AllOps
