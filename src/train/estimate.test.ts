import { expect, test } from 'vitest'
import { type Graph, input, matmul } from '../graph/index.ts'
import { roundProducts } from '../lower/index.ts'
import { estimateStep } from './estimate.ts'

/** A machine whose products take so long by a clock of its own: what else runs on this one changes nothing. */
function machine({ exactMs, wholeMs }: { readonly exactMs: number; readonly wholeMs: number }) {
  let [ms, runs] = [0, 0]
  const compile = async (graph: Graph) => {
    const isWhole = graph.outputs.y?.op === 'quantisedMatmul'
    const run = async () => {
      runs++
      ms += isWhole ? wholeMs : exactMs
      return {}
    }
    return { lanes: 1, run, release: async () => {} }
  }
  return { backend: { compile }, nowMs: () => ms, runs: () => runs }
}

test('the time is the work at six tenths of the speed of a matrix product, and two milliseconds around it', async () => {
  const { backend, nowMs } = machine({ exactMs: 1, wholeMs: 1 })
  const graph = { outputs: { y: matmul(input('a', [64, 64]), input('b', [64, 64])) } }
  const { flop, bytes, stepMs } = await estimateStep(graph, backend, nowMs)
  // a, b and y; 2.5 times a and b; a process
  expect([flop, bytes]).toEqual([2 * 64 ** 3, (3 + 2.5 * 2) * 64 * 64 * 4 + 150e6])
  expect(stepMs).toBeCloseTo(2 + (64 / 1024) ** 3 / 0.6, 9)
})

test('a card has no time: the copies around its products take longer than they do', async () => {
  const graph = { outputs: { y: matmul(input('a', [64, 64]), input('b', [64, 64])) } }
  expect(await estimateStep(graph, undefined)).toEqual({
    flop: 2 * 64 ** 3,
    bytes: (3 + 2.5 * 2) * 64 * 64 * 4 + 150e6,
  })
})

test('products in whole numbers are counted, and timed by themselves', async () => {
  const { backend, nowMs } = machine({ exactMs: 40, wholeMs: 10 })
  const product = (a: string, b: string, k: number) => matmul(input(a, [1024, k]), input(b, [k, 1024]))
  const both = roundProducts({ outputs: { y: product('a', 'w', 1024), z: product('c', 'd', 2048) } }, new Set(['w']))
  const { flop, stepMs } = await estimateStep(both, backend, nowMs)
  expect(flop).toBe(3 * 2 * 1024 ** 3)
  // the times of 1024³ in floats and in whole numbers, by six tenths, and two milliseconds
  expect(stepMs).toBeCloseTo(2 + (2 * 40 + 10) / 0.6, 9)
})

test.each([
  ['fast', 1, 5],
  ['slow', 7000, 1],
])('of a %s device %i ms for a product are taken %i times', async (_, exactMs, expected) => {
  const { backend, nowMs, runs } = machine({ exactMs, wholeMs: 1 })
  const { stepMs } = await estimateStep(
    { outputs: { y: matmul(input('a', [64, 64]), input('b', [64, 64])) } },
    backend,
    nowMs,
  )
  expect(runs()).toBe(expected)
  expect(stepMs).toBeCloseTo(2 + (exactMs * (64 / 1024) ** 3) / 0.6, 9)
})
