import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import type { Embeddings, RankFusion } from './embeddings.ts'
import { evaluateRetrieval, evaluateSimilarities } from './evaluate.ts'
import { forEachSimilarityRow, pairSimilarities } from './fusion.ts'
import { identifyTop } from './identify.ts'
import { cosineSimilarity, pairCosines } from './similarity.ts'

function drawn(count: number, dim: number, seed: number | string): Embeddings {
  const rng = new Rng(seed)
  return { count, dim, data: Float32Array.from({ length: count * dim }, () => rng.normal()) }
}

/** Two sets side by side, row by row. */
function beside(a: Embeddings, b: Embeddings, fusion: RankFusion): Embeddings {
  const row = (set: Embeddings, i: number) => [...set.data.subarray(i * set.dim, (i + 1) * set.dim)]
  return {
    count: a.count,
    dim: a.dim + b.dim,
    data: Float32Array.from(Array.from({ length: a.count }, (_, i) => [...row(a, i), ...row(b, i)]).flat()),
    fusion,
  }
}

/** Reciprocal rank fusion from the formula, one pair after the other. */
function bruteForce(
  parts: readonly (readonly [queries: Embeddings, gallery: Embeddings, weight: number])[],
  k: number,
): number[] {
  const [rows, columns] = [parts[0]![0].count, parts[0]![1].count]
  const total = parts.reduce((sum, [, , weight]) => sum + weight, 0)
  const cosines = parts.map(([queries, gallery]) => cosineSimilarity(queries, gallery))
  return Array.from({ length: rows * columns }, (_, i) => {
    const [q, g] = [Math.floor(i / columns), i % columns]
    const each = parts.map(([, , weight], m) => {
      const own = cosines[m]!.subarray(q * columns, (q + 1) * columns)
      const before = [...own].filter((value, other) => value > own[g]! || (value === own[g]! && other < g)).length
      return weight / (k + before + 1)
    })
    return (each.reduce((sum, value) => sum + value, 0) * (k + 1)) / total
  })
}

test('fused ranks are those of the formula, for any members and weights', () => {
  const cases = fc.record({
    seed: fc.integer(),
    queries: fc.integer({ min: 1, max: 300 }), // more than one block
    gallery: fc.integer({ min: 1, max: 9 }),
    weight: fc.constantFrom(1, 0.25, 3),
    k: fc.constantFrom(1, 60),
  })
  fc.assert(
    fc.property(cases, ({ seed, queries, gallery, weight, k }) => {
      const [qa, qb] = [drawn(queries, 3, `${seed} qa`), drawn(queries, 2, `${seed} qb`)]
      const [ga, gb] = [drawn(gallery, 3, `${seed} ga`), drawn(gallery, 2, `${seed} gb`)]
      const fusion = {
        parts: [
          { dim: 3, weight: 1 },
          { dim: 2, weight },
        ],
        k,
      }
      const got: number[] = []
      forEachSimilarityRow(beside(qa, qb, fusion), beside(ga, gb, fusion), (q, row) => {
        expect(got.length).toBe(q * gallery)
        got.push(...row)
      })
      const expected = bruteForce(
        [
          [qa, ga, 1],
          [qb, gb, weight],
        ],
        k,
      )
      got.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5))
    }),
    { numRuns: 25 },
  )
})

test('a photo that both members rank first has 1; scales of members do not count, their ranks do', () => {
  const a: Embeddings = { count: 3, dim: 2, data: Float32Array.of(1, 0, 0.8, 0.6, 0, 1) }
  const b: Embeddings = { count: 3, dim: 2, data: Float32Array.of(100, 0, 99, 1, 99, -2) }
  const fusion = {
    parts: [
      { dim: 2, weight: 1 },
      { dim: 2, weight: 1 },
    ],
    k: 60,
  }
  const rows: number[][] = []
  forEachSimilarityRow(beside(a, b, fusion), beside(a, b, fusion), (_, row) => rows.push([...row]))
  const first = [1, 61 / 62, 61 / 63]
  rows[0]!.forEach((value, i) => expect(value).toBeCloseTo(first[i]!, 6))
})

test('metrics, answers and pairs of one set go by the fused ranks', () => {
  const [a, b] = [drawn(30, 4, 'a'), drawn(30, 5, 'b')]
  const fusion = {
    parts: [
      { dim: 4, weight: 2 },
      { dim: 5, weight: 1 },
    ],
    k: 60,
  }
  const embeddings = beside(a, b, fusion)
  const identities = Array.from({ length: 30 }, (_, i) => `${i % 6}`)
  const similarities = Float32Array.from(
    bruteForce(
      [
        [a, a, 2],
        [b, b, 1],
      ],
      60,
    ),
  )
  const leaveOut = (q: number, g: number) => q === g
  const labels = { identities }
  const expected = evaluateSimilarities({ similarities, queries: labels, gallery: labels, leaveOut })
  const got = evaluateRetrieval({ embeddings, identities })
  expect(got.identityBalancedMap).toBeCloseTo(expected.identityBalancedMap, 6)
  expect(got.rank1).toBe(expected.rank1)
  const plain = evaluateRetrieval({ embeddings: { ...embeddings, fusion: undefined }, identities })
  expect(plain.map).not.toBeCloseTo(got.map, 3)

  const answers = identifyTop(embeddings, embeddings, identities, 1)
  expect(answers.map(({ photos }) => photos[0]!.photo)).toEqual(identities.map((_, i) => i))
  expect(answers[0]!.photos[0]!.score).toBe(1)

  const pairs = [Int32Array.of(3, 3, 7), Int32Array.of(4, 29, 3)] as const
  const scores = pairSimilarities(embeddings, ...pairs)
  ;[3 * 30 + 4, 3 * 30 + 29, 7 * 30 + 3].forEach((i, p) => expect(scores[p]).toBeCloseTo(similarities[i]!, 6))
  expect(pairSimilarities(a, ...pairs)).toEqual(pairCosines(a, ...pairs))
})

test('members that do not make up a row are refused', () => {
  const fusion = { parts: [{ dim: 4, weight: 1 }], k: 60 }
  const set = { ...drawn(2, 5, 'c'), fusion }
  expect(() => forEachSimilarityRow(set, set, () => {})).toThrow('fusion: the members have 4 numbers a photo')
})
