import { expect, test } from 'vitest'
import { drawnSightings, type HomeRanges } from '../../test/home-ranges.ts'
import { Rng } from '../base/index.ts'
import type { Photo } from '../data/index.ts'
import { evaluateRetrieval } from '../retrieval/index.ts'
import { type PriorScores, priorScores, watchPrior } from './prior-scores.ts'
import { labelsOf } from './protocol.ts'

const dim = 8

/** Embeddings that know animals a little: each around a centre of its own. */
function seen(photos: readonly Photo[], noise = 0.8) {
  const data = photos.flatMap(({ identity, filename }) => {
    const [centre, own] = [new Rng(`centre ${identity}`), new Rng(`photo ${filename}`)]
    const values = Array.from({ length: dim }, () => centre.normal() + noise * own.normal())
    const norm = Math.hypot(...values)
    return values.map((value) => value / norm)
  })
  return { count: photos.length, dim, data: Float32Array.from(data) }
}

function scored(photos: readonly Photo[], match?: 'fused', noise?: number): PriorScores {
  const embeddings = seen(photos, noise)
  const prior = watchPrior({ queries: photos, gallery: photos, leaveOut: (q, g) => q === g }, match)
  const scoredBy = (adjust?: Parameters<typeof priorScores>[1], onRanked?: typeof prior.count) =>
    evaluateRetrieval({ embeddings, ...labelsOf(photos), adjust, onRanked })
  // as matched coats would have them: crowded below 1
  const looks = match && ((_: number, row: Float32Array) => row.map((cosine) => 1 - Math.exp(-4 * (1 + cosine))))
  return priorScores(prior, looks, { metrics: scoredBy(looks, prior.count), photos, scoredBy })
}

const drawn = (changes: Partial<HomeRanges>) => drawnSightings(3, { individuals: 16, ...changes })

test('place and time help where animals have homes, and it is told that they do not where animals are everywhere', () => {
  const photos = drawn({})
  const homes = scored(photos)
  expect([homes.queries, homes.told]).toEqual([photos.length, photos.length])
  expect(homes.identityBalancedMap.difference).toBeGreaterThan(0.05)
  expect(homes.identityBalancedMap.interval[0]).toBeGreaterThan(0)
  expect(homes.rank1.interval[0]).toBeGreaterThan(0)
  const everywhere = scored(drawn({ rangeStations: 20, stayDays: 1e5 }))
  expect(everywhere.identityBalancedMap.interval[0]).toBeLessThan(0)
  expect(everywhere.identityBalancedMap.difference).toBeLessThan(0.01)
})

test('matched coats are weighed alike, though their similarities crowd below 1', () => {
  const [plain, fused] = [scored(drawn({})), scored(drawn({}), 'fused')]
  expect(fused.identityBalancedMap.a).toBeCloseTo(plain.identityBalancedMap.a, 3)
  expect(fused.identityBalancedMap.b).toBeCloseTo(plain.identityBalancedMap.b, 2)
})

test('a query of whom nothing is known is ranked by looks alone', () => {
  const photos = drawn({}).map((photo, i) =>
    i % 2 === 0 ? { ...photo, camera: undefined, timestamp: undefined } : photo,
  )
  const half = scored(photos)
  expect([half.queries, half.told]).toEqual([photos.length, Math.floor(photos.length / 2)])
  const prior = watchPrior({ queries: photos, gallery: photos, leaveOut: (q, g) => q === g }, undefined)
  evaluateRetrieval({ embeddings: seen(photos), ...labelsOf(photos), onRanked: prior.count })
  const [withThem, row] = [prior.adjust(undefined), seen(photos).data.slice(0, photos.length)]
  expect(withThem(0, row)).toBe(row)
  expect(withThem(1, row)).not.toEqual(row)
})

test('the sighting of a query does not say where and when it was', () => {
  // each animal once at each place: a query's own photo is the only one there then
  const apart = (photo: Photo, i: number) => ({ ...photo, camera: `station ${i}`, timestamp: undefined })
  expect(() => scored(drawn({}).map(apart))).toThrow('no photo has a station or a time that the gallery has too')
  const photos = drawn({}).map((photo, i) => ({ ...apart(photo, i), ...(i < 2 ? { camera: 'shared' } : {}) }))
  const { told, rank1 } = scored(photos)
  expect(told).toBe(2)
  expect(Math.abs(rank1.difference)).toBeLessThan(0.02)
})

/** Scores in falling order of looks, photos of equal looks by their index. */
const orderBy = (scores: Float32Array) => [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b)

test('a prior that says nothing leaves every ranking as it is, whatever the looks are worth', () => {
  const everywhere = drawn({}).map((photo) => ({ ...photo, camera: 'the only one', timestamp: undefined }))
  for (const noise of [0.8, 1e6]) {
    const { queries, told, rank1, map, identityBalancedMap } = scored(everywhere, undefined, noise)
    expect([queries, told]).toEqual([everywhere.length, everywhere.length])
    for (const { a, b, interval } of [rank1, map, identityBalancedMap]) {
      expect(b).toBe(a)
      expect(interval).toEqual([0, 0])
    }
  }
})

test('looks that say nothing on other individuals order what place and time leave equal', () => {
  const photos = drawn({}).map((photo) => ({ ...photo, timestamp: undefined }))
  const prior = watchPrior({ queries: photos, gallery: photos, leaveOut: (q, g) => q === g }, undefined)
  // the less alike the more of one individual: the learnt curve is flat
  const worse = (q: number) =>
    Float32Array.from(
      photos,
      ({ identity }, g) => (identity === photos[q]!.identity ? -0.5 : 0.5) + ((g * 7) % 11) / 1e3,
    )
  photos.forEach((_, q) => prior.count(q, Int32Array.from(photos.keys()), worse(q)))
  const [looks, together] = [worse(0), prior.adjust(undefined)(0, worse(0))]
  const groups = new Map<string, number[]>()
  orderBy(together).forEach((g) => {
    const own = groups.get(photos[g]!.identity!) ?? []
    groups.set(photos[g]!.identity!, [...own, g])
  })
  expect(groups.size).toBe(16)
  for (const own of groups.values()) expect(own).toEqual(own.toSorted((a, b) => looks[b]! - looks[a]! || a - b))
  expect([...groups.values()].some((own) => own.some((g, i) => i > 0 && g < own[i - 1]!))).toBe(true)
})

test('what cannot be measured is refused', () => {
  const task = (photos: readonly Photo[]) => ({
    queries: photos,
    gallery: photos,
    leaveOut: (q: number, g: number) => q === g,
  })
  const nowhere = drawn({}).map((photo) => ({ ...photo, camera: undefined, timestamp: undefined }))
  expect(() => watchPrior(task(nowhere), undefined)).toThrow(
    '`prior: "place-time"`: no photo has a station or a time that the gallery has too',
  )
  const few = drawn({ individuals: 3 })
  expect(() => watchPrior(task(few), undefined)).toThrow('3 individuals have a photo and another one to be found by')
})
