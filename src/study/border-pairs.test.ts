import { expect, it } from 'vitest'
import type { Photo } from '../data/index.ts'
import { borderVerdict, nearestAcross } from './border-pairs.ts'

const photo = (filename: string, identity: string | undefined, split: 'train' | 'test'): Photo => ({
  ...{ filename, path: `/${filename}`, extra: {}, split },
  ...(identity === undefined ? {} : { identity }),
})
const photos = [
  photo('a1', 'A', 'train'),
  photo('a2', 'A', 'test'),
  photo('b1', 'B', 'train'),
  photo('b2', 'B', 'test'),
  photo('x', undefined, 'test'),
]
const apart = (a: Photo, b: Photo) => a.split !== b.split

it('the nearest pairs across a border, by hash and then by cosine, each with both numbers', async () => {
  const bits = [0b0, 0b11, 0b1111111, 0b111111, 0b0]
  const hashes = Uint32Array.from(bits.flatMap((word) => [word, 0, word, 0]))
  const angles = [0, 1.2, 1.1, 0.3, 0]
  const data = Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]))
  const pairs = await nearestAcross({ photos, hashes, embeddings: { count: 5, dim: 2, data }, apart, kept: 2 })
  expect(pairs.map(({ a, b, by, bits: own, sameIdentity }) => [a, b, by, own, sameIdentity])).toEqual([
    [2, 3, 'hash', 1, true],
    [0, 1, 'hash', 2, true],
    [1, 2, 'cosine', 5, false],
    [0, 3, 'cosine', 6, false],
  ])
  expect(pairs[2]!.cosine).toBeCloseTo(Math.cos(0.1), 5)
  expect(pairs[0]!.cosine).toBeCloseTo(Math.cos(0.8), 5)
  expect(await nearestAcross({ photos, hashes, apart, kept: 1 })).toEqual([
    { a: 2, b: 3, by: 'hash', bits: 1, cosine: null, sameIdentity: true },
  ])
})

it('the verdict on a pair', () => {
  expect(borderVerdict({ bits: 11, sameIdentity: true })).toBe('as alike as photos of one moment: the score flatters')
  expect(borderVerdict({ bits: 2, sameIdentity: false })).toBe('one picture under two names')
  expect(borderVerdict({ bits: 3, sameIdentity: false })).toBe('as alike as photos of one moment, and two names')
  expect(borderVerdict({ bits: 12, sameIdentity: true })).toBe('one individual, not recognised as one moment')
  expect(borderVerdict({ bits: null, sameIdentity: false })).toBe('two individuals, not recognised as one moment')
})
