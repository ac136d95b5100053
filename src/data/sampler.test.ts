import { describe, expect, it } from 'vitest'
import { epochBatches, type SamplerConfig } from './sampler.ts'

/** Identity 0 has 12 photos, 1 has 6, 2 has 3, 3 has 1. */
const identities = Int32Array.from([...Array(12).fill(0), ...Array(6).fill(1), ...Array(3).fill(2), 3])

const configs = {
  shuffled: { kind: 'shuffled', batchSize: 4, seed: 1 },
  'class-balanced': { kind: 'class-balanced', batchSize: 4, seed: 1 },
  pxk: { kind: 'pxk', batchSize: 6, p: 2, k: 3, seed: 1 },
} as const satisfies Record<string, SamplerConfig>

describe.each(Object.values(configs))('$kind', (config) => {
  it('gives full batches, a pure function of seed and epoch', () => {
    const epoch = epochBatches(config, identities, 3)
    expect(epoch.map((batch) => batch.length)).toEqual(
      Array(Math.floor(identities.length / config.batchSize)).fill(config.batchSize),
    )
    expect(epochBatches(config, identities, 3)).toEqual(epoch)
    expect(epochBatches(config, identities, 4)).not.toEqual(epoch)
    expect(epochBatches({ ...config, seed: 2 }, identities, 3)).not.toEqual(epoch)
  })

  it('fills its one batch from a dataset that is smaller', () => {
    const few = Int32Array.of(0, 0, 1)
    const epoch = epochBatches(config, few, 0)
    expect(epoch).toHaveLength(1)
    expect(new Set(epoch[0])).toEqual(new Set([0, 1, 2]))
  })
})

it('shuffled gives no photo twice', () => {
  const seen = epochBatches(configs.shuffled, identities, 0).flatMap((batch) => [...batch])
  expect(new Set(seen).size).toBe(seen.length)
})

it('shuffled goes round evenly where the dataset is smaller than a batch', () => {
  const [batch] = epochBatches({ kind: 'shuffled', batchSize: 7, seed: 1 }, Int32Array.of(0, 0, 0), 0)
  const counts = [0, 1, 2].map((photo) => batch!.filter((i) => i === photo).length)
  expect(counts.sort()).toEqual([2, 2, 3])
})

it('class-balanced gives every identity as many turns, whatever its photos', () => {
  const drawn = epochBatches(configs['class-balanced'], identities, 0).flatMap((batch) => [...batch])
  const turns = [0, 1, 2, 3].map((identity) => drawn.filter((i) => identities[i] === identity).length)
  expect(turns).toEqual([5, 5, 5, 5])
  const ofFirst = drawn.filter((i) => identities[i] === 0)
  expect(new Set(ofFirst).size).toBe(5)
})

describe('pxk', () => {
  it('gives p identities with k photos each, different ones where there are k', () => {
    for (let epoch = 0; epoch < 10; epoch++)
      for (const batch of epochBatches(configs.pxk, identities, epoch)) {
        const [first, second] = [batch.slice(0, 3), batch.slice(3)].map((photos) => [...photos])
        const labels = [first!, second!].map((photos) => new Set(photos.map((i) => identities[i])))
        expect(labels.map((label) => label.size)).toEqual([1, 1])
        expect([...labels[0]!][0]).not.toBe([...labels[1]!][0])
        for (const photos of [first!, second!]) expect(new Set(photos).size).toBe(identities[photos[0]!] === 3 ? 1 : 3)
      }
  })

  it.each([1, 2, 3, 4, 5, 6])('gives identities equal turns, to one (seed %d)', (seed) => {
    const many = Int32Array.from({ length: 60 }, (_, i) => i % 5)
    const drawn = epochBatches({ kind: 'pxk', batchSize: 6, p: 3, k: 2, seed }, many, 0).flatMap((b) => [...b])
    const turns = [0, 1, 2, 3, 4].map((identity) => drawn.filter((i) => many[i] === identity).length / 2)
    expect(turns.reduce((sum, n) => sum + n)).toBe(30)
    expect(Math.max(...turns) - Math.min(...turns)).toBeLessThanOrEqual(1)
  })

  it('gives no photo twice where a batch begins a new round', () => {
    const six = Int32Array.from({ length: 12 }, (_, i) => i % 2)
    for (let epoch = 0; epoch < 20; epoch++)
      for (const batch of epochBatches({ kind: 'pxk', batchSize: 8, p: 2, k: 4, seed: 3 }, six, epoch))
        expect(new Set(batch).size).toBe(8)
  })

  it('gives photos of different encounters where those are known', () => {
    // individual 0 in sightings of 5, 2 and 1 photos, individual 1 in one of 4, individual 2 in none that is known
    const owners = Int32Array.from([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
    const encounters = [...'aaaaabbcdddd', '', '', '', '']
    const drawn = new Map<string, number>()
    for (let epoch = 0; epoch < 30; epoch++)
      for (const batch of epochBatches({ kind: 'pxk', batchSize: 9, p: 3, k: 3, seed: 1, encounters }, owners, epoch)) {
        const of = (identity: number) => [...batch].filter((photo) => owners[photo] === identity)
        expect(
          of(0)
            .map((photo) => encounters[photo])
            .sort(),
        ).toEqual(['a', 'b', 'c'])
        for (const identity of [1, 2]) expect(new Set(of(identity)).size).toBe(3)
        for (const photo of of(0)) drawn.set(`${photo}`, (drawn.get(`${photo}`) ?? 0) + 1)
      }
    expect(drawn.size).toBe(8)
    const four = epochBatches(
      { kind: 'pxk', batchSize: 8, p: 2, k: 4, seed: 1, encounters },
      owners.slice(0, 12),
      0,
    )[0]!
    expect(new Set(four).size).toBe(8)
    expect(new Set(four.map((photo) => encounters[photo]!.codePointAt(0)!)).size).toBe(4) // a, b, c and d
  })

  it('refuses what cannot be', () => {
    expect(() => epochBatches({ ...configs.pxk, p: 3 }, identities, 0)).toThrow('p · k = batch size, got 3 · 3 and 6')
    expect(() => epochBatches({ ...configs.pxk, p: 6, k: 1 }, identities, 0)).toThrow('but there are 4')
  })
})

it('needs photos, identities and a batch size', () => {
  expect(() => epochBatches(configs.shuffled, new Int32Array(0), 0)).toThrow('no photo is left to train on')
  expect(() => epochBatches(configs['class-balanced'], Int32Array.of(0, -1), 0)).toThrow('photo 1 has no identity')
  expect(() => epochBatches({ ...configs.shuffled, batchSize: 0 }, identities, 0)).toThrow('batch size')
})
