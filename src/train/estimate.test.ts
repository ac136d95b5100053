import { expect, test } from 'vitest'
import { input, matmul } from '../graph/index.ts'
import { estimateStep } from './estimate.ts'

test('the time is the work at six tenths of the speed of a matrix product, and two milliseconds around it', async () => {
  const instant = { name: 'instant', compile: async () => ({ run: async () => ({}), release: async () => {} }) }
  const graph = { outputs: { y: matmul(input('a', [64, 64]), input('b', [64, 64])) } }
  const { flop, bytes, stepMs } = await estimateStep(graph, instant)
  expect([flop, bytes]).toEqual([2 * 64 ** 3, 3 * 64 * 64 * 4])
  expect(stepMs).toBeGreaterThan(2)
  expect(stepMs).toBeLessThan(3)
})
