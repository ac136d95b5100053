import { describe, expect, it } from 'vitest'
import { leakageOf, leakageWords } from './leakage.ts'
import type { Photo } from './manifest.ts'

const photo = (filename: string, identity: string, encounter?: string): Photo => ({
  filename,
  path: filename,
  identity,
  encounter,
  extra: {},
})

/** Hashes of as many ones as told, in the first hash and in the second. */
function hashesOf(...ones: readonly (readonly [number, number])[]): Uint32Array {
  const words = (count: number) => [0, 1].map((w) => (2 ** Math.min(32, Math.max(0, count - 32 * w)) - 1) >>> 0)
  return Uint32Array.from(ones.flatMap(([first, second]) => [...words(first), ...words(second)]))
}

describe('leakageOf', () => {
  const photos = [photo('a1', 'A', 'e1'), photo('a2', 'A', 'e1'), photo('b1', 'B', 'e2'), photo('a3', 'A', 'e3')]
  const hashes = hashesOf([0, 0], [11, 4], [10, 12], [40, 40])

  it('counts pairs across the split by the larger distance of both hashes', () => {
    const leakage = leakageOf(photos, hashes, { train: [0, 3], validation: [1, 2] })
    expect(leakage).toEqual({
      radius: 11,
      train: 2,
      validation: 2,
      pairs: 1,
      otherPairs: 0,
      photos: 1,
      encounters: 1,
      nearest: [
        { train: 'a1', validation: 'a2', bits: 11, sameIdentity: true },
        { train: 'a1', validation: 'b1', bits: 12, sameIdentity: false },
        { train: 'a3', validation: 'b1', bits: 30, sameIdentity: false },
        { train: 'a3', validation: 'a2', bits: 36, sameIdentity: true },
      ],
    })
    expect(leakageWords(leakage)).toEqual([
      '1 pair of a training and a validation photo of one individual is within 11 bits of each other, which is nearly the same picture (1 of 2 validation photos): the score flatters',
      '1 encounter with photos on both sides',
    ])
    const wider = leakageOf(photos, hashes, { train: [0, 3], validation: [1, 2] }, 12)
    expect([wider.pairs, wider.otherPairs]).toEqual([1, 1])
    expect(leakageWords(wider)[2]).toBe('1 pair across the split is as alike and has two names')
  })

  it('says that there is none, and how near the nearest are', () => {
    const leakage = leakageOf(photos, hashes, { train: [0, 1], validation: [2, 3] })
    expect(leakageWords(leakage)).toEqual([
      'no photo of the validation side is within 11 bits of a training photo of its individual, so that none is nearly the same picture; the nearest two of one individual differ in 36',
      '1 pair across the split is as alike and has two names',
    ])
    expect(leakage.encounters).toBe(0)
    const without = photos.map((one) => ({ ...one, encounter: undefined }))
    expect(leakageOf(without, hashes, { train: [0], validation: [3] }).encounters).toBeNull()
    expect(leakageWords(leakageOf(photos, hashes, { train: [0], validation: [] }))[0]).toContain('nothing validates')
  })

  it('keeps twelve of many pairs', () => {
    const many = Array.from({ length: 40 }, (_, i) => photo(`p${i}`, 'A'))
    const far = hashesOf(...many.map((_, i): [number, number] => [i, i]))
    const { nearest, pairs } = leakageOf(many, far, { train: [0], validation: many.map((_, i) => i).slice(1) })
    expect(nearest.map(({ bits }) => bits)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1))
    expect(pairs).toBe(11)
  })
})
