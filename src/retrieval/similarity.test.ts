import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InputError, Rng } from '../base/index.ts'
import type { Embeddings } from './embeddings.ts'
import { l2Normalise } from './embeddings.ts'
import { cosineSimilarity, forEachCosineRow, pairCosines } from './similarity.ts'

function random(count: number, dim: number, seed: number): Embeddings {
  const rng = new Rng(seed)
  return { count, dim, data: Float32Array.from({ length: count * dim }, () => rng.normal()) }
}

function rowOf({ dim, data }: Embeddings, row: number): number[] {
  return [...data.subarray(row * dim, (row + 1) * dim)]
}

/** The formula as it is written. */
function slowCosine(a: number[], b: number[]): number {
  const dot = (x: number[], y: number[]) => x.reduce((sum, value, i) => sum + value * y[i]!, 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

test('cosines of vectors that can be worked by hand', () => {
  // (3, 4)·(4, 3) = 24 over 5·5 → 0.96; with (−3, −4) −1; with (0, 0) 0 by convention; length does not matter.
  const queries = { count: 2, dim: 2, data: Float32Array.of(3, 4, 30, 40) }
  const gallery = { count: 4, dim: 2, data: Float32Array.of(4, 3, -3, -4, 0, 0, 3, 4) }
  expect([...cosineSimilarity(queries, gallery)]).toEqual([0.96, -1, 0, 1, 0.96, -1, 0, 1].map(Math.fround))
})

test('equals the slow formula whatever the number of rows and dimensions', () => {
  const size = fc.integer({ min: 1, max: 11 })
  fc.assert(
    fc.property(size, size, size, fc.nat(), (q, g, dim, seed) => {
      const queries = random(q, dim, seed)
      const gallery = random(g, dim, seed + 1)
      const fast = cosineSimilarity(queries, gallery)
      for (let i = 0; i < q; i++) {
        for (let j = 0; j < g; j++) {
          expect(fast[i * g + j]).toBeCloseTo(slowCosine(rowOf(queries, i), rowOf(gallery, j)), 6)
        }
      }
    }),
  )
})

test('blocks and panels do not show: 300 × 131 rows, equal to the last bit to pairCosines and symmetric', () => {
  const photos = random(300, 5, 1)
  const gallery = { count: 131, dim: 5, data: photos.data.subarray(0, 131 * 5) }
  const all = cosineSimilarity(photos, gallery)
  const a = Int32Array.from({ length: 300 * 131 }, (_, i) => Math.floor(i / 131))
  const b = Int32Array.from({ length: 300 * 131 }, (_, i) => i % 131)
  expect(Buffer.from(pairCosines(photos, a, b).buffer).equals(Buffer.from(all.buffer))).toBe(true)
  expect(pairCosines(photos, b, a)).toEqual(all)
})

test('a photo has cosine 1 with itself, exactly', () => {
  const photos = random(50, 768, 2)
  const same = Int32Array.from({ length: 50 }, (_, i) => i)
  expect(new Set(pairCosines(photos, same, same))).toEqual(new Set([1]))
})

test('rows come in order, one for each query', () => {
  const seen: number[] = []
  forEachCosineRow(random(259, 3, 3), random(2, 3, 4), (query, row) => seen.push(query * 10 + row.length))
  expect(seen).toEqual(Array.from({ length: 259 }, (_, query) => query * 10 + 2))
})

test('NaN and infinity are refused by row and column', () => {
  const bad = random(4, 3, 5)
  bad.data[7] = Number.NaN
  expect(() => cosineSimilarity(bad, random(1, 3, 6))).toThrow(InputError)
  expect(() => cosineSimilarity(bad, random(1, 3, 6))).toThrow(/query embeddings: row 2, column 1: .* got NaN/)
  bad.data[7] = Number.POSITIVE_INFINITY
  expect(() => pairCosines(bad, Int32Array.of(0), Int32Array.of(1))).toThrow(/row 2, column 1: .* got Infinity/)
})

test('shapes that do not fit are refused', () => {
  expect(() => cosineSimilarity(random(2, 3, 1), random(2, 4, 1))).toThrow(/3 dimensions, the gallery 4/)
  expect(() => cosineSimilarity({ ...random(2, 3, 1), count: 3 }, random(2, 3, 1))).toThrow(/expected 3 × 3 = 9/)
  expect(() => pairCosines(random(2, 3, 1), Int32Array.of(0), Int32Array.of(2))).toThrow(/pair 0: expected rows 0 … 1/)
  expect(() => pairCosines(random(2, 3, 1), Int32Array.of(0), Int32Array.of())).toThrow(/got 1 and 0/)
})

test('l2Normalise keeps directions, makes lengths 1, leaves zeros and its input alone', () => {
  const photos = { count: 3, dim: 2, data: Float32Array.of(3, 4, 0, 0, 3 * 2 ** 100, -4 * 2 ** 100) }
  expect([...l2Normalise(photos).data]).toEqual([0.6, 0.8, 0, 0, 0.6, -0.8].map(Math.fround))
  expect(photos.data[0]).toBe(3)
})
