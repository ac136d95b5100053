import { describe, expect, test } from 'vitest'
import { compute, goldenBackends } from '../../test/golden.ts'
import { input } from '../graph/index.ts'
import { float32 } from '../tensor/index.ts'
import { adamw, adamwFeeds, adamwInputs } from './adamw.ts'
import { clipByGlobalNorm, globalNorm } from './clip.ts'
import { cosineSchedule } from './schedule.ts'

const config = { beta1: 0.5, beta2: 0.75, eps: 1e-8, weightDecay: 0.1 }

describe.each(goldenBackends)('$name', ({ backend }) => {
  test('a first step by hand: each parameter moves by its rate, decay by its flag', async () => {
    const own = (name: string) => input(name, [2])
    const state = { parameter: own('p'), gradient: own('g'), m: own('m'), v: own('v') }
    const step = (decay: boolean, rateScale: number) =>
      adamw(state, adamwInputs(), config, { decay, rateScale }).parameter
    const zero = float32([2], [0, 0])
    const scalars = Object.entries(adamwFeeds(1, 0.01, config)).map(([name, v]) => [name, float32([], [v])])
    const feeds = {
      p: float32([2], [1, -2]),
      g: float32([2], [3, -0.001]),
      m: zero,
      v: zero,
      ...Object.fromEntries(scalars),
    }
    // graphs of their own: each has the optimiser's inputs
    const run = async (decay: boolean, scale: number) =>
      Array.from((await compute(await backend, { next: step(decay, scale) }, feeds)).next!.data, Number)
    // m̂ = g and v̂ = g² at the first step: the update is the sign
    const close = (actual: number[], expected: number[]) =>
      actual.forEach((v, i) => expect(v / expected[i]!).toBeCloseTo(1, 5))
    close(await run(false, 1), [1 - 0.01, -2 + 0.01])
    close(await run(false, 10), [1 - 0.1, -2 + 0.1])
    close(await run(true, 10), [1 - 0.1 - 0.01, -2 + 0.1 + 0.02])
  })

  test('gradients of zero are clipped to zero', async () => {
    const g = input('g', [3])
    const norm = globalNorm([g])
    const [clipped] = clipByGlobalNorm([g], norm, 1)
    const results = await compute(await backend, { norm, clipped: clipped! }, { g: float32([3], [0, 0, 0]) })
    expect(Array.from(results.clipped!.data, Number)).toEqual([0, 0, 0])
    expect(results.norm!.data[0]).toBe(0)
  })
})

test('bias corrections count steps from 1', () => {
  expect(adamwFeeds(1, 0.3, config)).toEqual({ learningRate: 0.3, correction1: 2, correction2: 2 })
  expect(adamwFeeds(2, 0.3, config).correction1).toBeCloseTo(1 / 0.75, 12)
})

test('the schedule without warm-up begins below 1 and ends at the final fraction', () => {
  const config = { warmupSteps: 0, finalFraction: 0.1 }
  const rates = [0, 1, 2, 3].map((step) => cosineSchedule(step, 4, config))
  const half = (1 + Math.SQRT1_2) / 2
  expect(rates[0]).toBeCloseTo(0.1 + 0.9 * half, 12)
  expect(rates[1]).toBeCloseTo(0.55, 12)
  expect(rates[3]).toBeCloseTo(0.1, 12)
})

test('a warm-up as long as the run, or longer, only rises', () => {
  const rates = [0, 1, 2, 3].map((step) => cosineSchedule(step, 4, { warmupSteps: 8, finalFraction: 0 }))
  expect(rates).toEqual([1 / 8, 2 / 8, 3 / 8, 4 / 8])
})
