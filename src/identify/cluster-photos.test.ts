import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import type { Photo } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import type { CalibratedScores } from './calibration-record.ts'
import { type ClusterOptions, checkClusterable, clusterPhotos } from './cluster-photos.ts'
import { type Decision, readDecisions } from './decisions.ts'
import type { PlacesAmong } from './places-among.ts'

const dim = 16

/** Photos of `animals` animals, `each` of everyone: directions of their own, and some noise. */
function drawn(animals: number, each: number, more: (i: number) => Partial<Photo> = () => ({})): PhotoEmbeddings {
  const rng = new Rng('clusters')
  const count = animals * each
  const data = Float32Array.from({ length: count * dim }, (_, k) => {
    const animal = Math.floor(k / dim) % animals
    return (k % dim === animal ? 1 : 0) + rng.normal(0, 0.04)
  })
  const photos = Array.from({ length: count }, (_, i) => {
    const filename = `photo ${String(i).padStart(2, '0')}.jpg`
    return { filename, path: filename, extra: {}, ...more(i) }
  })
  return {
    embeddings: { count, dim, data },
    photos,
    contentHashes: photos.map(({ filename }) => filename),
    skipped: [],
  }
}

const clustersOf = (photos: PhotoEmbeddings, options: ClusterOptions) =>
  clusterPhotos(photos, options).photos.map(({ cluster }) => cluster)

const decided = (photo: number, other: number, decision: Decision['decision']): Decision => {
  const name = (i: number) => `photo ${String(i).padStart(2, '0')}.jpg`
  return { photo: name(photo), other: name(other), decision, row: 2 }
}

describe('individuals for photos without names', () => {
  test('places of the coat: either photo is asked of the other, the mean counts, and rows follow the photos', () => {
    const blind = drawn(5, 4)
    blind.embeddings.data.fill(1)
    const animal = (i: number) => i % 5
    const places = (rows: readonly number[]): PlacesAmong => ({
      match: 'local',
      matchers: ['spots'],
      of: (query) => (photo, cosine) => {
        expect(cosine).toBeCloseTo(1, 6)
        const [a, b] = [rows[query]!, rows[photo]!]
        return animal(a) !== animal(b) ? 0 : a < b ? 0.8 : 0.6
      },
    })
    const inOrder = [...blind.photos.keys()]
    const found = clusterPhotos(blind, { threshold: 0.65, places: { photos: places(inOrder) } })
    expect(found).toMatchObject({ individuals: 5, singles: 0, match: 'local', matchers: ['spots'] })
    for (const { score, nearest } of found.photos) {
      expect(score).toBeCloseTo(0.7, 6)
      expect(nearest!.score).toBeCloseTo(0, 6)
    }
    expect(clusterPhotos(blind, { threshold: 0.75, places: { photos: places(inOrder) } })).toMatchObject({
      individuals: 20,
    })
    const labelled = {
      ...blind,
      photos: blind.photos.map((photo, i) => ({ ...photo, identity: `animal ${animal(i)}` })),
    }
    const both = { photos: places(inOrder), labelled: places(inOrder) }
    expect(clusterPhotos(blind, { labelled, places: both }).threshold.labelled!.ami).toBeCloseTo(1, 10)
    expect(() => clusterPhotos(blind, { labelled, places: { photos: both.photos } })).toThrow('but not those of')
    const turned = inOrder.toReversed()
    const backwards = {
      embeddings: blind.embeddings,
      photos: turned.map((i) => blind.photos[i]!),
      contentHashes: turned.map((i) => blind.contentHashes[i]!),
      skipped: [],
    }
    const again = clusterPhotos(backwards, { threshold: 0.65, places: { photos: places(turned) } })
    expect(again.photos.toReversed().map(({ cluster }) => cluster)).toEqual(found.photos.map(({ cluster }) => cluster))
  })

  test('well separated animals are found, whatever chose the threshold', () => {
    const photos = drawn(5, 4)
    const found = clusterPhotos(photos, { threshold: 0.5 })
    expect(found).toMatchObject({ individuals: 5, interval: [5, 5], singles: 0, sure: 20, scale: 'similarity' })
    found.photos.forEach(({ cluster }, i) => {
      expect(cluster).toBe(found.photos[i % 5]!.cluster)
    })
    expect(found.photos[0]!.score).toBeGreaterThan(0.9)
    expect(found.photos[0]!.nearest!.score).toBeLessThan(0.2)
    const labelled = drawn(6, 3, (i) => ({ identity: `animal ${i % 6}` }))
    const chosen = clusterPhotos(photos, { labelled })
    expect(chosen).toMatchObject({ individuals: 5, threshold: { from: 'labelled', labelled: { photos: 18 } } })
    expect(chosen.threshold.labelled!.ami).toBeCloseTo(1, 10)
    const scores: CalibratedScores = {
      fusion: { kind: 'embedding' },
      curve: { kind: 'logistic', slope: 10, intercept: -5 },
      prior: 0.1,
      answers: { shift: 0, slope: 1, cohort: 0, photos: 0 },
      measured: null,
    }
    const calibrated = clusterPhotos(photos, { scores })
    expect(calibrated).toMatchObject({ individuals: 5, scale: 'probability', threshold: { at: 0.5, from: 'even' } })
    expect([calibrated.threshold.loose, calibrated.threshold.strict]).toEqual([0.2, 0.8])
    expect(calibrated.photos[0]!.score).toBeGreaterThan(0.95)
  })

  test('are the same whatever the order of the photos', () => {
    const photos = drawn(4, 3)
    const twins = { ...photos, embeddings: { ...photos.embeddings, data: photos.embeddings.data.map(Math.round) } } // all ties
    for (const set of [photos, twins]) {
      const order = new Rng(1).shuffle(set.photos.map((_, i) => i))
      const turned: PhotoEmbeddings = {
        embeddings: {
          ...set.embeddings,
          data: Float32Array.from(order.flatMap((i) => Array.from(set.embeddings.data.slice(i * dim, (i + 1) * dim)))),
        },
        photos: order.map((i) => set.photos[i]!),
        contentHashes: order.map((i) => set.contentHashes[i]!),
        skipped: [],
      }
      const [one, other] = [clusterPhotos(set, { threshold: 0.9 }), clusterPhotos(turned, { threshold: 0.9 })]
      expect(other.photos).toEqual(order.map((i) => one.photos[i]))
      expect(other.interval).toEqual(one.interval)
    }
  })

  test('decisions are kept, and those that cannot tell change nothing', () => {
    const photos = drawn(3, 3)
    const plain = clustersOf(photos, { threshold: 0.5 })
    expect(clustersOf(photos, { threshold: 0.5, decisions: [decided(0, 1, 'cannot tell')] })).toEqual(plain)
    const joined = clustersOf(photos, {
      threshold: 0.5,
      decisions: [decided(0, 1, 'same'), decided(1, 2, 'same')],
    })
    expect(new Set(joined)).toEqual(new Set([1]))
    const parted = clustersOf(photos, { threshold: 0.5, decisions: [decided(0, 3, 'different')] })
    expect(parted[0]).not.toBe(parted[3])
    expect(new Set(parted).size).toBe(4)
  })

  test('photos of two flanks are not linked by looks, but by a decision', () => {
    const photos = drawn(2, 4, (i) => ({ flank: i < 4 ? 'left' : 'right' }))
    const found = clusterPhotos(photos, { threshold: 0.5 })
    expect(found).toMatchObject({ individuals: 4, oneFlank: { left: 2, right: 2 } })
    expect(clusterPhotos(photos, { threshold: 0.5, flanks: 'any' })).toMatchObject({ individuals: 2, oneFlank: null })
    const linked = clusterPhotos(photos, { threshold: 0.5, decisions: [decided(0, 4, 'same')] })
    expect(linked).toMatchObject({ individuals: 3, oneFlank: { left: 1, right: 1 } })
  })

  test('pairs near the threshold are listed for a person: of the nearest joins the most alike photos', () => {
    const photos = drawn(3, 2)
    const { toDecide } = clusterPhotos(photos, { threshold: 0.9, toDecide: 3 })
    expect(toDecide).toHaveLength(3)
    const isJoined = toDecide.map(({ photo, others, joined }) => [(photo - others[0]!) % 3 === 0, joined])
    for (const [isOne, joined] of isJoined) expect(isOne).toBe(joined)
    const gaps = toDecide.map(({ score }) => Math.abs(score - 0.9))
    expect(gaps).toEqual(gaps.toSorted((a, b) => a - b))
    const [first] = toDecide
    const { photo, others } = first!
    const again = clusterPhotos(photos, {
      threshold: 0.9,
      toDecide: 3,
      decisions: others.map((other) => decided(photo, other, 'cannot tell')),
    })
    expect(again.toDecide.map(({ photo, others }) => [photo, ...others])).not.toContainEqual([photo, ...others])
    expect(clusterPhotos(photos, { threshold: 0.9 }).toDecide).toEqual([])
  })

  test('what cannot be done is told', () => {
    const photos = drawn(3, 2)
    expect(() => clusterPhotos(drawn(1, 1), { threshold: 0.5 })).toThrow('expected at least 2 photos, got 1')
    expect(() => clusterPhotos(photos)).toThrow('no threshold')
    expect(() => checkClusterable(20_001, { threshold: 0.5, hasLabelled: false })).toThrow(
      'expected at most 20000 photos, got 20001',
    )
    expect(() => clusterPhotos(photos, { threshold: 1.5 })).toThrow('expected a similarity between -1 and 1, got 1.5')
    expect(() => clusterPhotos(photos, { labelled: drawn(1, 3, () => ({ identity: 'Ana' })) })).toThrow(
      'got 3 photos of 1',
    )
    const ranked = { ...photos, embeddings: { ...photos.embeddings, fusion: { parts: [], k: 60 } } }
    expect(() => clusterPhotos(ranked, { threshold: 0.5 })).toThrow('ranks are no similarities')
  })
})

describe('decisions', () => {
  const { photos } = drawn(4, 1)
  const read = (...rows: string[]) => {
    const path = join(mkdtempSync(join(tmpdir(), 'rosette-decisions-')), 'decisions.csv')
    writeFileSync(path, ['photo,Other photo,decision', ...rows].join('\n'))
    return readDecisions(path, photos).decisions
  }
  test('are read with their rows', () => {
    expect(read('photo 00.jpg,photo 01.jpg,Same', '', 'photo 01.jpg,photo 02.jpg,cannot_tell')).toEqual([
      { photo: 'photo 00.jpg', other: 'photo 01.jpg', decision: 'same', row: 2 },
      { photo: 'photo 01.jpg', other: 'photo 02.jpg', decision: 'cannot tell', row: 4 },
    ])
  })

  test('that contradict each other are told with their photos and rows', () => {
    const rows = [
      'photo 00.jpg,photo 01.jpg,same',
      'photo 02.jpg,photo 01.jpg,same',
      'photo 00.jpg,photo 02.jpg,different',
    ]
    expect(() => read(...rows)).toThrow(
      'photo 00.jpg and photo 02.jpg are different (row 4), but photo 00.jpg and photo 01.jpg are the same (row 2), photo 01.jpg and photo 02.jpg are the same (row 3)',
    )
  })

  test.each([
    ['photo 00.jpg,photo 00.jpg,same', /row 2: expected two photos, got 'photo 00\.jpg' twice/],
    ['photo 00.jpg,photo 01.jpg,maybe', /row 2: decision: expected same, different, cannot tell, got 'maybe'/],
  ])('%s is an error', (row, message) => {
    expect(() => read(row)).toThrow(message)
  })
})
