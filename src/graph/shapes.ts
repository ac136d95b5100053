import { check } from '../base/index.ts'
import { type DType, normaliseAxis, sameShape } from '../tensor/index.ts'
import { type Dim, dimProduct, dimSum, type GraphShape, showShape, staticDim } from './dim.ts'
import type { OpName, Ops } from './ops.ts'
import type { Value } from './value.ts'

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
const reduction = ([x]: readonly [Value], { axes, keepDims }: Ops['reduceSum']['attrs']): Type => {
  const reduced = new Set(axes.map((axis) => normaliseAxis(axis, x.shape.length)))
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
  and: comparison('and'),
  where: ([condition, a, b]) => ({
    shape: broadcastAll('where', [condition, a, b]),
    dtype: commonDType('where', [a, b]),
  }),

  reduceSum: reduction,
  reduceMean: reduction,
  reduceMax: reduction,

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
  pad: ([x], { axis, before, after }) => ({
    shape: x.shape.map((dim, i) => (i === axis ? staticDim(dim) + before + after : dim)),
    dtype: x.dtype,
  }),
  flip: same,

  matmul: ([a, b], { transA, transB }) => {
    check(a.shape.length >= 2 && b.shape.length >= 2, `matmul: ${showShape(a.shape)} by ${showShape(b.shape)}`)
    const [m, k] = matrixDims(a.shape, transA)
    const [k2, n] = matrixDims(b.shape, transB)
    check(k === k2, `matmul: inner sizes, ${k} of ${showShape(a.shape)} and ${k2} of ${showShape(b.shape)}`)
    const leading = broadcastShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2))
    return { shape: [...leading, m, n], dtype: commonDType('matmul', [a, b]) }
  },
  depthwiseConv: ([x, w], { pad }) => {
    const [b, h, width, c] = x.shape as [Dim, Dim, Dim, Dim]
    const k = staticDim(w.shape[2])
    check(
      x.shape.length === 4 && w.shape.length === 4 && w.shape[0] === c && w.shape[1] === 1,
      `depthwiseConv: x ${showShape(x.shape)}, w ${showShape(w.shape)}; expected [B, H, W, C] and [C, 1, k, k]`,
    )
    const size = (dim: Dim, kernel: Dim | undefined) => staticDim(dim) + 2 * pad - staticDim(kernel) + 1
    check(k > 0 && size(h, k) > 0 && size(width, w.shape[3]) > 0, `depthwiseConv: kernel ${k} is larger than its input`)
    return { shape: [b, size(h, k), size(width, w.shape[3]), c], dtype: commonDType('depthwiseConv', [x, w]) }
  },
  depthwiseConvWeight: ([x, dy], { pad }) => {
    check(x.shape[3] === dy.shape[3] && x.shape[0] === dy.shape[0], 'depthwiseConvWeight: batch or channels differ')
    const size = (i: number) => staticDim(x.shape[i]) + 2 * pad - staticDim(dy.shape[i]) + 1
    return { shape: [x.shape[3]!, 1, size(1), size(2)], dtype: commonDType('depthwiseConvWeight', [x, dy]) }
  },
  standardise: same,
  inverseDeviation: ([x]) => ({ shape: [...x.shape.slice(0, -1), 1], dtype: x.dtype }),
  gridSample: ([x, grid]) => ({
    shape: [x.shape[0]!, x.shape[1]!, grid.shape[1]!, grid.shape[2]!],
    dtype: x.dtype,
  }),
}

/** NumPy's broadcast of two shapes. @throws InputError naming `where`. */
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
