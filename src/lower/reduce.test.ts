import { expect, test } from 'vitest'
import { input, reduceSum, topological } from '../graph/index.ts'
import { ortBackend, referenceBackend } from '../runtime/index.ts'
import { float32 } from '../tensor/index.ts'
import { sumsAsProducts } from './reduce.ts'

const ops = (graph: Parameters<typeof sumsAsProducts>[0]) =>
  topological(Object.values(graph.outputs)).map(({ op }) => op)

test('a sum over all axes but the last is a product with ones, and the same numbers', async () => {
  const x = input('x', [4, 20, 3])
  const graph = {
    outputs: { flat: reduceSum(x, { axes: [0, 1] }), kept: reduceSum(x, { axes: [0, 1], keepDims: true }) },
  }
  const lowered = sumsAsProducts(graph)
  expect(ops(lowered)).not.toContain('reduceSum')
  expect(lowered.outputs.kept!.shape).toEqual([1, 1, 3])
  const feeds = {
    x: float32(
      [4, 20, 3],
      Array.from({ length: 240 }, (_, i) => Math.sin(i)),
    ),
  }
  const expected = Array.from({ length: 3 }, (_, c) =>
    Array.from({ length: 80 }, (_, r) => Math.sin(3 * r + c)).reduce((a, b) => a + b),
  )
  for (const backend of [referenceBackend(), await ortBackend()]) {
    const { flat, kept } = await (await backend.compile(lowered)).run(feeds)
    expected.forEach((sum, c) => {
      expect(flat!.data[c]).toBeCloseTo(sum, 5)
      expect(kept!.data[c]).toBeCloseTo(sum, 5)
    })
  }
})

test('other sums stay: over the last axis, over some axes, over few rows, over an unknown batch', () => {
  const x = input('x', [4, 20, 3])
  const n = input('n', ['N', 64, 3])
  const others = {
    last: reduceSum(x, { axes: [2] }),
    some: reduceSum(x, { axes: [0] }),
    all: reduceSum(x),
    symbolic: reduceSum(n, { axes: [0, 1] }),
  }
  const few = { few: reduceSum(input('f', [3, 20, 3]), { axes: [0, 1] }) }
  expect(ops(sumsAsProducts({ outputs: { ...others, ...few } })).filter((op) => op === 'reduceSum')).toHaveLength(5)
})
