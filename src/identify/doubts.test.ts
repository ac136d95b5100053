import { expect, test } from 'vitest'
import { doubtsOf } from './doubts.ts'

test('scores that mean something are not doubted', () => {
  expect(doubtsOf({ identities: 2, tieRate: 0.01, queries: 10 })).toEqual([])
})

test('one individual, equal similarities and few queries are told', () => {
  const rerank = { k1: 20, k2: 6, lambda: 0 }
  const ofRerank = doubtsOf({ identities: 2, tieRate: 0.9, queries: 40 }, { rerank })[0]
  expect(ofRerank).toContain('re-ranking with λ 0 makes all photos alike that share no neighbour')
  expect(ofRerank).not.toContain('the model')
  const [one, ties, few] = doubtsOf({ identities: 1, tieRate: 1, queries: 4 })
  expect(one).toContain('one individual only')
  expect(ties).toContain('100 % of the similarities are equal to others of the same query: the model hardly')
  expect(few).toBe('4 queries only: one photo more or less changes rank-1 by 0.25')
})
