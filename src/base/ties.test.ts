import { expect, test } from 'vitest'
import { tieRate } from './ties.ts'

test('counts the scores that share their group with an equal score', () => {
  // group 0: 0.5 0.5 0.1 → 2 tied; group 1: 0.5 0.1 → none (0.5 ties only across groups); group 7: 0 −0 0 → 3. 5 of 8.
  expect(tieRate([0.5, 0.5, 0.1, 0.5, 0.1, 0, -0, 0], [0, 0, 0, 1, 1, 7, 7, 7])).toBe(5 / 8)
})

test('does not ask for groups in order', () => {
  expect(tieRate([0.5, 0.5, 0.5, 0.1], [3, 1, 3, 1])).toBe(2 / 4)
})

test('is 0 for nothing', () => {
  expect(tieRate([], [])).toBe(0)
})
