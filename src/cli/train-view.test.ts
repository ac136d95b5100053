import { afterEach, expect, test, vi } from 'vitest'
import { TrainView } from './train-view.ts'

const { isTTY, columns } = process.stderr
afterEach(() => {
  vi.restoreAllMocks()
  Object.assign(process.stderr, { isTTY, columns })
})

/** The line of step 120 on a terminal of so many columns. */
function lineAt(given: number): string {
  Object.assign(process.stderr, { isTTY: true, columns: given })
  let written = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((written = String(text)), true))
  const view = new TrainView()
  for (let step = 1; step <= 120; step++) {
    const facts = { epoch: 3, step, totalSteps: 120, learningRate: 0.1, gradientNorm: 1, elapsedMs: 1 }
    view.show({ kind: 'step', ...facts, loss: 5 - step / 40, imagesPerSecond: 25.3, remainingMs: 200_000 })
  }
  return written.replace('\r\u001b[K', '').trimEnd()
}

test('the loss has its curve on 80 columns in place of the bar, on 110 beside it', () => {
  const usual = lineAt(80)
  expect(usual).toMatch(/^epoch 3 {2}step 120\/120 {2}loss 2\.000 █[▁-█]+▁ {2}25\.3 images\/s {2}3 min 20 s left$/)
  expect(usual.length).toBeLessThan(80)
  expect(lineAt(110)).toMatch(/step 120\/120 \[█{20}\] loss 2\.000 █[▁-█]{14}▁ {2}25\.3/)
  expect(lineAt(66)).toContain('] loss 2.000  25.3')
})
