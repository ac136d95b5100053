import { expect, test } from 'vitest'
import { trainDefaults } from '../run/index.ts'
import { momentOf } from './moment.ts'

const length = { stepsPerEpoch: 4, totalSteps: 40 }
const config = {
  optimiser: { ...trainDefaults.optimiser, learningRate: 1e-3 },
  schedule: { warmupEpochs: 0.5, finalFraction: 0.1, marginWarmupEpochs: 5, unfreeze: [] },
}
const sharesAt = (marginWarmupEpochs: number, steps: readonly number[]) =>
  steps.map(
    (step) => momentOf(step, { ...config, schedule: { ...config.schedule, marginWarmupEpochs } }, length).marginShare,
  )

test('the margin grows evenly over its epochs, and is whole from the first step where it has none', () => {
  expect(sharesAt(5, [0, 1, 10, 20, 39])).toEqual([0, 0.05, 0.5, 1, 1])
  expect(sharesAt(0, [0, 39])).toEqual([1, 1])
})

test('the learning rate warms up over half an epoch and ends at its share', () => {
  const rates = [0, 1, 2, 39].map((step) => momentOf(step, config, length).learningRate)
  expect(rates.slice(0, 2)).toEqual([0.5e-3, 1e-3])
  expect(rates[2]).toBeCloseTo(1e-3 * (0.1 + 0.45 * (1 + Math.cos(Math.PI / 38))), 12)
  expect(rates[3]).toBeCloseTo(1e-4, 12)
})
