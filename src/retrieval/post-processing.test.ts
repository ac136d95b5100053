import { describe, expect, it } from 'vitest'
import { Rng } from '../base/index.ts'
import { type Embeddings, pickRows } from './embeddings.ts'
import { evaluateQueriesAgainstGallery, evaluateRetrieval } from './evaluate.ts'
import { forEachProcessedRow, type Matching, type PostProcessing } from './post-processing.ts'
import { augmentDatabase, expandQueries } from './query-expansion.ts'
import { cosineSimilarity } from './similarity.ts'

const rerank = { k1: 5, k2: 3, lambda: 0.3 }
const every: readonly PostProcessing[] = [
  {},
  { queryExpansion: { alpha: 3, k: 4 } },
  { databaseAugmentation: { k: 3 } },
  { rerank },
  { databaseAugmentation: { k: 2 }, queryExpansion: { alpha: 1, k: 2 }, rerank },
]

describe('query expansion and database augmentation', () => {
  // Unit vectors on a circle: cos of 0° and 60° is 1/2, of 60° and 90° √3/2, of 0° and 90° 0.
  const gallery = atDegrees(60, 90)
  const query = atDegrees(0)

  it('adds neighbours by the power of their cosine', () => {
    // 0° + (1/2)² · 60° = (1 + 1/8, √3/8)
    const { data } = expandQueries(query, gallery, { alpha: 2, k: 2 })
    expect([...data].map((value) => Number(value.toFixed(6)))).toEqual([1.125, 0.216506])
  })

  it('takes a plain sum where alpha is 0, and the nearest alone where k is 1', () => {
    expect([...expandQueries(query, gallery, { alpha: 0, k: 1 }).data]).toEqual([1.5, Math.fround(Math.sqrt(3) / 2)])
  })

  it('gives neighbours of an opposite direction no weight', () => {
    expect([...expandQueries(query, atDegrees(180), { alpha: 1, k: 1 }).data]).toEqual([1, 0])
  })

  it('leaves out what it is told to', () => {
    const { data } = expandQueries(query, gallery, { alpha: 2, k: 1, leftOut: () => [0] })
    expect(data[0]).toBeCloseTo(1, 6) // 90° has cosine 0: weight 0
  })

  it('adds to each gallery photo its nearest others, the first with weight k / (k + 1)', () => {
    // 60° + ½ · 90°, k = 1
    const { data } = augmentDatabase(gallery, { k: 1 })
    expect(data[0]).toBeCloseTo(Math.cos(Math.PI / 3), 6)
    expect(data[1]).toBeCloseTo(Math.sin(Math.PI / 3) + 0.5, 6)
  })

  it('refuses numbers that mean nothing, by name', () => {
    expect(() => expandQueries(query, gallery, { alpha: -1, k: 1 })).toThrow('alpha: expected a number from 0 to 100')
    expect(() => expandQueries(query, gallery, { alpha: 1, k: 0 })).toThrow('k: expected a whole number of neighbours')
    expect(() => augmentDatabase(gallery, { k: 0.5 })).toThrow('database augmentation: k: expected a whole number')
  })
})

describe('forEachProcessedRow', () => {
  it('is plain cosines where nothing is asked for', () => {
    const photos = groups(12, 8, 3, 1)
    expect(rowsOf({ queries: photos, gallery: photos })).toEqual(rowsOfMatrix(cosineSimilarity(photos, photos), 12))
  })

  it('ranks each query as if what is left out were not there, whatever is done', () => {
    const [queries, gallery] = [groups(6, 8, 3, 1), groups(20, 8, 3, 2)]
    const leftOut = (query: number) => (query === 0 ? [] : [1, 4 + query])
    for (const postProcessing of every) {
      const rows = rowsOf({ queries, gallery, postProcessing, leftOut })
      for (let q = 0; q < 6; q++) {
        const rest = [...Array(20).keys()].filter((g) => !leftOut(q).includes(g))
        const alone = rowsOf({ queries: pickRows(queries, [q]), gallery: pickRows(gallery, rest), postProcessing })
        expect(
          rest.map((g) => rows[q]![g]),
          JSON.stringify(postProcessing),
        ).toEqual([...alone[0]!])
      }
    }
  })
})

describe('scores with photos of the same encounter left out', () => {
  // Three photos an encounter; the mates of a sighting are copies of each other but for a little noise.
  const { photos, identities, encounters } = bursts(8, 2, 3)
  const options = { identities, encounters, excludeSame: 'encounter' as const }

  it('do not change when the mates of a query do', () => {
    for (const postProcessing of every) {
      const before = evaluateRetrieval({ embeddings: photos, ...options, postProcessing })
      const changed = { ...photos, data: photos.data.slice() }
      for (const mate of [1, 2]) changed.data.set(photos.data.subarray(20 * 8, 21 * 8), mate * 8)
      const after = evaluateRetrieval({ embeddings: changed, ...options, postProcessing })
      const query = ({ perQuery }: typeof before) => perQuery.find(({ query: q }) => q === 0)
      expect(query(after), JSON.stringify(postProcessing)).toEqual(query(before))
    }
  })

  it('come with the queries in their order', () => {
    const { perQuery } = evaluateRetrieval({ embeddings: photos, ...options, postProcessing: { rerank } })
    expect(perQuery.map(({ query }) => query)).toEqual([...photos.data.keys()].slice(0, photos.count))
  })

  it('equal those of each query against a gallery of other encounters', () => {
    for (const postProcessing of every) {
      const whole = evaluateRetrieval({ embeddings: photos, ...options, postProcessing })
      for (const q of [0, 10, 23]) {
        const rest = [...Array(photos.count).keys()].filter((g) => encounters[g] !== encounters[q])
        const one = evaluateQueriesAgainstGallery(
          { embeddings: pickRows(photos, [q]), identities: [identities[q]!] },
          { embeddings: pickRows(photos, rest), identities: rest.map((g) => identities[g]!) },
          { postProcessing },
        )
        expect(whole.perQuery[q]!.ap, JSON.stringify(postProcessing)).toBeCloseTo(one.perQuery[0]!.ap, 12)
      }
    }
  })
})

function atDegrees(...degrees: number[]): Embeddings {
  const radians = degrees.map((degree) => (degree * Math.PI) / 180)
  return { count: degrees.length, dim: 2, data: Float32Array.from(radians.flatMap((r) => [Math.cos(r), Math.sin(r)])) }
}

function groups(count: number, dim: number, individuals: number, seed: number): Embeddings {
  const rng = new Rng(seed)
  const centres = Float64Array.from({ length: individuals * dim }, () => rng.normal())
  const data = Float32Array.from(
    { length: count * dim },
    (_, i) => centres[(Math.floor(i / dim) % individuals) * dim + (i % dim)]! + 0.9 * rng.normal(),
  )
  return { count, dim, data }
}

/** `each` photos of every encounter, `sightings` encounters of every individual. */
function bursts(individuals: number, sightings: number, each: number) {
  const scenes = groups(individuals * sightings, 8, individuals, 7)
  const rng = new Rng(8)
  const rows = [...Array(scenes.count * each).keys()]
  const near = pickRows(
    scenes,
    rows.map((i) => Math.floor(i / each)),
  )
  return {
    photos: { ...near, data: near.data.map((value) => value + 0.05 * rng.normal()) },
    identities: rows.map((i) => `animal ${Math.floor(i / each) % individuals}`),
    encounters: rows.map((i) => `encounter ${Math.floor(i / each)}`),
  }
}

function rowsOf(matching: Matching): number[][] {
  const rows: number[][] = []
  forEachProcessedRow(matching, (query, row) => {
    rows[query] = [...row]
  })
  return rows
}

function rowsOfMatrix(matrix: Float32Array, columns: number): number[][] {
  return Array.from({ length: matrix.length / columns }, (_, i) => [...matrix.subarray(i * columns, (i + 1) * columns)])
}
