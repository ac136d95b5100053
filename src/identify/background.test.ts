import { expect, test } from 'vitest'
import type { QueryRecord } from '../retrieval/index.ts'
import { jointReliance } from './background.ts'

/** Queries of two individuals with these average precisions. */
function queries(fold: number, aps: readonly number[]): QueryRecord[] {
  return aps.map((ap, i) => ({
    query: `fold ${fold}, photo ${i}`,
    identity: i % 2 === 0 ? 'ana' : 'bia',
    encounter: '',
    ...{ ap, apAtR: ap, inp: ap, rank: 1 / ap, positives: 1, gallery: 4 },
  }))
}

test('several models: queries of photos without masks count too, and change nothing', () => {
  const masked = { masked: 3, asTheyAre: queries(1, [1, 1, 0.5, 0.5]), filled: queries(1, [0.5, 0.5, 0.5, 0.5]) }
  const whole = queries(2, [1, 0.5, 0.5, 1])
  const parts = [
    { ...masked, swapped: queries(1, [0.5, 0.5, 0.25, 0.25]) },
    { masked: 0, asTheyAre: whole, filled: whole, swapped: whole },
  ]
  const found = jointReliance(parts)!
  expect(found).toMatchObject({ masked: 3, queries: 8 })
  expect([found.map.a, found.map.b]).toEqual([0.75, 0.625])
  expect(found.swapped.map.b).toBeCloseTo((1.5 + 3) / 8, 12)
})

test('nothing is told without a mask, without a query, and of one individual', () => {
  const whole = queries(2, [1, 0.5])
  const part = { masked: 0, asTheyAre: whole, filled: whole, swapped: whole }
  expect([jointReliance([part]), jointReliance([])]).toEqual([null, null])
  const ana = whole.slice(0, 1)
  expect(jointReliance([{ masked: 2, asTheyAre: ana, filled: ana, swapped: ana }])).toBeNull()
})
