import { expect, test } from 'vitest'
import { type Graph, input, matmul } from '../graph/index.ts'
import { roundProducts } from '../lower/index.ts'
import { estimateStep } from './estimate.ts'

test('the time is the work at six tenths of the speed of a matrix product, and two milliseconds around it', async () => {
  const instant = {
    compile: async () => ({ lanes: 1, run: async () => ({}), release: async () => {} }),
  }
  const graph = { outputs: { y: matmul(input('a', [64, 64]), input('b', [64, 64])) } }
  const { flop, bytes, stepMs } = await estimateStep(graph, instant)
  // a, b and y; 2.5 times a and b; a process
  expect([flop, bytes]).toEqual([2 * 64 ** 3, (3 + 2.5 * 2) * 64 * 64 * 4 + 150e6])
  expect(stepMs).toBeGreaterThan(2)
  expect(stepMs).toBeLessThan(3)
})

test('products in whole numbers are counted, and timed by themselves', async () => {
  const [exact, whole] = [40, 10]
  const compile = async (graph: Graph) => {
    const isWhole = graph.outputs.y?.op === 'quantisedMatmul'
    const wait = () => new Promise<Record<string, never>>((done) => setTimeout(() => done({}), isWhole ? whole : exact))
    return { lanes: 1, run: wait, release: async () => {} }
  }
  const product = (a: string, b: string, k: number) => matmul(input(a, [1024, k]), input(b, [k, 1024]))
  const both = roundProducts({ outputs: { y: product('a', 'w', 1024), z: product('c', 'd', 2048) } }, new Set(['w']))
  const { flop, stepMs } = await estimateStep(both, { compile })
  expect(flop).toBe(3 * 2 * 1024 ** 3)
  // the times of 1024³ in floats and in whole numbers, by six tenths, and two milliseconds
  expect(stepMs).toBeGreaterThan(2 + (2 * exact + whole) / 0.6 - 5)
  expect(stepMs).toBeLessThan(2 + (2 * exact + whole) / 0.6 + 15)
})
