import { expect, test } from 'vitest'
import { verificationLines } from './score-table.ts'

test('a limit near 1 has as many decimals as tell it from 1', () => {
  const at = [
    { fmr: 0.01, fnmr: 0.25, threshold: 0.71449 },
    { fmr: 0.001, fnmr: 0.5, threshold: 0.9999861 },
  ]
  expect(verificationLines({ verification: { at } } as never)).toEqual([
    'pairs     with a limit at similarity 0.714, 1 % of pairs of two individuals are taken for one, and 25 % of pairs of one are missed (by chance 99 %)',
    'pairs     with a limit at similarity 0.999986, 0.1 % of pairs of two individuals are taken for one, and 50 % of pairs of one are missed (by chance 99.9 %)',
  ])
})
