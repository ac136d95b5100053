import { expect, test } from 'vitest'
import { groupsByLeftOut } from './left-out.ts'

test('queries are grouped by what is left out for them, in whatever order and how often it is named', () => {
  const out = [[], [4, 1, 9], [1, 4, 9], [1, 4], [9, 4, 4, 1], [4, 1], []]
  const groups = groupsByLeftOut(out.length, (query) => out[query]!)
  expect(groups.map(({ rows, size }) => [rows, size])).toEqual([
    [[0, 6], 0],
    [[1, 2, 4], 3],
    [[3, 5], 2],
  ])
  expect([...groups[1]!.leftOut()].sort()).toEqual([1, 4, 9])
})
