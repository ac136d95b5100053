import { expect, test } from 'vitest'
import { lossWords } from '../src/web/score-words.ts'

test('a score with another background stands beside what it lost, between what, and chance', () => {
  const score = { a: 0.64, b: 0.3, difference: -0.34, interval: [-0.41, 0.002], p: 0.001 } as const
  expect(lossWords({ ...score, chanceA: 0.2138, chanceB: 0.2138 })).toBe(
    '0.3000 (−0.340, 95 % interval −0.410 to +0.002 · by chance 0.214)',
  )
  expect(lossWords({ ...score, chanceA: null, chanceB: null })).toBe('0.3000 (−0.340, 95 % interval −0.410 to +0.002)')
})
