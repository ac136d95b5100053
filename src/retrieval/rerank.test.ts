import { describe, expect, it, vi } from 'vitest'
import { Rng } from '../base/index.ts'
import type { Embeddings } from './embeddings.ts'
import { surroundings } from './neighbours.ts'
import { rank } from './rank.ts'
import { forEachRerankedQueryRow, forEachRerankedRow } from './rerank.ts'
import { cosineSimilarity } from './similarity.ts'

vi.mock('./neighbours.ts', { spy: true })

const settings = { k1: 6, k2: 3, lambda: 0.3 }

describe('forEachRerankedRow', () => {
  it('equals the paper worked out plainly, for many shapes and settings', () => {
    for (const [count, k1, k2, lambda] of [
      [24, 6, 3, 0.3],
      [24, 20, 6, 0.3],
      [40, 5, 1, 0],
      [40, 1, 1, 0.5],
      [15, 30, 10, 0.1],
      [60, 7, 4, 0.7],
    ] as const) {
      const photos = groups(count, 12, 5, count + k1)
      const expected = paper(photos, { k1, k2, lambda })
      expectRows(reranked(photos, { k1, k2, lambda }), expected, `${count} photos, k1 ${k1}, k2 ${k2}`)
    }
  })

  it('gives pairs that share nothing a Jaccard distance of 1, not 0', () => {
    const apart: Embeddings = { count: 4, dim: 2, data: Float32Array.of(1, 0, 1, 0.01, -1, 0, -1, 0.01) }
    const rows = reranked(apart, { k1: 1, k2: 1, lambda: 0 })
    expect(Array.from(rows[0]!, (value) => Number(value.toFixed(2)))).toEqual([1, 1, 0, 0])
  })

  it('keeps the original order where lambda is 1', () => {
    const photos = groups(50, 16, 6, 1)
    const cosines = cosineSimilarity(photos, photos)
    reranked(photos, { ...settings, lambda: 1 }).forEach((row, i) => {
      expect([...rank(row)]).toEqual([...rank(cosines.subarray(i * 50, (i + 1) * 50))])
    })
  })

  it('does not depend on the order of the photos', () => {
    const photos = groups(40, 12, 5, 2)
    const order = new Rng(3).shuffle([...Array(40).keys()])
    const rows = reranked(photos, settings)
    const moved = reranked(pick(photos, order), settings)
    moved.forEach((row, i) => {
      row.forEach((value, j) => {
        expect(value).toBeCloseTo(rows[order[i]!]![order[j]!]!, 5)
      })
    })
  })

  it('does not depend on the length of an embedding, nor on a turn of the axes', () => {
    const photos = groups(30, 4, 5, 4)
    const turned = { ...photos, data: photos.data.slice() }
    for (let i = 0; i < 30; i++) {
      const [a, b, c, d] = photos.data.subarray(i * 4, i * 4 + 4)
      turned.data.set([3 * b!, -3 * a!, 3 * d!, 3 * c!], i * 4)
    }
    expectRows(reranked(turned, settings), reranked(photos, settings), 'turned')
  })

  it('puts the copy of a photo first, with similarity 1', () => {
    const photos = groups(30, 12, 5, 5)
    const twins = pick(photos, [...Array(30).keys(), 7])
    const rows = reranked(twins, { ...settings, k2: 1 })
    expect(rows[7]![30]).toBeCloseTo(1, 5)
    expect(rows[30]![7]).toBeCloseTo(1, 5)
    expect(Math.max(...rows[7]!.filter((_, i) => i !== 7 && i !== 30))).toBeLessThan(1)
  })

  it('stays within 0 and 1, one photo and equal photos included', () => {
    const same: Embeddings = { count: 5, dim: 3, data: new Float32Array(15).fill(1) }
    const zeros: Embeddings = { count: 5, dim: 3, data: new Float32Array(15) }
    for (const photos of [groups(30, 2, 3, 6), same, zeros, pick(same, [0])])
      for (const row of reranked(photos, settings))
        for (const value of row) expect(value >= 0 && value <= 1, String(value)).toBe(true)
  })

  it('refuses settings that mean nothing, by name', () => {
    const photos = groups(5, 3, 2, 0)
    expect(() => reranked(photos, { ...settings, k1: 0 })).toThrow('k1: expected a whole number from 1 to 1000, got 0')
    expect(() => reranked(photos, { ...settings, k2: 1.5 })).toThrow('k2: expected a whole number from 1 to 1000')
    expect(() => reranked(photos, { ...settings, lambda: Number.NaN })).toThrow('lambda: expected a number from 0 to 1')
  })
})

describe('forEachRerankedQueryRow', () => {
  it('equals the paper with each query as its only probe', () => {
    for (const [k1, k2] of [
      [6, 3],
      [20, 6],
      [1, 1],
    ] as const) {
      const [queries, gallery] = [groups(9, 12, 5, 11), groups(35, 12, 5, 12)]
      const own = { ...settings, k1, k2 }
      const expected = probes(queries, gallery, own)
      expectRows(answers(queries, gallery, own), expected, `k1 ${k1}, k2 ${k2}`)
    }
  })

  it('answers a query alike whatever else is asked', () => {
    const [queries, gallery] = [groups(9, 12, 5, 11), groups(35, 12, 5, 12)]
    const together = answers(queries, gallery, settings)
    for (let q = 0; q < queries.count; q++)
      expect(answers(pick(queries, [q]), gallery, settings)[0]).toEqual(together[q])
  })

  it('ranks as if what is left out were not in the gallery', () => {
    const [queries, gallery] = [groups(9, 12, 5, 21), groups(35, 12, 5, 22)]
    const leftOut = (query: number) => (query % 3 === 0 ? [] : [2, 5 + query, 30])
    const rows = answers(queries, gallery, { ...settings, leftOut })
    for (let q = 0; q < queries.count; q++) {
      const rest = [...Array(35).keys()].filter((g) => !leftOut(q).includes(g))
      const alone = answers(pick(queries, [q]), pick(gallery, rest), settings)[0]!
      expect(rest.map((g) => rows[q]![g])).toEqual([...alone])
      for (const g of leftOut(q)) expect(rows[q]![g]).toBe(0)
    }
  })

  it('ranks so to the last bit in many random cases: ties, copies, small galleries, nearly all photos left out', () => {
    for (let seed = 0; seed < 150; seed++) {
      const { gallery, queries, leftOut, own } = randomCase(new Rng(seed))
      const rows = answers(queries, gallery, { ...own, leftOut })
      for (let q = 0; q < queries.count; q += 1 + Math.floor(queries.count / 5)) {
        const out = new Set(leftOut(q))
        const rest = [...Array(gallery.count).keys()].filter((g) => !out.has(g))
        const alone = answers(pick(queries, [q]), pick(gallery, rest), own)[0]!
        expect([...rows[q]!.filter((_, g) => !out.has(g))], `seed ${seed}, query ${q}`).toEqual([...alone])
      }
    }
  })

  it('ranks so where more is left out than lists have to spare, for queries of two flanks and of none, each without its encounter', () => {
    const { photos, leftOut, flankOf } = flanked(600, 6, 70)
    const rows = answers(photos, photos, { ...settings, leftOut })
    for (const q of [0, 1, 5, 140, 355, 599]) {
      const out = new Set(leftOut(q))
      const rest = [...Array(photos.count).keys()].filter((g) => !out.has(g))
      const alone = answers(pick(photos, [q]), pick(photos, rest), settings)[0]!
      expect([...rows[q]!.filter((_, g) => !out.has(g))], `query ${q}, flank ${flankOf(q)}`).toEqual([...alone])
      for (const g of out) expect(rows[q]![g]).toBe(0)
    }
  })

  it('asks for lists that are not longer for more photos left out', () => {
    const asked = vi.mocked(surroundings)
    asked.mockClear()
    const { photos, leftOut } = flanked(600, 6, 70)
    answers(photos, photos, { ...settings, leftOut })
    expect(Math.max(...asked.mock.calls.map(([, k, far]) => k + far))).toBeLessThan(136)
    expect(asked).toHaveBeenCalledTimes(3) // the whole for photos of no flank, and each flank's: not one for each encounter
  })

  it('lets photos that are left out change nothing, not even through their neighbours', () => {
    const [queries, gallery] = [groups(6, 12, 5, 31), groups(35, 12, 5, 32)]
    const out = [3, 4, 17]
    const swapped = { ...gallery, data: gallery.data.slice() }
    out.forEach((g, i) => {
      swapped.data.set(queries.data.subarray(i * 12, (i + 1) * 12), g * 12) // copies of queries: the strongest pull there is
    })
    const leftOut = () => out
    const changed = answers(queries, swapped, { ...settings, leftOut })
    expect(changed).toEqual(answers(queries, gallery, { ...settings, leftOut }))
    expect(answers(queries, swapped, settings)).not.toEqual(answers(queries, gallery, settings))
  })
})

/** A gallery against itself, photos of a query's encounter left out, or other queries, any photos left out. */
function randomCase(rng: Rng) {
  const whole = (from: number, to: number) => from + Math.floor(rng.uniform() * (to - from + 1))
  const [count, dim] = [whole(2, 50), whole(2, 12)]
  const photos = groups(count, dim, whole(1, 10), whole(0, 1e6))
  const twin = (i: number) => photos.data[i % (dim * Math.ceil(count / 3))]!
  const data = [photos.data, photos.data.map(Math.round), photos.data.map((_, i) => twin(i))][whole(0, 2)]! // scattered, tied, copied
  const gallery = { count, dim, data }
  const own = { k1: whole(1, 12), k2: whole(1, rng.uniform() < 0.2 ? 30 : 6), lambda: 0.3 * whole(0, 1) }
  const order = rng.shuffle([...Array(count).keys()])
  if (rng.uniform() < 0.5) {
    const size = whole(1, Math.min(count, 2 * own.k1))
    const encounterOf = order.map((place) => Math.floor(place / size))
    const leftOut = (query: number) => order.filter((g) => encounterOf[g] === encounterOf[query])
    return { gallery, queries: gallery, leftOut, own }
  }
  const few = Math.min(whole(0, 3), count)
  const sets = [order.slice(few), order.slice(0, few), order.slice(whole(0, count))]
  return { gallery, queries: pick(gallery, order.slice(0, 3)), leftOut: (query: number) => sets[query]!, own }
}

/** Photos of two flanks and of none, of `each` an encounter, which are near to each other: they do not meet, nor do flanks. */
function flanked(count: number, dim: number, each: number) {
  const { data } = groups(count, dim, 12, 41)
  const encounterOf = (photo: number) => Math.floor(photo / each)
  for (let i = 0; i < data.length; i++) data[i] = 0.1 * data[i]! + Math.sin((i % dim) * (encounterOf(i / dim) + 1))
  for (let d = 0; d < dim; d++) data[(count - 1) * dim + d] = Math.sin(d) // has no near photos but those of the first encounter
  const flankOf = (photo: number) => photo % 3
  const apart = (a: number, b: number) => flankOf(a) + flankOf(b) === 3
  const all = [...Array(count).keys()]
  const leftOut = (query: number) => all.filter((g) => encounterOf(g) === encounterOf(query) || apart(query, g))
  return { photos: { count, dim, data }, leftOut, flankOf }
}

/** Photos scattered about centres, as those of individuals are. */
function groups(count: number, dim: number, individuals: number, seed: number): Embeddings {
  const rng = new Rng(seed)
  const centres = Float64Array.from({ length: individuals * dim }, () => rng.normal())
  const data = Float32Array.from(
    { length: count * dim },
    (_, i) => centres[(Math.floor(i / dim) % individuals) * dim + (i % dim)]! + 0.9 * rng.normal(),
  )
  return { count, dim, data }
}

function pick({ dim, data }: Embeddings, rows: ArrayLike<number>): Embeddings {
  const picked = Array.from(rows, (row) => [...data.subarray(row * dim, (row + 1) * dim)]).flat()
  return { count: rows.length, dim, data: Float32Array.from(picked) }
}

function reranked(photos: Embeddings, options: typeof settings): Float32Array[] {
  const rows: Float32Array[] = []
  forEachRerankedRow(photos, options, (i, row) => {
    rows[i] = row.slice()
  })
  return rows
}

function answers(
  queries: Embeddings,
  gallery: Embeddings,
  options: Parameters<typeof forEachRerankedQueryRow>[2],
): Float32Array[] {
  const rows: Float32Array[] = []
  forEachRerankedQueryRow(queries, gallery, options, (i, row) => {
    rows[i] = row.slice()
  })
  return rows
}

function expectRows(rows: readonly Float32Array[], expected: readonly ArrayLike<number>[], what: string): void {
  expect(rows.length, what).toBe(expected.length)
  rows.forEach((row, i) => {
    row.forEach((value, j) => {
      expect(Math.abs(value - expected[i]![j]!), `${what}: ${i}, ${j}: ${value}, ${expected[i]![j]}`).toBeLessThan(2e-6)
    })
  })
}

// What follows is written from the paper alone, dense and slow, and shares no line with what it checks. Two things the paper leaves
// open are the authors' code's: a photo stands first in its own list, and distances are divided by the row's largest.

type Matrix = number[][]

/** Squared Euclidean distances of normalised rows, each row divided by its largest. */
function distances(a: Embeddings, b: Embeddings): Matrix {
  const unit = ({ dim, data }: Embeddings, i: number) => {
    const row = [...data.subarray(i * dim, (i + 1) * dim)]
    const length = Math.hypot(...row)
    return row.map((value) => value / length)
  }
  return Array.from({ length: a.count }, (_, i) => {
    const x = unit(a, i)
    const row = Array.from({ length: b.count }, (_, j) => unit(b, j).reduce((sum, y, k) => sum + (x[k]! - y) ** 2, 0))
    return row.map((value) => value / Math.max(...row))
  })
}

/** N(p, k). */
function nearest(row: readonly number[], k: number): number[] {
  return [...row.keys()].sort((x, y) => row[x]! - row[y]!).slice(0, k)
}

function jaccard(a: readonly number[], b: readonly number[]): number {
  const min = a.reduce((sum, value, i) => sum + Math.min(value, b[i]!), 0)
  const max = a.reduce((sum, value, i) => sum + Math.max(value, b[i]!), 0)
  return max === 0 ? 1 : 1 - min / max
}

/** V of a gallery before and after local query expansion, and R(g, ½k₁). */
function encode(d: Matrix, k1: number, k2: number) {
  const n = d.length
  const reciprocal = (p: number, k: number) => nearest(d[p]!, k + 1).filter((g) => nearest(d[g]!, k + 1).includes(p))
  const halves = [...Array(n).keys()].map((p) => reciprocal(p, Math.ceil(k1 / 2)))
  const vectors = d.map((row, p) => {
    const star = starOf(reciprocal(p, k1), halves)
    return row.map((distance, g) => (star.has(g) ? Math.exp(-distance) : 0))
  })
  const means = vectors.map((_, p) => meanOf(nearest(d[p]!, k2).map((g) => vectors[g]!)))
  return { halves, vectors, means }
}

function starOf(core: readonly number[], halves: readonly number[][]): Set<number> {
  const star = new Set(core)
  for (const q of core) {
    const half = halves[q]!
    if (half.filter((g) => core.includes(g)).length >= (2 / 3) * half.length) for (const g of half) star.add(g)
  }
  return star
}

function meanOf(rows: readonly number[][]): number[] {
  return rows[0]!.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length)
}

function paper(photos: Embeddings, { k1, k2, lambda }: typeof settings): Matrix {
  const d = distances(photos, photos)
  const { means } = encode(d, k1, k2)
  return d.map((row, p) => row.map((own, g) => 1 - ((1 - lambda) * jaccard(means[p]!, means[g]!) + lambda * own)))
}

function probes(queries: Embeddings, gallery: Embeddings, { k1, k2, lambda }: typeof settings): Matrix {
  const squared = (a: Embeddings, b: Embeddings) =>
    distances(a, b).map((_, i) => {
      const cosines = cosineSimilarity(a, b).subarray(i * b.count, (i + 1) * b.count)
      return Array.from(cosines, (cosine) => 2 - 2 * cosine)
    })
  const within = squared(gallery, gallery)
  const { halves, vectors, means } = encode(distances(gallery, gallery), k1, k2)
  return distances(queries, gallery).map((row, q) => {
    const to = squared(queries, gallery)[q]!
    const core = nearest(row, k1).filter((g) => {
      // the query among the k₁ nearest others of g: fewer than k₁ gallery photos are nearer
      return within[g]!.filter((other, i) => i !== g && other <= to[g]!).length < k1
    })
    const star = starOf(core, halves)
    const own = row.map((distance, g) => (star.has(g) ? Math.exp(-distance) : 0))
    const vector = meanOf([own, ...nearest(row, k2 - 1).map((g) => vectors[g]!)])
    return row.map((distance, g) => 1 - ((1 - lambda) * jaccard(vector, means[g]!) + lambda * distance))
  })
}
