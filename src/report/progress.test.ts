import { expect, test } from 'vitest'
import { curvesChart } from '../chart/index.ts'
import { progressWords } from './progress.ts'

/** Steps of half a second, ten to an epoch; the margin whole after `marginSteps`. */
function curves(count: number, marginSteps?: number) {
  const steps = Array.from({ length: count }, (_, i) => ({
    step: i + 1,
    epoch: Math.floor(i / 10) + 1,
    loss: 4 - i / 100,
    learningRate: 0.01,
    elapsedMs: 500,
    marginShare: marginSteps === undefined ? undefined : Math.min(1, (i + 1e-9) / marginSteps),
  }))
  return { steps, validations: [] }
}

const length = { epochs: 6, batchSize: 16, trainPhotos: 165 }

test('steps of how many, speed and time left: about at first, exact once an epoch is through', () => {
  expect(progressWords(null, length)).toBe('no step yet')
  expect(progressWords(curves(5), length)).toBe('epoch 1, step 5 of about 60, loss 3.9600 · 32.0 images/s · 28 s left')
  expect(progressWords(curves(30), length)).toBe('epoch 3, step 30 of 60, loss 3.7100 · 32.0 images/s · 15 s left')
  expect(progressWords(curves(60), length)).toBe('epoch 6, step 60 of 60, loss 3.4100 · finished')
})

test('what is not known is not said', () => {
  expect(progressWords(curves(5))).toBe('epoch 1, step 5, loss 3.9600')
  const untimed = curves(30).steps.map((step) => ({ ...step, elapsedMs: undefined }))
  expect(progressWords({ steps: untimed, validations: [] }, length)).toBe('epoch 3, step 30 of 60, loss 3.7100')
})

test('a margin that grows is said beside the loss, and drawn', () => {
  expect(progressWords(curves(21, 40), length)).toContain('loss 3.8000 (margin 50 %) ·')
  expect(progressWords(curves(21, 0), length)).not.toContain('margin')
  const growing = curvesChart(curves(60, 40), 'made up')!.body
  expect(growing.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')).toContain('The margin grows until step 41 (dashed)')
  expect(growing).toContain('>margin 100 %<')
  expect(growing.match(/class="rule"/g)).toHaveLength(1)
  expect(curvesChart(curves(20, 40), 'made up')!.body).toContain('>margin 48 %<')
  for (const none of [curves(60), curves(60, 0)]) expect(curvesChart(none, 'made up')!.body).not.toContain('margin')
})
