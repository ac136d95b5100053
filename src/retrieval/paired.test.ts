import { describe, expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import { comparePaired, type PairedQuery } from './paired.ts'

/** Two models on queries whose hardness they share; b is better by `gain` of AP on average. */
function study(individuals: number, gain: number, rng: Rng): { a: PairedQuery[]; b: PairedQuery[] } {
  const [a, b]: [PairedQuery[], PairedQuery[]] = [[], []]
  for (let i = 0; i < individuals; i++) {
    const [hard, own] = [rng.uniform(0.2, 0.7), gain + rng.normal(0, 0.05)]
    for (let photo = 0; photo < 1 + rng.int(5); photo++) {
      const base = hard + rng.normal(0, 0.1)
      const one = { query: `${i}/${photo}.jpg`, identity: `animal ${i}`, rank: 1 + rng.int(3) }
      a.push({ ...one, ap: base })
      b.push({ ...one, ap: base + own + rng.normal(0, 0.05) })
    }
  }
  return { a, b }
}

test('a difference that hides in the spread of queries shows in pairs', () => {
  const { a, b } = study(40, 0.08, new Rng(1))
  const { scores, wins, losses } = comparePaired(a, b)
  const { difference, interval, p } = scores.identityBalancedMap!
  expect(difference).toBeGreaterThan(0.04)
  expect(interval[0]).toBeGreaterThan(0)
  expect(p).toBeLessThan(0.01)
  expect(wins).toBeGreaterThan(losses)
  // the other way round everything turns
  const back = comparePaired(b, a)
  expect(back.scores.identityBalancedMap!.difference).toBeCloseTo(-difference, 12)
  expect([back.wins, back.losses]).toEqual([losses, wins])
})

test('where there is no difference, about one study in twenty claims one', () => {
  const rng = new Rng('null')
  const claims = Array.from({ length: 300 }, (_, seed) => {
    const { a, b } = study(30, 0, rng)
    return comparePaired(a, b, { resamples: 1000, seed }).scores.identityBalancedMap!.p < 0.05
  })
  const share = claims.filter(Boolean).length / claims.length
  expect(share).toBeGreaterThan(0.02)
  expect(share).toBeLessThan(0.1)
})

test('a model against itself: no difference, and p is 1', () => {
  const { a } = study(10, 0, new Rng(2))
  const { scores, ties, perIdentity } = comparePaired(a, a)
  expect(scores.map).toMatchObject({ difference: 0, interval: [0, 0], p: 1 })
  expect(ties).toBe(perIdentity.length)
})

describe('the queries that both have', () => {
  const query = (name: string, identity: string, ap: number, rank = 1): PairedQuery => ({
    query: name,
    identity,
    ap,
    rank,
  })
  const a = [query('1', 'A', 0.5), query('2', 'A', 0.7), query('3', 'B', 0.2, 3), query('4', 'C', 0.1)]
  const b = [query('5', 'D', 1), query('3', 'B', 0.1, 9), query('2', 'A', 0.9), query('1', 'A', 0.7)]

  test('are compared, and the others counted', () => {
    const found = comparePaired(a, b)
    expect(found).toMatchObject({ queries: 3, onlyA: 1, onlyB: 1, identities: 2, wins: 1, losses: 1, ties: 0 })
    expect(found.perIdentity).toEqual([
      { identity: 'A', queries: 2, a: 0.6, b: expect.closeTo(0.8, 12) },
      { identity: 'B', queries: 1, a: 0.2, b: 0.1 },
    ])
    const { map, identityBalancedMap, rank1, rank5 } = found.scores
    expect(map!.difference).toBeCloseTo((0.2 + 0.2 - 0.1) / 3, 12)
    expect(identityBalancedMap).toMatchObject({ a: expect.closeTo(0.4, 12), b: expect.closeTo(0.45, 12) })
    expect([rank1!.difference, rank5!.difference]).toEqual([0, expect.closeTo(-1 / 3, 12)])
    // AA, AB and BB are all that can be drawn
    expect(identityBalancedMap!.interval[0]).toBeCloseTo(-0.1, 12)
    expect(identityBalancedMap!.interval[1]).toBeCloseTo(0.2, 12)
  })

  test('what a list does not tell is not compared', () => {
    expect(Object.keys(comparePaired(a, b).scores)).not.toContain('minp')
    const whole = (list: PairedQuery[]) => list.map((one) => ({ ...one, inp: one.ap, apAtR: one.ap }))
    expect(comparePaired(whole(a), whole(b)).scores.minp!.difference).toBeCloseTo(0.1, 12)
  })

  test('none, one individual, a name twice, and two names for one photo are refused', () => {
    expect(() => comparePaired(a, b.slice(0, 1))).toThrow('no query in common')
    expect(() => comparePaired(a, b.slice(2))).toThrow('one individual only')
    expect(() => comparePaired(a, [...b, b[0]!])).toThrow('the query 5 stands twice')
    expect(() => comparePaired(a, [query('1', 'Z', 1), query('3', 'B', 1)])).toThrow("1 shows 'A' in one list")
  })
})
