import { afterEach, expect, test, vi } from 'vitest'
import { TrainView } from './train-view.ts'

const { isTTY, columns } = process.stderr
const estimate = { flop: 1e9, bytes: 1e9, stepMs: 4000 }
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
  const length = { firstStep: 0, totalSteps: 120, stepsPerEpoch: 40, batchSize: 8 }
  view.show({ kind: 'start', estimate, ...length, marginGrows: marginSteps > 0 })
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

test('what folds are warned of before their first steps is said once, what happens in them for each', () => {
  Object.assign(process.stderr, { isTTY: false })
  const lines: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
  const told = new Set<string>()
  for (const photos of [51, 52]) {
    const view = new TrainView(told)
    view.show({ kind: 'warning', text: `${photos} photos teach a network next to nothing` })
    view.show({ kind: 'warning', text: `skipped ${photos}.jpg: not an image` })
    view.show({
      kind: 'start',
      estimate,
      firstStep: 0,
      totalSteps: 9,
      stepsPerEpoch: 9,
      batchSize: 8,
      marginGrows: false,
    })
    view.show({ kind: 'warning', text: 'the loss explodes' })
    view.close()
  }
  expect(lines.filter((line) => line.startsWith('warning'))).toEqual([
    'warning: 51 photos teach a network next to nothing\n',
    'warning: skipped 51.jpg: not an image\n',
    'warning: the loss explodes\n',
    'warning: skipped 52.jpg: not an image\n',
    'warning: the loss explodes\n',
  ])
})

test('elsewhere than on a terminal: a line within two seconds of each stage, one after 15, and the last step', () => {
  vi.useFakeTimers()
  Object.assign(process.stderr, { isTTY: false })
  const lines: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
  const view = new TrainView()
  view.show({ kind: 'decode', done: 0, total: 20_000 })
  vi.advanceTimersByTime(2_000)
  expect(lines.splice(0)).toEqual(['decoding 0/20000 photos\n'])
  view.show({
    kind: 'start',
    estimate,
    firstStep: 0,
    totalSteps: 9,
    stepsPerEpoch: 9,
    batchSize: 8,
    marginGrows: false,
  })
  expect(lines.splice(0)).toEqual([expect.stringMatching(/^training: 9 steps of 8 photos/)])
  vi.advanceTimersByTime(2_000) // the first step takes long
  expect(lines.splice(0)).toEqual(['step 0/9\n'])
  const facts = {
    kind: 'step',
    totalSteps: 9,
    learningRate: 0.1,
    gradientNorm: 1,
    elapsedMs: 1,
    remainingMs: 1000,
  } as const
  for (let step = 1; step <= 9; step++) {
    vi.advanceTimersByTime(4_000)
    view.show({ ...facts, step, epoch: 1, loss: 5, imagesPerSecond: 2 })
  }
  view.close()
  vi.useRealTimers()
  const at = (step: number) => `epoch 1  step ${step}/9  loss 5.000  2.0 images/s  1.0 s left\n`
  expect(lines).toEqual([at(3), at(7), at(9)])
})

test('chance stands beside the first validation that is shown, and not again', () => {
  Object.assign(process.stderr, { isTTY: false })
  const lines: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
  const view = new TrainView()
  const chance = { rank1: 0.125, identityBalancedRank1: 0.1, map: 0.25, identityBalancedMap: 0.3 }
  for (const epoch of [0, 1, 2]) {
    const entry = {
      kind: 'validation',
      step: epoch,
      epoch,
      rank1: 0.5,
      ...(epoch === 1 ? {} : { identityBalancedRank1: 0.4 }), // a run that an older rosette began
      map: 0.6,
      identityBalancedMap: epoch === 2 ? 0.65 : 0.7,
    } as const
    view.show({ ...entry, best: epoch > 0, chance })
  }
  expect(lines).toEqual([
    'before training: validation rank-1 0.500, identity-balanced rank-1 0.400, mAP 0.600, identity-balanced mAP 0.700; by chance rank-1 0.125, identity-balanced rank-1 0.100, mAP 0.250, identity-balanced mAP 0.300\n',
    'epoch 1: validation rank-1 0.500, mAP 0.600, identity-balanced mAP 0.700 (best epoch so far)\n',
    'epoch 2: validation rank-1 0.500, identity-balanced rank-1 0.400, mAP 0.600, identity-balanced mAP 0.650 (best epoch so far, below the score before training)\n',
  ])
})

test('before the first step a processor is told its memory, speed and time, a card its memory', () => {
  Object.assign(process.stderr, { isTTY: false })
  const lines: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
  const { stepMs, ...counted } = estimate
  for (const own of [{ ...counted, stepMs }, counted]) {
    const view = new TrainView()
    view.show({
      kind: 'start',
      estimate: own,
      firstStep: 0,
      totalSteps: 9,
      stepsPerEpoch: 9,
      batchSize: 8,
      marginGrows: false,
    })
    view.close()
  }
  expect(lines.filter((line) => line.startsWith('training'))).toEqual([
    'training: 9 steps of 8 photos; estimate: 1.0 GB of memory, 2.0 images/s, about 36 s\n',
    'training: 9 steps of 8 photos; estimate: 1.0 GB of memory\n',
  ])
})
