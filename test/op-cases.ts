import type { Rng } from '../src/base/index.ts'
import {
  abs,
  add,
  and,
  cast,
  concat,
  constant,
  depthwiseConv,
  depthwiseConvWeight,
  div,
  equal,
  erf,
  exp,
  expand,
  flip,
  floor,
  type GraphShape,
  gelu,
  gridSample,
  integerMatmul,
  inverseDeviation,
  less,
  log,
  matmul,
  max,
  min,
  mul,
  neg,
  type OpName,
  pad,
  pow,
  reduceMax,
  reduceMean,
  reduceSum,
  reshape,
  sigmoid,
  sign,
  slice,
  softmax,
  sqrt,
  standardise,
  stopGradient,
  sub,
  tanh,
  transpose,
  type Value,
  where,
} from '../src/graph/index.ts'
import { type DType, float32, int32 } from '../src/tensor/index.ts'

/** An input of a case: its type, and numbers that suit the op. */
export interface InputSpec {
  readonly shape: GraphShape
  readonly dtype: DType
  readonly fill: (rng: Rng, size: number) => number[]
}

/** One use of an op, small enough for central differences. */
export interface OpCase {
  readonly title: string
  readonly inputs: readonly InputSpec[]
  readonly build: (...x: readonly [Value, Value, Value, Value]) => Value
  /** Products summed in one element of the result, 1 unless told otherwise. */
  readonly terms?: number
}

/** What the symbol 'N' stands for when the cases run. */
export const symbolN = 3

const uniform = (shape: GraphShape, low = -1, high = 1): InputSpec => ({
  shape,
  dtype: 'float32',
  fill: (rng, size) => Array.from({ length: size }, () => rng.uniform(low, high)),
})
/** ± [0.2, 2]: away from a kink or pole at 0, and from the whole numbers by 0.1. */
const offZero = (shape: GraphShape): InputSpec => ({
  shape,
  dtype: 'float32',
  fill: (rng, size) =>
    Array.from({ length: size }, () => rng.pick([-2, -1, 0, 1]) + rng.uniform(0.2, 0.8)).map((v) =>
      Math.abs(v) < 0.2 ? 0.5 : v,
    ),
})
/** Multiples of 0.04, moved by `offset`, in random order: no two numbers meet, in one tensor or under another offset. */
const ladder = (shape: GraphShape, offset = 0): InputSpec => ({
  shape,
  dtype: 'float32',
  fill: (rng, size) => rng.shuffle(Array.from({ length: size }, (_, i) => (i - (size >> 1)) * 0.04 + offset)),
})
const whole = (shape: GraphShape, dtype: 'int32' | 'uint8' | 'float32', below: number): InputSpec => ({
  shape,
  dtype,
  fill: (rng, size) => Array.from({ length: size }, () => rng.int(below)),
})

const show = (...shapes: readonly GraphShape[]) => shapes.map((shape) => `[${shape.join(', ')}]`).join(' by ')

const broadcasts: readonly (readonly [GraphShape, GraphShape])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3]],
  [[4], [2, 1, 4]],
  [
    [2, 1],
    [1, 3],
  ],
  [[], [2, 2]],
  [[1], []],
  [
    [2, 3, 2],
    [3, 1],
  ],
  [['N', 3], [3]],
  [
    ['N', 1],
    ['N', 4],
  ],
]

function binaryCases(
  op: (a: Value, b: Value) => Value,
  a: (shape: GraphShape) => InputSpec,
  b: (shape: GraphShape) => InputSpec,
): OpCase[] {
  return broadcasts.map(([left, right]) => ({
    title: show(left, right),
    inputs: [a(left), b(right)],
    build: (x, y) => op(x, y),
  }))
}

function unaryCases(op: (x: Value) => Value, fill: (shape: GraphShape) => InputSpec): OpCase[] {
  const shapes: readonly GraphShape[] = [[], [7], [1, 1], [2, 3, 4], ['N', 5]]
  return shapes.map((shape) => ({ title: show(shape), inputs: [fill(shape)], build: (x) => op(x) }))
}

function reductionCases(op: typeof reduceSum, fill: (shape: GraphShape) => InputSpec): OpCase[] {
  const one = (shape: GraphShape, axes: readonly number[], keepDims: boolean, terms: number): OpCase => ({
    title: `${show(shape)} over ${axes}${keepDims ? ', kept' : ''}`,
    inputs: [fill(shape)],
    build: (x) => op(x, { axes, keepDims }),
    terms,
  })
  return [
    one([5], [0], false, 5),
    one([2, 3], [0], false, 2),
    one([2, 3], [-1], true, 3),
    one([2, 3, 4], [1], false, 3),
    one([2, 3, 4], [0, 2], false, 8),
    one([2, 3, 4], [2, 0], true, 8),
    one([1, 4, 1], [0, 2], false, 1),
    one(['N', 4], [1], true, 4),
    { title: '[3, 4] over all', inputs: [fill([3, 4])], build: (x) => op(x), terms: 12 },
  ]
}

function matmulCase(a: GraphShape, b: GraphShape, transA: boolean, transB: boolean): OpCase {
  return {
    title: `${show(a, b)}${transA ? ', left transposed' : ''}${transB ? ', right transposed' : ''}`,
    inputs: [uniform(a), uniform(b)],
    build: (x, y) => matmul(x, y, { transA, transB }),
    terms: Number(a[a.length - (transA ? 2 : 1)]),
  }
}

function depthwiseCase([b, h, w, c]: GraphShape, k: number, padding: number): OpCase {
  return {
    title: `${show([b!, h!, w!, c!])}, ${k}×${k}, pad ${padding}`,
    inputs: [uniform([b!, h!, w!, c!]), uniform([c!, 1, k, k])],
    build: (x, kernel) => depthwiseConv(x, kernel, padding),
    terms: k * k,
  }
}

function depthwiseWeightCase([b, h, w, c]: readonly [number, number, number, number], k: number, padding: number) {
  const dy = [b, h + 2 * padding - k + 1, w + 2 * padding - k + 1, c] as const
  return {
    title: `${show([b, h, w, c])}, ${k}×${k}, pad ${padding}`,
    inputs: [uniform([b, h, w, c]), uniform(dy)],
    build: (x: Value, g: Value) => depthwiseConvWeight(x, g, padding),
    terms: b * dy[1] * dy[2],
  }
}

const moderate = (shape: GraphShape) => uniform(shape, -2, 2)
const wideRange = (shape: GraphShape) => uniform(shape, -5, 5)
const positive = (shape: GraphShape) => uniform(shape, 0.3, 3)

/** Cases for every op of the catalogue: an op without any does not compile. */
export const opCases: { readonly [K in OpName]: readonly OpCase[] } = {
  input: [
    { title: 'float32 [2, 3]', inputs: [uniform([2, 3])], build: (x) => x },
    { title: 'float32 scalar', inputs: [uniform([])], build: (x) => x },
    { title: 'float32 [N, 2]', inputs: [uniform(['N', 2])], build: (x) => x },
    { title: 'int32 [4]', inputs: [whole([4], 'int32', 1000)], build: (x) => x },
    { title: 'uint8 [N, 2, 2, 3]', inputs: [whole(['N', 2, 2, 3], 'uint8', 256)], build: (x) => x },
  ],
  constant: [
    { title: 'float32 [2, 2]', inputs: [], build: () => constant(float32([2, 2], [1, -2.5, 0, 3e-9])) },
    { title: 'float32 scalar', inputs: [], build: () => constant(float32([], [-7])) },
    { title: 'int32 [3]', inputs: [], build: () => constant(int32([3], [-1, 0, 2 ** 30])) },
    { title: '100 numbers', inputs: [], build: () => constant(float32([100], Array.from({ length: 100 }, Math.sqrt))) },
  ],
  cast: [
    { title: 'uint8 to float32', inputs: [whole(['N', 3], 'uint8', 256)], build: (x) => cast(x, 'float32') },
    { title: 'int32 to float32', inputs: [whole([4], 'int32', 1000)], build: (x) => cast(x, 'float32') },
    { title: 'float32 to int32', inputs: [offZero([2, 5])], build: (x) => cast(x, 'int32') },
    { title: 'float32 to uint8', inputs: [uniform([9], 1, 255)], build: (x) => cast(x, 'uint8') },
    { title: 'float32 to bool', inputs: [whole([9], 'float32', 2)], build: (x) => cast(x, 'bool') },
    { title: 'bool to float32', inputs: [ladder([6])], build: (x) => cast(less(x, 0.01), 'float32') },
  ],
  stopGradient: unaryCases(stopGradient, moderate),

  add: [
    ...binaryCases(add, moderate, moderate),
    { title: 'one value twice', inputs: [moderate([2, 3])], build: (x) => add(x, x) },
    { title: 'a number', inputs: [moderate([2, 3])], build: (x) => add(x, 0.5) },
  ],
  sub: [...binaryCases(sub, moderate, moderate), { title: 'from 1', inputs: [moderate([3])], build: (x) => sub(1, x) }],
  mul: [
    ...binaryCases(mul, moderate, moderate),
    { title: 'one value twice', inputs: [moderate([2, 3])], build: (x) => mul(x, x) },
  ],
  div: [
    ...binaryCases(div, moderate, offZero),
    { title: 'one value twice', inputs: [positive([2, 3])], build: (x) => div(x, x) },
  ],
  pow: [
    ...binaryCases(pow, positive, moderate),
    { title: 'one value twice', inputs: [positive([2, 3])], build: (x) => pow(x, x) },
  ],
  max: binaryCases(max, ladder, (shape) => ladder(shape, 0.02)),
  min: binaryCases(min, ladder, (shape) => ladder(shape, 0.02)),

  neg: unaryCases(neg, moderate),
  abs: unaryCases(abs, offZero),
  exp: unaryCases(exp, moderate),
  log: unaryCases(log, positive),
  sqrt: unaryCases(sqrt, positive),
  erf: unaryCases(erf, moderate),
  sigmoid: unaryCases(sigmoid, wideRange),
  tanh: unaryCases(tanh, moderate),
  sign: unaryCases(sign, offZero),
  floor: unaryCases(floor, offZero),
  gelu: unaryCases(gelu, wideRange),

  less: binaryCases(less, ladder, (shape) => ladder(shape, 0.02)),
  equal: [
    ...binaryCases(equal, ladder, (shape) => ladder(shape, 0.02)),
    { title: 'equal numbers', inputs: [whole([4, 5], 'int32', 2), whole([5], 'int32', 2)], build: equalOf },
    {
      title: 'labels [N, 1] by identities [4]',
      inputs: [whole(['N', 1], 'int32', 4)],
      build: (x) => equal(x, constant(int32([4], [0, 1, 2, 3]))),
    },
  ],
  and: [
    {
      title: '[2, 3] by [3]',
      inputs: [ladder([2, 3]), ladder([3], 0.02)],
      build: (x, y) => and(less(x, 0.01), less(y, 0.01)),
    },
    {
      title: '[N, 1] by [4]',
      inputs: [ladder(['N', 1]), ladder([4], 0.02)],
      build: (x, y) => and(less(0.01, x), less(y, 0.01)),
    },
  ],
  where: [
    {
      title: '[2, 3] all',
      inputs: [ladder([2, 3]), moderate([2, 3]), moderate([2, 3])],
      build: (c, x, y) => where(less(c, 0.01), x, y),
    },
    {
      title: '[2, 1], [3], []',
      inputs: [ladder([2, 1]), moderate([3]), moderate([])],
      build: (c, x, y) => where(less(c, 0.01), x, y),
    },
    {
      title: '[3], numbers and [N, 3]',
      inputs: [ladder([3]), moderate(['N', 3])],
      build: (c, x) => where(less(c, 0.01), 0, x),
    },
    {
      title: '[2, 2, 2], the number on the right',
      inputs: [ladder([2, 2, 2]), moderate([2, 1, 2])],
      build: (c, x) => where(less(c, 0.01), x, -1),
    },
  ],

  reduceSum: reductionCases(reduceSum, moderate),
  reduceMean: reductionCases(reduceMean, moderate),
  reduceMax: reductionCases(reduceMax, ladder),

  reshape: [
    { title: '[2, 6] to [3, 4]', inputs: [moderate([2, 6])], build: (x) => reshape(x, [3, 4]) },
    { title: '[2, 3, 2] to [−1]', inputs: [moderate([2, 3, 2])], build: (x) => reshape(x, [-1]) },
    { title: '[] to [1, 1]', inputs: [moderate([])], build: (x) => reshape(x, [1, 1]) },
    { title: '[1, 1] to []', inputs: [moderate([1, 1])], build: (x) => reshape(x, []) },
    { title: '[N, 6] to [N, 2, 3]', inputs: [moderate(['N', 6])], build: (x) => reshape(x, ['N', 2, 3]) },
    { title: '[N, 6] to [2*N, 3]', inputs: [moderate(['N', 6])], build: (x) => reshape(x, [-1, 3]) },
  ],
  transpose: [
    { title: '[2, 3] by 1, 0', inputs: [moderate([2, 3])], build: (x) => transpose(x, [1, 0]) },
    { title: '[2, 3, 4] by 2, 0, 1', inputs: [moderate([2, 3, 4])], build: (x) => transpose(x, [2, 0, 1]) },
    { title: '[2, 2, 3, 4] by 0, 3, 1, 2', inputs: [moderate([2, 2, 3, 4])], build: (x) => transpose(x, [0, 3, 1, 2]) },
    { title: '[N, 2, 3] by 1, 0, 2', inputs: [moderate(['N', 2, 3])], build: (x) => transpose(x, [1, 0, 2]) },
  ],
  expand: [
    { title: '[3] to [2, 3]', inputs: [moderate([3])], build: (x) => expand(x, [2, 3]) },
    { title: '[2, 1, 3] to [2, 4, 3]', inputs: [moderate([2, 1, 3])], build: (x) => expand(x, [2, 4, 3]) },
    { title: '[] to [2, 2]', inputs: [moderate([])], build: (x) => expand(x, [2, 2]) },
    { title: '[N, 1] to [N, 4]', inputs: [moderate(['N', 1])], build: (x) => expand(x, ['N', 4]) },
  ],
  concat: [
    { title: '[2, 3] and [1, 3]', inputs: [moderate([2, 3]), moderate([1, 3])], build: (x, y) => concat([x, y]) },
    {
      title: 'three, last axis',
      inputs: [moderate([2, 2, 1]), moderate([2, 2, 3]), moderate([2, 2, 2])],
      build: (x, y, z) => concat([x, y, z], -1),
    },
    { title: 'middle axis', inputs: [moderate([2, 1, 3]), moderate([2, 2, 3])], build: (x, y) => concat([x, y], 1) },
    { title: 'one value twice', inputs: [moderate([2, 2])], build: (x) => concat([x, x], 1) },
    {
      title: '[N, 2] and [N, 1]',
      inputs: [moderate(['N', 2]), moderate(['N', 1])],
      build: (x, y) => concat([x, y], 1),
    },
  ],
  slice: [
    { title: 'first axis', inputs: [moderate([4, 3])], build: (x) => slice(x, 0, 1, 3) },
    { title: 'middle axis, to its end', inputs: [moderate([2, 5, 3])], build: (x) => slice(x, 1, 2, 5) },
    { title: 'last axis, one element', inputs: [moderate([2, 3])], build: (x) => slice(x, -1, 1, 2) },
    { title: '[N, 4]', inputs: [moderate(['N', 4])], build: (x) => slice(x, 1, 0, 3) },
  ],
  pad: [
    { title: 'first axis, before', inputs: [moderate([2, 3])], build: (x) => pad(x, 0, 2, 0) },
    { title: 'middle axis, both', inputs: [moderate([2, 2, 3])], build: (x) => pad(x, 1, 1, 2) },
    { title: 'last axis, after', inputs: [moderate([2, 3])], build: (x) => pad(x, -1, 0, 1) },
    { title: '[N, 4]', inputs: [moderate(['N', 4])], build: (x) => pad(x, 1, 1, 1) },
  ],
  flip: [
    { title: '[5]', inputs: [moderate([5])], build: (x) => flip(x, [0]) },
    { title: '[2, 3], last axis', inputs: [moderate([2, 3])], build: (x) => flip(x, [-1]) },
    { title: '[2, 3, 4, 2], two axes', inputs: [moderate([2, 3, 4, 2])], build: (x) => flip(x, [1, 2]) },
    { title: '[N, 2, 3]', inputs: [moderate(['N', 2, 3])], build: (x) => flip(x, [2]) },
    { title: '[N, 2], along N', inputs: [moderate(['N', 2])], build: (x) => flip(x, [0]) },
  ],

  matmul: [
    matmulCase([3, 4], [4, 2], false, false),
    matmulCase([4, 3], [4, 2], true, false),
    matmulCase([3, 4], [2, 4], false, true),
    matmulCase([4, 3], [2, 4], true, true),
    matmulCase([3, 1], [1, 2], false, false),
    matmulCase([1, 4], [4, 1], false, false),
    matmulCase([2, 3, 4], [2, 4, 2], false, false),
    matmulCase([2, 4, 3], [2, 4, 2], true, false),
    matmulCase([2, 3, 4], [2, 2, 4], false, true),
    matmulCase([2, 4, 3], [2, 2, 4], true, true),
    matmulCase([2, 3, 4], [4, 2], false, false),
    matmulCase([2, 3, 4], [2, 4], false, true),
    matmulCase([4, 3], [2, 4, 2], true, false),
    matmulCase([2, 1, 3, 2], [3, 2, 2], false, false),
    matmulCase(['N', 4], [4, 2], false, false),
    matmulCase(['N', 4], [2, 4], false, true),
    matmulCase(['N', 2, 4], [4, 3], false, false),
  ],
  depthwiseConv: [
    depthwiseCase([2, 4, 3, 3], 3, 1),
    depthwiseCase([1, 4, 5, 2], 3, 0),
    depthwiseCase([1, 2, 3, 2], 3, 2),
    depthwiseCase([2, 3, 3, 2], 1, 0),
    depthwiseCase([1, 3, 2, 16], 3, 1),
    depthwiseCase([2, 2, 2, 32], 3, 1),
    depthwiseCase([1, 3, 2, 24], 3, 1),
    depthwiseCase([1, 4, 4, 2], 7, 3),
    depthwiseCase(['N', 3, 3, 2], 3, 1),
  ],
  depthwiseConvWeight: [
    depthwiseWeightCase([2, 4, 3, 3], 3, 1),
    depthwiseWeightCase([1, 4, 5, 2], 3, 0),
    depthwiseWeightCase([1, 2, 3, 2], 3, 2),
    depthwiseWeightCase([2, 2, 2, 16], 3, 1),
    depthwiseWeightCase([1, 2, 2, 32], 3, 1),
    depthwiseWeightCase([1, 3, 2, 24], 3, 1),
    depthwiseWeightCase([1, 4, 4, 2], 7, 3),
  ],
  standardise: [
    { title: '[3, 6]', inputs: [moderate([3, 6])], build: (x) => standardise(x, 1e-6), terms: 6 },
    {
      title: '[2, 2, 5], far from 0',
      inputs: [uniform([2, 2, 5], 9, 11)],
      build: (x) => standardise(x, 1e-5),
      terms: 5,
    },
    { title: '[2, 3], eps as large as the variance', inputs: [moderate([2, 3])], build: (x) => standardise(x, 1) },
    { title: '[N, 4]', inputs: [moderate(['N', 4])], build: (x) => standardise(x, 1e-6), terms: 4 },
  ],
  inverseDeviation: [
    { title: '[3, 6]', inputs: [moderate([3, 6])], build: (x) => inverseDeviation(x, 1e-6), terms: 6 },
    { title: '[2, 2, 5]', inputs: [moderate([2, 2, 5])], build: (x) => inverseDeviation(x, 0.5), terms: 5 },
    { title: '[N, 4]', inputs: [moderate(['N', 4])], build: (x) => inverseDeviation(x, 1e-6), terms: 4 },
  ],
  softmax: [
    { title: '[5]', inputs: [moderate([5])], build: softmax },
    { title: '[2, 3, 4, 7]', inputs: [moderate([2, 3, 4, 7])], build: softmax },
    { title: '[3, 1]', inputs: [moderate([3, 1])], build: softmax },
    { title: '[2, 6], far from 0', inputs: [uniform([2, 6], 95, 105)], build: softmax },
    { title: '[N, 4]', inputs: [moderate(['N', 4])], build: softmax },
  ],
  integerMatmul: [
    {
      title: '[3, 4] by [4, N]',
      inputs: [
        { shape: [3, 4], dtype: 'uint8', fill: (rng, size) => Array.from({ length: size }, () => rng.int(128)) },
        { shape: [4, 'N'], dtype: 'int8', fill: (rng, size) => Array.from({ length: size }, () => rng.int(255) - 127) },
      ],
      build: (x, y) => integerMatmul(x, y),
      terms: 4,
    },
    {
      title: '[2, 3, 4] by [4, N]',
      inputs: [
        { shape: [2, 3, 4], dtype: 'uint8', fill: (rng, size) => Array.from({ length: size }, () => rng.int(128)) },
        { shape: [4, 'N'], dtype: 'int8', fill: (rng, size) => Array.from({ length: size }, () => rng.int(255) - 127) },
      ],
      build: (x, y) => integerMatmul(x, y),
      terms: 4,
    },
  ],
  gridSample: [
    {
      title: '[2, 3, 4, 5] at [2, 3, 2, 2]',
      inputs: [moderate([2, 3, 4, 5]), uniform([2, 3, 2, 2], -1.2, 1.2)],
      build: (x, grid) => gridSample(x, grid),
      terms: 4,
    },
    {
      title: '[N, 1, 3, 3] at [N, 3, 3, 2]',
      inputs: [moderate(['N', 1, 3, 3]), uniform(['N', 3, 3, 2], -1, 1)],
      build: (x, grid) => gridSample(x, grid),
      terms: 4,
    },
  ],
}

function equalOf(x: Value, y: Value): Value {
  return equal(x, y)
}
