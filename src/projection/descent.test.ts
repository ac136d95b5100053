import { expect, test } from 'vitest'
import { type DescentConfig, descend } from './descent.ts'
import type { Objective } from './objective.ts'

const config: DescentConfig = {
  iterations: 4,
  exaggeratedIterations: 2,
  exaggeration: 3,
  learningRate: 10,
  minGradientNorm: 1e-7,
}

/** A slope of 1 everywhere, `exaggeration` times; no bottom. */
const ramp: Objective = {
  gradient: (_, exaggeration, out) => out.fill(exaggeration),
  divergence: (y) => y[0]!,
}

test('four steps by hand: gains 0.8 then + 0.2, momentum 0.5 then 0.8, both anew in the second stage', () => {
  const y = new Float64Array(1)
  const { iterations, divergence } = descend(ramp, y, config)
  const early = [-10 * 0.8 * 3, 0.5 * (-10 * 0.8 * 3) - 10 * 1 * 3]
  const late = [-10 * 0.8, 0.8 * (-10 * 0.8) - 10 * 1]
  expect(y[0]).toBeCloseTo(
    [...early, ...late].reduce((sum, step) => sum + step),
    10,
  )
  expect([iterations, divergence]).toEqual([4, y[0]])
})

test('ends where the gradient has vanished, and where nothing has got better for long', () => {
  const flat: Objective = { gradient: (_, __, out) => out.fill(0), divergence: () => 1 }
  expect(descend(flat, new Float64Array(2), { ...config, iterations: 1000 }).iterations).toBe(2 + 48)
  const stuck: Objective = { gradient: (_, __, out) => out.fill(1), divergence: () => 1 }
  expect(descend(stuck, new Float64Array(2), { ...config, iterations: 1000 }).iterations).toBe(400)
})
