import { expect, test } from 'vitest'
import { agreements } from './places-among.ts'

/** By query, of other photos. */
function matchesOf(rows: readonly Readonly<Record<number, number>>[]) {
  return rows.map((row) => new Map(Object.entries(row).map(([photo, weight]) => [Number(photo), { weight }])))
}

test('agreement by hand: of the mean weight of both directions, one half at four times the sure weight', () => {
  const found = agreements(matchesOf([{ 1: 0.3, 2: 0.1, 3: 0 }, { 0: 0.1 }, {}, {}]), { sureWeight: 0.05 })
  expect(found[0]!.get(1)).toBeCloseTo(0.5, 12) // (0.3 + 0.1) / 2 = 0.2
  expect(found[0]!.get(2)).toBeCloseTo(0.05 / 0.25, 12) // matched by one of them only
  expect(found[0]!.get(3)).toBe(0)
  expect(found[1]!.get(2)).toBeUndefined()
  for (const [a, b] of [
    [1, 0],
    [2, 0],
    [3, 0],
  ] as const)
    expect(found[a]!.get(b)).toBe(found[b]!.get(a))
})

test('of sure matches the surer one still counts more, where the score that ranks has both near 1', () => {
  const [sure, surer] = [1, 3].map((weight) =>
    agreements(matchesOf([{ 1: weight }, { 0: weight }]), { sureWeight: 0.05 }),
  )
  expect(surer![0]!.get(1)! - sure![0]!.get(1)!).toBeCloseTo(3 / 3.2 - 1 / 1.2, 12)
})
