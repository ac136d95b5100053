import { afterEach, expect, test, vi } from 'vitest'
import { TrainView } from './train-view.ts'

const { isTTY, columns } = process.stderr
afterEach(() => {
  vi.restoreAllMocks()
  Object.assign(process.stderr, { isTTY, columns })
})

/** The line of step 120 on a terminal of so many columns; the margin whole after so many steps. */
function lineAt(given: number, marginSteps = 0): string {
  Object.assign(process.stderr, { isTTY: true, columns: given })
  let written = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((written = String(text)), true))
  const view = new TrainView()
  for (let step = 1; step <= 120; step++) {
    const marginShare = marginSteps === 0 ? 1 : Math.min(1, (step - 1) / marginSteps)
    const facts = { epoch: 3, step, totalSteps: 120, learningRate: 0.1, gradientNorm: 1, elapsedMs: 1, marginShare }
    view.show({ kind: 'step', ...facts, loss: 5 - step / 40, imagesPerSecond: 25.3, remainingMs: 200_000 })
  }
  return written.replace('\r\u001b[K', '').trimEnd()
}

test('the loss has its curve on 80 columns in place of the bar, on 110 beside it', () => {
  const usual = lineAt(80)
  expect(usual).toMatch(/^epoch 3 {2}step 120\/120 {2}loss 2\.000 █[▁-█]+▁ {2}25\.3 images\/s {2}3 min 20 s left$/)
  expect(usual.length).toBeLessThan(80)
  expect(lineAt(110)).toMatch(/step 120\/120 \[█{20}\] loss 2\.000 █[▁-█]{14}▁ {2}25\.3/)
  // narrower, the speed gives way to the curve, and then the curve
  expect(lineAt(66)).toMatch(/^epoch 3 {2}step 120\/120 {2}loss 2\.000 █[▁-█]+▁ {2}3 min 20 s left$/)
  expect(lineAt(66).length).toBeLessThan(66)
  expect(lineAt(54)).toBe('epoch 3  step 120/120  loss 2.000  3 min 20 s left')
})

test('a margin that grows stands beside the loss that rises with it, until the end', () => {
  const usual = lineAt(80, 160)
  expect(usual).toMatch(/^epoch 3 {2}step 120\/120 {2}loss 2\.000 \(margin 74 %\) █[▁-█]+▁ {2}3 min 20 s left$/)
  expect(usual.length).toBeLessThan(80)
  expect(lineAt(110, 160).length).toBeLessThan(110)
  expect(lineAt(120, 160)).toContain('] loss 2.000 (margin 74 %) █')
  expect(lineAt(120, 60)).toContain('loss 2.000 (margin 100 %)')
})
