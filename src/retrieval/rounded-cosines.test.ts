import { expect, it } from 'vitest'
import { Rng } from '../base/index.ts'
import type { Embeddings } from './embeddings.ts'
import { exactExtremes } from './neighbours.ts'
import { productError } from './product-blocks.ts'
import { forEachRoundedCosineRow } from './rounded-cosines.ts'
import { cosineSimilarity } from './similarity.ts'

it('rounded cosines are within their error of the exact ones, for any sizes', () => {
  for (const [q, g, dim] of [
    [1, 1, 1],
    [5, 9, 3],
    [130, 17, 131],
    [300, 40, 260],
  ] as const) {
    const [queries, gallery] = [random(q, dim, q), random(g, dim, g)]
    const exact = cosineSimilarity(queries, gallery)
    const seen: number[] = []
    forEachRoundedCosineRow(queries, gallery, (query, cosines) => {
      seen.push(query)
      expect(cosines.length).toBe(g)
      cosines.forEach((cosine, photo) => {
        const error = Math.abs(cosine - exact[query * g + photo]!)
        expect(error, `${q} × ${g} × ${dim}: ${query}, ${photo}`).toBeLessThanOrEqual(productError(dim))
      })
    })
    expect(seen).toEqual([...Array(q).keys()])
  }
})

it('a cosine does not depend on what else is multiplied', () => {
  const [queries, gallery] = [random(150, 140, 1), random(33, 140, 2)]
  const alone: Embeddings = { count: 1, dim: 140, data: queries.data.subarray(141 * 140, 142 * 140) }
  expect(rows(alone, gallery)[0]).toEqual(rows(queries, gallery)[141])
})

it('orders photos that float32 cannot tell apart by their exact cosines, equal ones by their index', () => {
  const dim = 300
  const base = random(1, dim, 3).data
  const rng = new Rng(4)
  const data = Float32Array.from({ length: 400 * dim }, (_, i) => base[i % dim]! * (1 + 3e-7 * rng.normal()))
  data.copyWithin(50 * dim, 10 * dim, 11 * dim) // an exact tie
  const gallery = { count: 400, dim, data }
  const queries = { count: 3, dim, data: data.slice(0, 3 * dim) }
  const exact = cosineSimilarity(queries, gallery)
  const [rounded, of] = [rows(queries, gallery), exactExtremes(queries, gallery)]
  let told = 0
  for (let q = 0; q < 3; q++) {
    const row = exact.subarray(q * 400, (q + 1) * 400)
    const order = [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b)
    expect([...of.nearest(q, rounded[q]!, 20).photos], `query ${q}`).toEqual(order.slice(0, 20))
    const backwards = [...row.keys()].sort((a, b) => row[a]! - row[b]! || a - b)
    expect([...of.farthest(q, rounded[q]!, 5, (photo) => photo === backwards[0]).photos]).toEqual(backwards.slice(1, 6))
    const byRounded = [...row.keys()].sort((a, b) => rounded[q]![b]! - rounded[q]![a]! || a - b)
    if (byRounded.slice(0, 20).join() !== order.slice(0, 20).join()) told++
  }
  expect(told).toBeGreaterThan(0) // else the rounded order would do
})

function rows(queries: Embeddings, gallery: Embeddings): Float32Array[] {
  const found: Float32Array[] = []
  forEachRoundedCosineRow(queries, gallery, (_, cosines) => found.push(cosines.slice()))
  return found
}

function random(count: number, dim: number, seed: number): Embeddings {
  const rng = new Rng(seed)
  return { count, dim, data: Float32Array.from({ length: count * dim }, () => rng.normal()) }
}
