import { expect, test } from 'vitest'
import { add, erf, type Graph, input, mul, reduceSum, sqrt, topological, type Value } from '../graph/index.ts'
import { ortBackend, referenceBackend } from '../runtime/index.ts'
import { filled, float32 } from '../tensor/index.ts'
import { mergeEqual } from './merge.ts'
import { cumulativeInOnePass } from './normal-cdf.ts'
import { scalarsFirst } from './scalars.ts'

const [x, s] = [input('x', [4]), input('s', [])]
const feeds = { x: float32([4], [-3, -0.5, 0, 2]), s: filled([], 0.25) }

test('numbers are multiplied with each other before the large value is', async () => {
  const scaled = mul(x, s)
  const graph = mergeEqual({
    outputs: {
      twice: mul(scaled, 3),
      square: mul(scaled, scaled),
      norm: sqrt(reduceSum(mul(scaled, scaled))),
    },
  })
  const moved = mergeEqual(scalarsFirst(graph))
  expect(passes(graph)).toBe(3) // x·s, ·3, squared
  expect(passes(moved)).toBe(3) // x·3s, x², x²·s²
  expect(topological([moved.outputs.norm!]).some((value) => value.op === 'mul' && value.shape.length === 0)).toBe(true)
  await expectSame(moved, graph)
})

test('a product of two vectors is left alone, and so is one with a row', () => {
  const row = input('row', [1])
  const graph = { outputs: { a: mul(mul(x, input('y', [4])), s), b: mul(mul(x, row), s), c: mul(mul(x, 2), row) } }
  expect(passes(scalarsFirst(graph))).toBe(passes(graph))
})

test('half the error function and a half are one pass, to the last digits', async () => {
  const wide = input('wide', [9])
  const graph = { outputs: { y: add(mul(erf(wide), 0.5), 0.5), other: add(mul(erf(wide), 0.5), 0.25) } }
  const lowered = cumulativeInOnePass(graph)
  const ops = topological(Object.values(lowered.outputs)).map(({ op }) => op)
  expect(ops.filter((op) => op === 'hardSigmoid')).toHaveLength(1)
  const given = { wide: float32([9], [-30, -4, -1, -0.1, 0, 0.1, 1, 4, 30]) }
  const run = async (own: Graph) => (await (await ortBackend({ threads: 1 })).compile(own)).run(given)
  const [ours, wanted] = [await run(lowered), await run(graph)]
  for (const name of ['y', 'other'])
    ours[name]!.data.forEach((v, i) => expect(v).toBeCloseTo(Number(wanted[name]!.data[i]), 6))
})

/** Ops that pass over a vector. */
function passes({ outputs }: Graph): number {
  return topological(Object.values(outputs)).filter(({ op, shape }: Value) => op === 'mul' && shape.length > 0).length
}

async function expectSame(actual: Graph, expected: Graph): Promise<void> {
  const run = async (graph: Graph) => (await referenceBackend().compile(graph)).run(feeds)
  const [ours, wanted] = [await run(actual), await run(expected)]
  for (const [name, { data }] of Object.entries(wanted))
    data.forEach((value, i) => expect(ours[name]!.data[i], name).toBeCloseTo(Number(value), 6))
}
