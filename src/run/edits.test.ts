import { expect, test } from 'vitest'
import { trainDefaults } from './config.ts'
import { changedSettings } from './edits.ts'

test('tells each setting that differs, by its path', () => {
  const now = structuredClone({
    ...trainDefaults,
    epochs: 9,
    emaDecay: 0.9,
    augment: { ...trainDefaults.augment, flip: false },
  })
  expect(changedSettings(trainDefaults, structuredClone(trainDefaults))).toEqual([])
  expect(changedSettings(trainDefaults, now)).toEqual([
    'augment.flip: nothing → false',
    'epochs: 8 → 9',
    'emaDecay: null → 0.9',
    'augment.flip.probability: 0.5 → nothing',
  ])
})
