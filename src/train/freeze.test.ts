import { expect, test } from 'vitest'
import { resolveConfig } from '../run/overrides.ts'
import { freezeStages, stagesUntil } from './freeze.ts'

const stages = (...set: string[]) => freezeStages(resolveConfig('atto', ['model.backbone=convnext_mini', ...set]), 10)

test('nothing is frozen, or so many layers throughout', () => {
  expect(stages()).toEqual([{ fromStep: 0, frozen: 0 }])
  expect(stages('freeze=3')).toEqual([{ fromStep: 0, frozen: 3 }])
  expect(stages('freeze=all')).toEqual([{ fromStep: 0, frozen: 7 }]) // six blocks, and what leads to the first
})

test('epochs become steps; a stage begins with its step', () => {
  const all = stages('freeze=all', 'schedule.unfreeze=[[1.5,4],[3,0]]')
  expect(all).toEqual([
    { fromStep: 0, frozen: 7 },
    { fromStep: 15, frozen: 4 },
    { fromStep: 30, frozen: 0 },
  ])
  expect([0, 14, 15, 29, 30, 99].map((step) => stagesUntil(all, step).length)).toEqual([1, 1, 2, 2, 3, 3])
})
