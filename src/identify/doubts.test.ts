import { expect, test } from 'vitest'
import { doubtsOf } from './doubts.ts'

test('scores that mean something are not doubted', () => {
  expect(doubtsOf({ identities: 2, tieRate: 0.01, queries: 10 })).toEqual([])
})

test('one individual, equal similarities and few queries are told', () => {
  const [one, ties, few] = doubtsOf({ identities: 1, tieRate: 1, queries: 4 })
  expect(one).toContain('one individual only')
  expect(ties).toContain('100 % of the similarities are equal')
  expect(few).toBe('4 queries only: one photo more or less changes rank-1 by 0.25')
})
