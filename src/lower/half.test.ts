import { expect, test } from 'vitest'
import { expectClose } from '../../test/compare.ts'
import { float16Op } from '../../test/tolerances.ts'
import { gradient } from '../autodiff/index.ts'
import { Rng } from '../base/index.ts'
import {
  add,
  cast,
  concat,
  constant,
  depthwiseConv,
  div,
  exp,
  gelu,
  input,
  matmul,
  mul,
  type OpName,
  reduceSum,
  reshape,
  slice,
  softmax,
  sqrt,
  standardise,
  tanh,
  topological,
  transpose,
  type Value,
  where,
} from '../graph/index.ts'
import { ortBackend, referenceBackend } from '../runtime/index.ts'
import { float32, sizeOf, type Tensor } from '../tensor/index.ts'
import { halveProducts, lower, portableTarget } from './index.ts'

const options = { halved: new Set(['w', 'b', 'u']), kept: new Set(['neck']) }
const [x, w, b, u, neck] = [
  input('x', [6, 4]),
  input('w', [8, 4]),
  input('b', [8]),
  input('u', [4, 8]),
  input('neck', [4, 3]),
]
const layer = add(matmul(x, w, { transB: true }), b) // [6, 8]

/** The ops of float16 of what becomes of a value, in order. */
function halves(value: Value): OpName[] {
  const { outputs } = halveProducts({ outputs: { value } }, options)
  expect(outputs.value!.dtype).toBe('float32')
  return topological([outputs.value!]).flatMap(({ op, dtype }) => (dtype === 'float16' ? [op as OpName] : []))
}

test('a product of data with a weight is float16, with its bias, and so is what leads to the next product', () => {
  expect(halves(matmul(gelu(layer), u, { transB: true }))).toEqual(
    ['cast', 'cast', 'matmul', 'cast', 'add', 'gelu', 'cast', 'matmul'], // x, w, x·wᵀ, b, …, u
  )
})

test('norms, softmax and sums are float32, and so is a step that only they read', () => {
  for (const end of [standardise(layer, 1e-6), softmax(layer), reduceSum(mul(layer, layer)), exp(tanh(layer))])
    expect(halves(end)).toEqual(['cast', 'cast', 'matmul', 'cast', 'add'])
})

test('a float32 activation that meets a float16 one makes it float32: the residual stream stays', () => {
  const stream = concat([x, x], 1) // [6, 8]
  expect(halves(matmul(add(stream, layer), u, { transB: true })).filter((op) => op === 'add')).toHaveLength(1)
})

test('a statistic of the data keeps the division by it in float32; a mask and a constant do not', () => {
  const root = sqrt(reduceSum(mul(layer, layer), { axes: [1], keepDims: true }))
  expect(halves(matmul(div(layer, root), u, { transB: true }))).not.toContain('div')
  const masked = mul(mul(layer, input('mask', [6, 1])), 0.5)
  expect(halves(matmul(masked, u, { transB: true })).filter((op) => op === 'mul')).toHaveLength(2)
})

test('what depends on weights that are kept, and what is made of weights alone, is float32', () => {
  expect(halves(matmul(matmul(x, neck), constant(float32([3, 2], [1, 2, 3, 4, 5, 6]))))).toEqual([])
  expect(halves(matmul(w, u))).toEqual([])
})

test('gradients of weights are float32, and each use of a weight is added in float32', () => {
  const twice = reduceSum(mul(exp(matmul(x, w, { transB: true })), exp(matmul(mul(x, 3), w, { transB: true }))))
  const { loss } = halveProducts({ outputs: { loss: twice } }, options).outputs
  const [dw] = gradient(loss!, [w])
  expect(dw!.dtype).toBe('float32')
  expect(dw!.op).toBe('add')
  const products = topological([dw!]).filter(({ op, dtype }) => op === 'matmul' && dtype === 'float16')
  expect(products).toHaveLength(4) // two forward, and one each for the weight
  const casts = topological(Object.values(lower({ outputs: { loss: loss! } }, portableTarget).outputs))
  expect(casts.filter(({ op, inputs }) => op === 'cast' && inputs[0] === w)).toHaveLength(1)
})

/** An op in float16 on inputs that were rounded to it. */
const cases: Readonly<Record<string, (a: Value, b: Value) => Value>> = {
  matmul: (p, q) => matmul(p, q, { transB: true }),
  'a chain': (p, q) => mul(add(mul(p, q), 1), gelu(p)),
  softmax: (p) => softmax(p),
  standardise: (p) => standardise(p, 1e-3),
  exp: (p) => exp(p),
  where: (p, q) => where(cast(p, 'bool'), mul(q, 1.001), 3.3),
  transpose: (p) => reshape(transpose(p, [1, 0]), [40]),
  'a convolution': (p, q) => depthwiseConv(reshape(p, [1, 5, 2, 4]), reshape(slice(q, 0, 0, 2), [4, 1, 2, 2]), 0),
}

test.each(Object.keys(cases))('%s in float16 on the processor is the reference’s, rounded', async (name) => {
  const rng = new Rng(name)
  const drawn = (shape: readonly number[]): Tensor =>
    float32(
      shape,
      Array.from({ length: sizeOf(shape) }, () => rng.uniform(-2, 2)),
    )
  const [p, q] = [cast(input('p', [5, 8]), 'float16'), cast(input('q', [5, 8]), 'float16')]
  const graph = { outputs: { y: cast(cases[name]!(p, q), 'float32') } }
  expect(graph.outputs.y.inputs[0]!.dtype).toBe('float16')
  const feeds = { p: drawn([5, 8]), q: drawn([5, 8]) }
  const [expected, actual] = await Promise.all(
    [referenceBackend(), await ortBackend({ threads: 1 })].map(async (backend) => {
      const program = await backend.compile(graph)
      const { y } = await program.run(feeds)
      await program.release()
      return y!
    }),
  )
  expectClose(name, actual!, expected!, float16Op)
  const [ours, theirs] = [Array.from(actual!.data, Number), Array.from(expected!.data, Number)]
  // rounded, and not only near
  expect(ours.filter((v, i) => v === theirs[i]).length).toBeGreaterThan(0.9 * ours.length)
})

test('float16 overflows on the processor, and knows no number below 2⁻²⁴', async () => {
  const y = cast(mul(cast(input('p', [4]), 'float16'), 2), 'float32')
  for (const backend of [referenceBackend(), await ortBackend({ threads: 1 })]) {
    const program = await backend.compile({ outputs: { y } })
    const { y: doubled } = await program.run({ p: float32([4], [40000, -1e9, 2 ** -26, 1 + 2 ** -12]) })
    expect(Array.from(doubled!.data, Number)).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 2])
    await program.release()
  }
})

test('a graph without float16 is left as it is', () => {
  const graph = { outputs: { layer } }
  expect(lower(graph, { blockSize: 0, float16: false })).toEqual(lower(graph, portableTarget))
})
