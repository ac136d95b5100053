import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InputError, Rng } from '../base/index.ts'
import { scoreRanking } from './average-precision.ts'
import type { Embeddings } from './embeddings.ts'
import { evaluateQueriesAgainstGallery, evaluateRetrieval, evaluateSimilarities } from './evaluate.ts'
import { cosineSimilarity } from './similarity.ts'

/** Unit vectors at angles: the smaller the angle between two, the larger their cosine. */
function atDegrees(...degrees: number[]): Embeddings {
  const radians = degrees.map((degree) => (degree * Math.PI) / 180)
  return { count: degrees.length, dim: 2, data: Float32Array.from(radians.flatMap((r) => [Math.cos(r), Math.sin(r)])) }
}

//            photo 0  1   2   3   4   5
const embeddings = atDegrees(0, 10, 15, 41, 70, 45)
const identities = ['A', 'A', 'B', 'A', 'B', 'C']

test('scoreRanking: AP, INP and the first match', () => {
  // matches at ranks 2, 3 and 6: AP = (1/2 + 2/3 + 3/6) / 3 = 5/9; AP@3 = (1/2 + 2/3) / 3; INP = 3/6
  const score = scoreRanking([0, 1, 1, 0, 0, 1, 0])
  expect(score).toEqual({
    positives: 3,
    ap: (1 / 2 + 2 / 3 + 3 / 6) / 3,
    apAtR: (1 / 2 + 2 / 3) / 3,
    inp: 3 / 6,
    firstMatch: 2,
  })
  expect(scoreRanking([0, 0])).toBeUndefined()
})

test('each query that was ranked is told', () => {
  const told: (readonly [number, number])[] = []
  evaluateRetrieval({ embeddings, identities, onQuery: (done, total) => told.push([done, total]) })
  expect(told).toEqual([0, 1, 2, 3, 4, 5, 6].map((done) => [done, 6]))
})

describe('six photos, worked by hand', () => {
  // query  others by angle (identity)             matches    AP                      INP  first
  // 0 A    1A 10°, 2B 15°, 3A 41°, 5C 45°, 4B 70°  1 0 1 0 0  (1/1 + 2/3)/2 =   5/6   2/3  1
  // 1 A    2B  5°, 0A 10°, 3A 31°, 5C 35°, 4B 60°  0 1 1 0 0  (1/2 + 2/3)/2 =   7/12  2/3  2
  // 2 B    1A  5°, 0A 15°, 3A 26°, 5C 30°, 4B 55°  0 0 0 0 1                    1/5   1/5  5
  // 3 A    5C  4°, 2B 26°, 4B 29°, 1A 31°, 0A 41°  0 0 0 1 1  (1/4 + 2/5)/2 =  13/40  2/5  4
  // 4 B    5C 25°, 3A 29°, 2B 55°, 1A 60°, 0A 70°  0 0 1 0 0                    1/3   1/3  3
  // 5 C    has no other photo: skipped
  const metrics = evaluateRetrieval({ embeddings, identities })

  test('each query', () => {
    expect(
      metrics.perQuery.map(({ query, firstMatch, nearest, gallery }) => [query, firstMatch, nearest, gallery]),
    ).toEqual([
      [0, 1, 1, 5],
      [1, 2, 2, 5],
      [2, 5, 1, 5],
      [3, 4, 5, 5],
      [4, 3, 5, 5],
    ])
    const expected = [5 / 6, 7 / 12, 1 / 5, 13 / 40, 1 / 3]
    metrics.perQuery.forEach(({ ap }, i) => expect(ap).toBeCloseTo(expected[i]!, 12))
    expect(metrics.perQuery.map(({ inp }) => inp)).toEqual([2 / 3, 2 / 3, 1 / 5, 2 / 5, 1 / 3])
  })

  test('the means', () => {
    expect(metrics.map).toBeCloseTo((5 / 6 + 7 / 12 + 1 / 5 + 13 / 40 + 1 / 3) / 5, 12) // 91/200
    // A: (5/6 + 7/12 + 13/40)/3 = 209/360; B: (1/5 + 1/3)/2 = 4/15; C has no query: (209/360 + 96/360)/2
    expect(metrics.identityBalancedMap).toBeCloseTo(61 / 144, 12)
    // A: 1/3 (query 0 of 0, 1, 3), B: 0
    expect(metrics.identityBalancedRank1).toBeCloseTo(1 / 6, 12)
    // 0: (1/1)/2; 1: (1/2)/2; 2, 3, 4: no match among the first 1, 2, 1
    expect(metrics.mapAtR).toBeCloseTo((1 / 2 + 1 / 4) / 5, 12)
    expect(metrics.minp).toBeCloseTo(34 / 75, 12) // (2/3 + 2/3 + 1/5 + 2/5 + 1/3)/5
    expect(metrics.cmc.slice(0, 6)).toEqual([1 / 5, 2 / 5, 3 / 5, 4 / 5, 1, 1])
    expect(metrics.cmc).toHaveLength(20)
    expect([metrics.rank1, metrics.rank5, metrics.rank10]).toEqual([1 / 5, 1, 1])
  })

  test('the counts', () => {
    const { queries, skipped, identities, photos, tieRate } = metrics
    expect({ queries, skipped, identities, photos, tieRate }).toEqual({
      queries: 5,
      skipped: 1,
      identities: 3,
      photos: 6,
      tieRate: 0,
    })
    expect(metrics.perIdentity.map(({ identity, photos, queries }) => [identity, photos, queries])).toEqual([
      ['A', 3, 3],
      ['B', 2, 2],
      ['C', 1, 0],
    ])
    expect(metrics.perIdentity[0]!.ap).toBeCloseTo(209 / 360, 12)
    expect(metrics.perIdentity[2]!.ap).toBeNull()
  })

  test('the same with identities as numbers', () => {
    const numbered = evaluateRetrieval({ embeddings, identities: Int32Array.of(4, 4, 7, 4, 7, 9) })
    expect(numbered.identityBalancedMap).toBe(metrics.identityBalancedMap)
  })
})

describe('the same encounter left out', () => {
  test('its photos of the same individual are neither positives nor negatives; other individuals stay', () => {
    // 0 A e1: 1 goes; 2B 3A 5C 4B → AP 1/2. 1 A e1: 0 goes; 2B 3A 5C 4B → 1/2. 2 B, 3 A, 4 B: nothing to leave out.
    const encounters = ['e1', 'e1', 'e1', 'e2', 'e2', 'e1']
    const metrics = evaluateRetrieval({ embeddings, identities, encounters, excludeSame: 'encounter' })
    const expected = [1 / 2, 1 / 2, 1 / 5, 13 / 40, 1 / 3]
    metrics.perQuery.forEach(({ ap }, i) => expect(ap).toBeCloseTo(expected[i]!, 12))
    expect(metrics.perQuery.map(({ gallery }) => gallery)).toEqual([4, 4, 5, 5, 5])
    expect(evaluateRetrieval({ embeddings, identities, encounters }).perQuery[0]!.ap).toBeCloseTo(5 / 6, 12)
  })

  test('queries left without a positive are skipped and counted', () => {
    const encounters = ['e1', 'e1', 'e1', 'e1', 'e2', 'e1']
    const metrics = evaluateRetrieval({ embeddings, identities, encounters, excludeSame: 'encounter' })
    expect(metrics.perQuery.map(({ query }) => query)).toEqual([2, 4])
    expect([metrics.queries, metrics.skipped]).toEqual([2, 4])
  })

  test('an unknown encounter excludes nothing', () => {
    const encounters = ['', '', 'e1', '', 'e2', '']
    const metrics = evaluateRetrieval({ embeddings, identities, encounters, excludeSame: 'encounter' })
    expect(metrics.identityBalancedMap).toBeCloseTo(61 / 144, 12)
  })

  test('without encounters it is refused', () => {
    expect(() => evaluateRetrieval({ embeddings, identities, excludeSame: 'encounter' })).toThrow(InputError)
  })
})

test('queries against a gallery: a query is not left out of another set', () => {
  // 12°: 1A 2°, 2B 3°, 0A 12° … → matches for B at 2 and 5 of 1A 2B 0A 3A 5C 4B: 2B rank 2, 4B rank 6: (1/2 + 2/6)/2.
  // 44°: 5C 1°: C at rank 1. D is not in the gallery: skipped.
  const metrics = evaluateQueriesAgainstGallery(
    { embeddings: atDegrees(12, 44, 20), identities: ['B', 'C', 'D'] },
    { embeddings, identities },
  )
  expect(metrics.perQuery.map(({ ap }) => ap)).toEqual([(1 / 2 + 2 / 6) / 2, 1])
  expect([metrics.queries, metrics.skipped, metrics.identities, metrics.photos]).toEqual([2, 1, 3, 6])
  expect(metrics.perIdentity.map(({ identity, photos, queries }) => [identity, photos, queries])).toEqual([
    ['A', 3, 0],
    ['B', 2, 1],
    ['C', 1, 1],
    ['D', 0, 0],
  ])
})

test('ties are broken by gallery index, and counted', () => {
  // Query 3 (A) sees three copies at the same place: 0 B, 1 A, 2 B stand in index order → A at rank 2, AP 1/2.
  // Query 1 (A) sees 0 B, 2 B at 1 and 3 A at 0°/90° = 0 → rank 3, AP 1/3. B's queries 0 and 2 see each other and 1 tied:
  // 0: 1A 2B → 1/2; 2: 0B 1A → 1. Tied similarities: 3 + 2 + 2 + 2 of 4 · 3.
  const metrics = evaluateRetrieval({ embeddings: atDegrees(0, 0, 0, 90), identities: ['B', 'A', 'B', 'A'] })
  expect(metrics.perQuery.map(({ ap }) => ap)).toEqual([1 / 2, 1 / 3, 1, 1 / 2])
  expect(metrics.tieRate).toBe(9 / 12)
})

test('labels and numbers that do not fit are refused', () => {
  expect(() => evaluateRetrieval({ embeddings, identities: ['A'] })).toThrow('photos: identities: expected 6')
  expect(() => evaluateRetrieval({ embeddings, identities: ['A', 'A', '', 'B', 'B', 'B'] })).toThrow(
    'row 2 has no identity',
  )
  expect(() => evaluateRetrieval({ embeddings, identities: ['A', 'B', 'C', 'D', 'E', 'F'] })).toThrow(
    /none of 6 queries/,
  )
  const bad = { ...embeddings, data: embeddings.data.slice() }
  bad.data[9] = Number.NaN
  expect(() => evaluateRetrieval({ embeddings: bad, identities })).toThrow(/row 4, column 1/)
})

/** Everything by its definition, nothing shared with the implementation but the order of a cosine's sum. */
function slowMetrics(photos: Embeddings, ids: readonly string[], encounters: readonly string[], exclude: boolean) {
  const { count, dim, data } = photos
  const unit = (row: number) => {
    const values = Array.from(data.subarray(row * dim, (row + 1) * dim))
    const squares = values.reduce((sum, v) => sum + v * v, 0)
    return values.map((v) => v * (squares > 0 ? 1 / Math.sqrt(squares) : 0))
  }
  const cosine = (a: number, b: number) => Math.fround(unit(a).reduce((sum, v, k) => sum + v * unit(b)[k]!, 0))
  const scored: { id: string; ap: number; apAtR: number; inp: number; first: number }[] = []
  for (let q = 0; q < count; q++) {
    const gallery = [...ids.keys()]
      .filter(
        (g) => g !== q && !(exclude && ids[g] === ids[q] && encounters[g] === encounters[q] && encounters[q] !== ''),
      )
      .sort((a, b) => cosine(q, b) - cosine(q, a) || a - b)
    const relevant = gallery.map((g) => ids[g] === ids[q])
    const hits = relevant.flatMap((match, i) => (match ? [i + 1] : []))
    if (hits.length === 0) continue
    const precision = (k: number) => relevant.slice(0, k).filter(Boolean).length / k
    const ap = hits.reduce((sum, k) => sum + precision(k), 0) / hits.length
    const apAtR = hits.filter((k) => k <= hits.length).reduce((sum, k) => sum + precision(k), 0) / hits.length
    scored.push({ id: ids[q]!, ap, apAtR, inp: hits.length / hits.at(-1)!, first: hits[0]! })
  }
  const average = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length
  const names = [...new Set(scored.map(({ id }) => id))]
  return {
    queries: scored.length,
    map: average(scored.map(({ ap }) => ap)),
    mapAtR: average(scored.map(({ apAtR }) => apAtR)),
    minp: average(scored.map(({ inp }) => inp)),
    rank5: average(scored.map(({ first }) => (first <= 5 ? 1 : 0))),
    identityBalancedRank1: average(
      names.map((name) => average(scored.filter(({ id }) => id === name).map(({ first }) => (first === 1 ? 1 : 0)))),
    ),
    identityBalancedMap: average(
      names.map((name) => average(scored.filter(({ id }) => id === name).map(({ ap }) => ap))),
    ),
  }
}

const photoSet = fc
  .array(
    fc.record({
      id: fc.constantFrom('A', 'B', 'C'),
      encounter: fc.constantFrom('', 'e1', 'e2'),
      vector: fc.tuple(
        fc.integer({ min: -2, max: 2 }),
        fc.integer({ min: -2, max: 2 }),
        fc.integer({ min: 0, max: 1 }),
      ),
    }),
    { minLength: 2, maxLength: 14 },
  )
  .map((photos) => ({
    embeddings: { count: photos.length, dim: 3, data: Float32Array.from(photos.flatMap(({ vector }) => vector)) },
    identities: photos.map(({ id }) => id),
    encounters: photos.map(({ encounter }) => encounter),
  }))

test('equals the slow implementation, ties and exclusions included', () => {
  fc.assert(
    fc.property(photoSet, fc.boolean(), (set, exclude) => {
      const slow = slowMetrics(set.embeddings, set.identities, set.encounters, exclude)
      fc.pre(slow.queries > 0)
      const fast = evaluateRetrieval({ ...set, excludeSame: exclude ? 'encounter' : undefined })
      expect(fast.queries).toBe(slow.queries)
      expect(fast.queries + fast.skipped).toBe(set.identities.length)
      for (const key of ['map', 'mapAtR', 'minp', 'rank5', 'identityBalancedRank1', 'identityBalancedMap'] as const) {
        expect(fast[key]).toBeCloseTo(slow[key], 12)
      }
    }),
    { numRuns: 300 },
  )
})

test('without ties the order of the photos does not matter', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const rng = new Rng(seed)
      const rows = Array.from({ length: 12 }, (_, i) => ({
        id: 'ABC'[i % 3]!,
        values: [rng.normal(), rng.normal(), rng.normal()],
      }))
      const evaluateRows = (list: typeof rows) =>
        evaluateRetrieval({
          embeddings: { count: 12, dim: 3, data: Float32Array.from(list.flatMap(({ values }) => values)) },
          identities: list.map(({ id }) => id),
        })
      const first = evaluateRows(rows)
      fc.pre(first.tieRate === 0)
      const second = evaluateRows(rng.shuffle(rows))
      for (const key of ['rank1', 'map', 'minp', 'identityBalancedMap'] as const) {
        expect(second[key]).toBeCloseTo(first[key], 12)
      }
      second.perIdentity.forEach(({ ap }, i) => expect(ap).toBeCloseTo(first.perIdentity[i]!.ap!, 12))
    }),
    { numRuns: 50 },
  )
})

describe('similarities that come from anywhere', () => {
  const gallery = { identities: identities.slice(2), encounters: ['x', 'y', 'x', 'z'] }
  const queries = { identities: ['A', 'B', 'D'], encounters: ['y', 'x', 'z'] }
  const [q, g] = [atDegrees(3, 20, 60), atDegrees(15, 41, 70, 45)]

  test('cosines score as the embeddings do', () => {
    for (const excludeSame of [undefined, 'encounter'] as const) {
      const one = { identities: ['A', 'A'], encounters: ['q', 'y'] }
      const two = atDegrees(3, 20)
      const expected = evaluateQueriesAgainstGallery(
        { embeddings: two, ...one },
        { embeddings: g, ...gallery },
        { excludeSame },
      )
      const similarities = cosineSimilarity(two, g)
      expect(evaluateSimilarities({ similarities, queries: one, gallery, excludeSame })).toEqual(expected)
    }
  })

  test('pairs are left out; a query of nobody in the gallery is skipped', () => {
    const similarities = cosineSimilarity(q, g)
    const all = evaluateSimilarities({ similarities, queries, gallery })
    expect([all.queries, all.skipped, all.rank1]).toEqual([2, 1, 0.5]) // A meets B first; B meets itself
    const without = evaluateSimilarities({ similarities, queries, gallery, leaveOut: (_, photo) => photo === 0 })
    expect(without.perQuery.map(({ gallery: size, firstMatch }) => [size, firstMatch])).toEqual([
      [3, 1],
      [3, 3],
    ])
  })

  test('of another number, or not a number, are refused', () => {
    const wrong = { similarities: new Float32Array(11), queries, gallery }
    expect(() => evaluateSimilarities(wrong)).toThrow(
      'similarities: expected 3 queries × 4 gallery photos = 12, got 11',
    )
    expect(() => evaluateSimilarities({ ...wrong, similarities: new Float32Array(12).fill(Number.NaN) })).toThrow(
      'is NaN',
    )
  })
})
