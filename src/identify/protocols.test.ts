import { expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import type { Photo } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import type { Adjust } from '../retrieval/index.ts'
import type { LocalTask } from './local-matching.ts'
import { type ProtocolPlaces, protocolsOf } from './protocols.ts'

interface Drawn {
  readonly individuals: number
  readonly encounters: number
  readonly photosEach: number
  /** How far the individual, and how far the encounter, moves the embedding. */
  readonly coat: number
  readonly place: number
}

/** Photos whose embedding is coat + place + noise, each a random direction. */
function drawn({ individuals, encounters, photosEach, coat, place }: Drawn, seed: number): PhotoEmbeddings {
  const rng = new Rng(seed)
  const dim = 24
  const direction = (length: number) => Array.from({ length: dim }, () => (length * rng.normal()) / Math.sqrt(dim))
  const rows: number[] = []
  const photos: Photo[] = []
  for (let i = 0; i < individuals; i++) {
    const own = direction(coat)
    for (let e = 0; e < encounters; e++) {
      const there = direction(place)
      for (let p = 0; p < photosEach; p++) {
        const noise = direction(0.7)
        rows.push(...own.map((value, k) => value + there[k]! + noise[k]!))
        const name = `${seed}/${i}-${e}-${p}.jpg`
        photos.push({ filename: name, path: name, identity: `animal ${i}`, encounter: `${i} on day ${e}`, extra: {} })
      }
    }
  }
  const embeddings = { count: photos.length, dim, data: Float32Array.from(rows) }
  return { embeddings, photos, contentHashes: photos.map(({ filename }) => filename), skipped: [] }
}

const place = { individuals: 12, encounters: 3, photosEach: 4, coat: 0.4, place: 1.5 }

test('a model that knows places: the gap says so, on the same queries', async () => {
  const { allPhotos, otherEncounters, queriesAgainstGallery, gap } = await protocolsOf({ photos: drawn(place, 1) })
  expect(allPhotos!.rank1).toBeGreaterThan(0.9)
  expect(otherEncounters!.rank1).toBeLessThan(0.5)
  expect(queriesAgainstGallery).toBeNull()
  expect([allPhotos!.queries, otherEncounters!.queries, gap!.queries, gap!.identities]).toEqual([144, 144, 144, 12])
  expect(gap!.rank1.a).toBe(allPhotos!.rank1)
  expect(gap!.leftIn.chance.rank1).toBeCloseTo(11 / 143, 12)
  expect(gap!.leftIn.intervals.identity).toEqual(allPhotos!.intervals.identity)
  expect(gap!.rank1.b).toBe(otherEncounters!.rank1)
  const { difference, interval, p } = gap!.identityBalancedMap
  expect(difference).toBeCloseTo(otherEncounters!.identityBalancedMap - allPhotos!.identityBalancedMap, 12)
  expect(interval[1]).toBeLessThan(-0.1)
  expect(p).toBeLessThan(0.01)
  // 11 of the 143 others, and 8 of 140, show the same animal
  expect(allPhotos!.chance.rank1).toBeCloseTo(11 / 143, 12)
  expect(otherEncounters!.chance.rank1).toBeCloseTo(8 / 140, 12)
})

test('a model that knows coats: no gap', async () => {
  const { gap } = await protocolsOf({ photos: drawn({ ...place, coat: 2, place: 0 }, 1) })
  expect(Math.abs(gap!.rank1.difference)).toBeLessThan(0.05)
})

test('a third of the individuals is held out, drawn by the seed and not by the order of photos', async () => {
  const photos = drawn({ ...place, coat: 2, place: 0.3 }, 2)
  const { knownAndNew } = await protocolsOf({ photos })
  expect(knownAndNew).toMatchObject({ knownIdentities: 8, newIdentities: 4, knownQueries: 96, newQueries: 48 })
  expect(knownAndNew!.auroc).toBeGreaterThan(0.9)
  expect(knownAndNew!.baks).toBeGreaterThan(0.7)
  expect((await protocolsOf({ photos })).knownAndNew).toEqual(knownAndNew)
  expect((await protocolsOf({ photos, seed: 1 })).knownAndNew).not.toEqual(knownAndNew)
  const blind = (await protocolsOf({ photos: drawn({ ...place, coat: 0, place: 0 }, 3) })).knownAndNew!
  expect(Math.abs(blind.auroc - 0.5)).toBeLessThan(0.15)
})

test('a gallery: its own protocol, with individuals that it never showed as new ones', async () => {
  const gallery = { source: 'known animals', embedded: drawn({ ...place, coat: 2, place: 0.2 }, 4) }
  const own = gallery.embedded
  // the queries are the gallery's files once more, and photos of two strangers
  const strangers = drawn({ ...place, individuals: 2, coat: 2, place: 0.2 }, 5)
  const photos: PhotoEmbeddings = {
    embeddings: {
      ...own.embeddings,
      count: own.photos.length + strangers.photos.length,
      data: Float32Array.from([...own.embeddings.data, ...strangers.embeddings.data]),
    },
    photos: [...own.photos, ...strangers.photos.map((photo) => ({ ...photo, identity: `stranger ${photo.identity}` }))],
    contentHashes: [...own.contentHashes, ...strangers.contentHashes],
    skipped: [],
  }
  const { queriesAgainstGallery, knownAndNew } = await protocolsOf({ photos, gallery })
  expect(queriesAgainstGallery).toMatchObject({ gallery: 'known animals', queries: 144, skipped: 24, photos: 144 })
  expect(queriesAgainstGallery!.rank1).toBeGreaterThan(0.9)
  const { identity, encounter } = queriesAgainstGallery!.intervals
  expect([identity?.units, encounter?.units]).toEqual([12, 36])
  // the own file and the own encounter do not meet: 8 of 140
  expect(queriesAgainstGallery!.chance.rank1).toBeCloseTo(8 / 140, 12)
  expect(knownAndNew).toMatchObject({ knownIdentities: 8, newIdentities: 4 + 2, newQueries: 48 + 24 })
})

test('what the photos do not allow is not there', async () => {
  const one = drawn({ ...place, encounters: 1, individuals: 2 }, 6)
  expect(await protocolsOf({ photos: one })).toMatchObject({ otherEncounters: null, gap: null, knownAndNew: null })
  const unknown = { ...one, photos: one.photos.map(({ encounter: _, ...photo }) => photo) }
  expect(await protocolsOf({ photos: unknown })).toMatchObject({ otherEncounters: null, allPhotos: { queries: 8 } })
})

test('places of the coat are matched under each protocol with the gallery that it has, and not again under the one that was asked', async () => {
  const blind = drawn({ ...place, coat: 0, place: 0 }, 3)
  const matched: string[] = []
  const isRight = ({ queries, gallery }: LocalTask): Adjust => {
    const names = gallery.photos.map(({ identity }) => identity)
    return (query, similarities) =>
      similarities.map((cosine, g) => (names[g] === queries.photos[query]!.identity ? 1 : cosine / 2))
  }
  const match: ProtocolPlaces['match'] = (task, pass, passes) => {
    const met = (query: number) => task.gallery.photos.filter((_, g) => !task.leaveOut(query, g)).length
    const fewest = Math.min(...task.queries.photos.map((_, query) => met(query)))
    matched.push(`${pass} of ${passes}: ${fewest} of ${task.gallery.photos.length}`)
    return Promise.resolve(isRight(task))
  }
  const asked = { queries: blind, gallery: blind, leaveOut: () => false }
  const places = { match, matched: { protocol: 'otherEncounters' as const, adjust: isRight(asked) } }
  const report = await protocolsOf({ photos: blind, places })
  expect(report.allPhotos!.rank1).toBe(1)
  expect(report.otherEncounters!.rank1).toBe(1)
  expect(report.knownAndNew).toMatchObject({ auroc: 1, baks: 1, baus: 1, knownIdentities: 8 })
  // one animal's four photos of the day are out; of a gallery without a third of the individuals too
  expect(matched).toEqual(['0 of 2: 143 of 144', '1 of 2: 92 of 96'])
})
