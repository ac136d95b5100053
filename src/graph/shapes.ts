import { check } from '../base/index.ts'
import { type DType, normaliseAxis, sameShape } from '../tensor/index.ts'
import { type Dim, dimProduct, dimSum, type GraphShape, showShape, staticDim } from './dim.ts'
import type { OpName, Ops } from './ops.ts'
import type { Value } from './value.ts'

/** What is known of a value without running anything. */
export interface Type {
  readonly shape: GraphShape
  readonly dtype: DType
}

type ShapeRule<K extends OpName> = (inputs: Ops[K]['inputs'], attrs: Ops[K]['attrs']) => Type

const same = ([x]: readonly [Value]): Type => x
const elementwise = (name: string) => (inputs: readonly Value[]) => ({
  shape: broadcastAll(name, inputs),
  dtype: commonDType(name, inputs),
})
const comparison = (name: string) => (inputs: readonly Value[]) => {
  commonDType(name, inputs)
  return { shape: broadcastAll(name, inputs), dtype: 'bool' } as const
}
const reduction =
  (name: string) =>
  ([x]: readonly [Value], { axes, keepDims }: Ops['reduceSum']['attrs']): Type => {
    const reduced = new Set(axes.map((axis) => normaliseAxis(name, axis, x.shape.length)))
    const shape = keepDims
      ? x.shape.map((dim, i) => (reduced.has(i) ? 1 : dim))
      : x.shape.filter((_, i) => !reduced.has(i))
    return { shape, dtype: x.dtype }
  }

/** Shape and dtype of each op's result. Wrong shapes are InputErrors that name the op. */
export const shapeRules: { readonly [K in OpName]: ShapeRule<K> } = {
  input: (_, { shape, dtype }) => ({ shape, dtype }),
  constant: (_, { value }) => ({ shape: value.shape, dtype: value.dtype }),
  cast: ([x], { to }) => ({ shape: x.shape, dtype: to }),
  stopGradient: same,

  add: elementwise('add'),
  sub: elementwise('sub'),
  mul: elementwise('mul'),
  div: elementwise('div'),
  pow: elementwise('pow'),
  max: elementwise('max'),
  min: elementwise('min'),

  neg: same,
  abs: same,
  exp: same,
  log: same,
  sqrt: same,
  erf: same,
  sigmoid: same,
  tanh: same,
  sign: same,
  floor: same,
  gelu: same,

  less: comparison('less'),
  equal: comparison('equal'),
  and: (inputs) => {
    for (const x of inputs) check(x.dtype === 'bool', `and: expected bool, got ${x.dtype}`)
    return { shape: broadcastAll('and', inputs), dtype: 'bool' }
  },
  where: ([condition, a, b]) => {
    check(condition.dtype === 'bool', `where: condition, expected bool, got ${condition.dtype}`)
    return { shape: broadcastAll('where', [condition, a, b]), dtype: commonDType('where', [a, b]) }
  },

  reduceSum: reduction('reduceSum'),
  reduceMean: reduction('reduceMean'),
  reduceMax: reduction('reduceMax'),

  reshape: ([x], { shape }) => {
    const got = dimProduct(shape)
    check(dimProduct(x.shape) === got, `reshape: ${showShape(x.shape)} does not fill ${showShape(shape)}`)
    return { shape, dtype: x.dtype }
  },
  transpose: ([x], { perm }) => {
    const sorted = [...perm].sort((a, b) => a - b)
    check(
      perm.length === x.shape.length && sorted.every((axis, i) => axis === i),
      `transpose: permutation [${perm.join(', ')}] of ${showShape(x.shape)}`,
    )
    return { shape: perm.map((axis) => x.shape[axis]!), dtype: x.dtype }
  },
  expand: ([x], { shape }) => {
    const joint = broadcastShapes('expand', x.shape, shape)
    check(sameShape(joint, shape), `expand: ${showShape(x.shape)} to ${showShape(shape)}`)
    return { shape, dtype: x.dtype }
  },
  concat: (inputs, { axis }) => {
    const first = inputs[0]
    check(first !== undefined, 'concat: no inputs')
    const shape = first.shape.map((dim, i) => (i === axis ? dimSum(inputs.map((x) => x.shape[i]!)) : dim))
    for (const x of inputs) {
      const fits = x.shape.length === shape.length && x.shape.every((dim, i) => i === axis || dim === shape[i])
      check(fits, `concat: ${showShape(first.shape)} and ${showShape(x.shape)} along axis ${axis}`)
    }
    return { shape, dtype: commonDType('concat', inputs) }
  },
  slice: ([x], { axis, begin, end }) => {
    const size = staticDim(x.shape[axis])
    check(begin >= 0 && begin < end && end <= size, `slice: ${begin} to ${end} of ${size} along axis ${axis}`)
    return { shape: x.shape.map((dim, i) => (i === axis ? end - begin : dim)), dtype: x.dtype }
  },
  pad: ([x], { axis, before, after }) => {
    check(before >= 0 && after >= 0, `pad: ${before} before and ${after} after along axis ${axis}`)
    return { shape: x.shape.map((dim, i) => (i === axis ? staticDim(dim) + before + after : dim)), dtype: x.dtype }
  },
  flip: same,

  matmul: ([a, b], { transA, transB }) => {
    check(a.shape.length >= 2 && b.shape.length >= 2, `matmul: ${showShape(a.shape)} by ${showShape(b.shape)}`)
    const [m, k] = matrixDims(a.shape, transA)
    const [k2, n] = matrixDims(b.shape, transB)
    check(k === k2, `matmul: inner sizes, ${k} of ${showShape(a.shape)} and ${k2} of ${showShape(b.shape)}`)
    const leading = broadcastShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2))
    return { shape: [...leading, m, n], dtype: commonDType('matmul', [a, b]) }
  },
  integerMatmul: ([a, b]) => {
    check(
      a.dtype === 'uint8' && b.dtype === 'int8',
      `integerMatmul: expected uint8 and int8, got ${a.dtype} and ${b.dtype}`,
    )
    const [leading, k] = [a.shape.slice(0, -1), a.shape.at(-1)]
    const [k2, n, ...more] = b.shape
    const fits = leading.length > 0 && n !== undefined && more.length === 0 && k === k2
    check(fits, `integerMatmul: ${showShape(a.shape)} by ${showShape(b.shape)}`)
    return { shape: [...leading, n!], dtype: 'int32' }
  },
  depthwiseConv: ([x, w], { pad }) => {
    const [b, h, width, c] = x.shape as [Dim, Dim, Dim, Dim]
    const [channels, one, rows, columns] = w.shape
    check(
      x.shape.length === 4 && w.shape.length === 4 && channels === c && one === 1 && rows === columns,
      `depthwiseConv: x ${showShape(x.shape)}, w ${showShape(w.shape)}; expected [B, H, W, C] and [C, 1, k, k]`,
    )
    const k = staticDim(rows)
    const size = (dim: Dim) => staticDim(dim) + 2 * pad - k + 1
    check(pad >= 0 && pad < k, `depthwiseConv: pad ${pad} of a ${k}×${k} kernel, expected 0 to ${k - 1}`)
    check(size(h) > 0 && size(width) > 0, `depthwiseConv: kernel ${k} is larger than its input ${showShape(x.shape)}`)
    return { shape: [b, size(h), size(width), c], dtype: commonDType('depthwiseConv', [x, w]) }
  },
  depthwiseConvWeight: ([x, dy], { pad }) => {
    const size = (i: number) => staticDim(x.shape[i]) + 2 * pad - staticDim(dy.shape[i]) + 1
    const fits =
      x.shape.length === 4 && dy.shape.length === 4 && x.shape[0] === dy.shape[0] && x.shape[3] === dy.shape[3]
    check(
      fits && size(1) > 0 && size(1) === size(2),
      `depthwiseConvWeight: x ${showShape(x.shape)}, dy ${showShape(dy.shape)}; expected [B, H, W, C] and [B, H', W', C]`,
    )
    return { shape: [x.shape[3]!, 1, size(1), size(2)], dtype: commonDType('depthwiseConvWeight', [x, dy]) }
  },
  standardise: ([x]) => {
    check(x.shape.length > 0, 'standardise: a scalar has no last axis')
    return x
  },
  inverseDeviation: ([x]) => {
    check(x.shape.length > 0, 'inverseDeviation: a scalar has no last axis')
    return { shape: [...x.shape.slice(0, -1), 1], dtype: x.dtype }
  },
  softmax: ([x]) => {
    check(x.shape.length > 0, 'softmax: a scalar has no last axis')
    return x
  },
  gridSample: ([x, grid]) => {
    const [b, c] = x.shape as [Dim, Dim]
    const [batch, h, w, pair] = grid.shape as [Dim, Dim, Dim, Dim]
    check(
      x.shape.length === 4 && grid.shape.length === 4 && batch === b && pair === 2,
      `gridSample: x ${showShape(x.shape)}, grid ${showShape(grid.shape)}; expected [B, C, H, W] and [B, H', W', 2]`,
    )
    return { shape: [b, c, h, w], dtype: commonDType('gridSample', [x, grid]) }
  },
}

/**
 * The shape that both broadcast to, by NumPy's rules: from the last axis on, equal sizes or 1. @throws InputError
 * naming `where`.
 */
export function broadcastShapes(where: string, a: GraphShape, b: GraphShape): Dim[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1
    const right = b[i - rank + b.length] ?? 1
    check(
      left === right || left === 1 || right === 1,
      `${where}: shapes ${showShape(a)} and ${showShape(b)} do not broadcast`,
    )
    return left === 1 ? right : left
  })
}

function broadcastAll(where: string, inputs: readonly Value[]): GraphShape {
  return inputs.map((x) => x.shape).reduce((a, b) => broadcastShapes(where, a, b))
}

function commonDType(where: string, inputs: readonly Value[]): DType {
  const dtype = inputs[0]!.dtype
  const other = inputs.find((x) => x.dtype !== dtype)
  check(other === undefined, `${where}: dtypes ${dtype} and ${other?.dtype}`)
  return dtype
}

function matrixDims(shape: GraphShape, transposed: boolean): [Dim, Dim] {
  const rows = shape[shape.length - 2]!
  const columns = shape[shape.length - 1]!
  return transposed ? [columns, rows] : [rows, columns]
}
