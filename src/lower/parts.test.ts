import { expect, test } from 'vitest'
import { relativeError } from '../../test/golden.ts'
import { float32Op } from '../../test/tolerances.ts'
import { Rng } from '../base/index.ts'
import { type Graph, input, matmul, reduceSum, topological } from '../graph/index.ts'
import { referenceBackend, type Tensors } from '../runtime/index.ts'
import { float32, sizeOf } from '../tensor/index.ts'
import { lower } from './index.ts'
import { portableTarget } from './target.ts'

const target = { ...portableTarget, gemm: false }
const rng = new Rng('parts')
const drawn = (shape: readonly number[]) =>
  float32(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => rng.normal()),
  )
const ops = ({ outputs }: Graph) => topological(Object.values(outputs)).map(({ op }) => op)

async function same(graph: Graph, feeds: Tensors): Promise<string[]> {
  const lowered = lower(graph, target)
  const run = async (own: Graph) => (await (await referenceBackend().compile(own)).run(feeds)).y!
  const [wanted, got] = [await run(graph), await run(lowered)]
  expect(got.shape).toEqual(wanted.shape)
  expect(relativeError(got, wanted)).toBeLessThan(float32Op.rtol)
  return ops(lowered)
}

test('a long sum is one of sums of parts, over all axes and over all but the last', async () => {
  const x = input('x', [20, 16, 14, 3])
  const count = (names: readonly string[]) => names.filter((op) => op === 'reduceSum').length
  const feeds = { x: drawn([20, 16, 14, 3]) }
  expect(count(await same({ outputs: { y: reduceSum(x) } }, feeds))).toBe(2)
  expect(count(await same({ outputs: { y: reduceSum(x, { axes: [0, 1, 2] }) } }, feeds))).toBe(2)
  expect(count(await same({ outputs: { y: reduceSum(x, { axes: [0, 1, 2], keepDims: true }) } }, feeds))).toBe(2)
  expect(count(await same({ outputs: { y: reduceSum(x, { axes: [1] }) } }, feeds))).toBe(1)
})

test('a product along a long axis is a sum of products; a transposed one needs no Gemm', async () => {
  const [a, b] = [input('a', [20_000, 2]), input('b', [20_000, 3])]
  const feeds = { a: drawn([20_000, 2]), b: drawn([20_000, 3]) }
  expect(await same({ outputs: { y: matmul(a, b, { transA: true }) } }, feeds)).toContain('reduceSum')
  const feeds2 = { a: drawn([4, 2]), b: drawn([4, 3]), c: drawn([5, 3]) }
  const ab = matmul(input('a', [4, 2]), input('b', [4, 3]), { transA: true })
  const graph = { outputs: { y: matmul(ab, input('c', [5, 3]), { transB: true }) } }
  expect(await same(graph, feeds2)).toContain('transpose')
  const products = topological(Object.values(lower(graph, target).outputs)).filter(({ op }) => op === 'matmul')
  expect(products.map(({ attrs }) => attrs)).toEqual([0, 1].map(() => ({ transA: false, transB: false })))
})

test('rows that do not divide are left as they are: their parts would take more than they are made of', async () => {
  const prime = 8209
  const y = matmul(input('a', [prime, 2]), input('b', [prime, 3]), { transA: true })
  const ops = await same({ outputs: { y } }, { a: drawn([prime, 2]), b: drawn([prime, 3]) })
  expect(ops).not.toContain('reduceSum')
})
