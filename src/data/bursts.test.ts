import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CosinesAmong } from './burst-cosines.ts'
import { burstsOf, burstWords } from './bursts.ts'

/** 128 bits by lot, and the same with some of each hash flipped. */
function random(name: string): Uint32Array {
  const digest = createHash('sha256').update(name).digest()
  return Uint32Array.from({ length: 4 }, (_, i) => digest.readUInt32LE(4 * i))
}

function flipped(hash: Uint32Array, differenceBits: number, dctBits: number): Uint32Array {
  const out = Uint32Array.from(hash)
  for (const [word, bits] of [
    [0, differenceBits],
    [2, dctBits],
  ] as const)
    for (let i = 0; i < bits; i++) out[word + (i >> 5)]! ^= 1 << (i & 31)
  return out
}

const joined = (...hashes: readonly Uint32Array[]) => Uint32Array.from(hashes.flatMap((hash) => [...hash]))

describe('burstsOf', () => {
  const [a, b, c] = ['a', 'b', 'c'].map(random) as [Uint32Array, Uint32Array, Uint32Array]

  it('joins photos of one individual within 11 bits, and what hangs together by others', async () => {
    const chain = flipped(a, 20, 20)
    const hashes = joined(a, flipped(a, 10, 10), chain, b, flipped(b, 12, 12), c)
    const { bursts, count, photos, thresholds } = await burstsOf(hashes, ['A', 'A', 'A', 'B', 'B', 'C'])
    expect(bursts).toEqual([0, 0, 0, 1, 2, 3])
    expect([count, photos]).toEqual([1, 3])
    expect(thresholds.map(({ radius, pairs, collisions }) => [radius, pairs, collisions])).toEqual([
      [11, 2, 0],
      [11, 2, 0],
      [11, 2, 0],
    ])
  })

  it('takes so few bits that no two individuals are as alike, of each hash by itself', async () => {
    const hashes = joined(a, flipped(a, 7, 9), flipped(a, 30, 8), b, flipped(b, 40, 8))
    const bursts = await burstsOf(hashes, ['A', 'A', 'X', 'B', 'B'])
    // the third photo is 23 bits from both in the first hash, 8 and 1 in the second
    expect(bursts.thresholds).toEqual([
      { kind: 'difference hash', radius: 11, pairs: 1, collisions: 0, nearestCollision: undefined },
      { kind: 'DCT hash', radius: 0, pairs: 0, collisions: 0, nearestCollision: 1 },
      { kind: 'both hashes', radius: 11, pairs: 1, collisions: 0, nearestCollision: undefined },
    ])
    expect(bursts.bursts).toEqual([0, 0, 1, 2, 3])
    expect(burstWords(bursts)).toBe(
      '1 burst of 2 photos (a burst is photos of one individual that are nearly the same picture: within 11 bits of 64 by difference hash, 0 by DCT hash, 11 by both hashes; here photos of two individuals are as alike, so that only photos that are more alike were joined)',
    )
    expect(burstWords(await burstsOf(hashes.subarray(0, 8), ['A', 'A']))).toBe(
      '1 burst of 2 photos (a burst is photos of one individual that are nearly the same picture: within 11 bits of 64 in a hash)',
    )
    const lax = await burstsOf(hashes, ['A', 'A', 'X', 'B', 'B'], { collisions: 2 })
    expect(lax.bursts).toEqual([0, 0, 1, 2, 2])
    expect(lax.thresholds[1]).toMatchObject({ radius: 11, pairs: 2, collisions: 2, nearestCollision: 1 })
  })

  it('does not take one picture under two names for a collision, counts it, and keeps the picture on one side', async () => {
    const hashes = joined(a, a, flipped(a, 5, 5))
    const { bursts, contradictions, thresholds } = await burstsOf(hashes, ['A', 'X', 'A'])
    expect(contradictions).toBe(1)
    expect(thresholds[0]).toMatchObject({ radius: 4, nearestCollision: 5 })
    expect(bursts).toEqual([0, 0, 1])
  })

  it('joins nobody known to nobody but the same picture', async () => {
    const { bursts } = await burstsOf(joined(a, flipped(a, 3, 3), a), [undefined, undefined, 'A'])
    expect(bursts).toEqual([0, 1, 0])
  })

  /** Cosines of pairs by their rows; 0 for all others. */
  const cosinesOf =
    (known: Readonly<Record<string, number>>): CosinesAmong =>
    async (rows, { least, wanted }, visit) => {
      rows.forEach((a, i) => {
        for (const b of rows.slice(i + 1)) {
          const cosine = Math.fround(known[`${a} ${b}`] ?? 0)
          if (cosine >= least() && wanted(a, b)) visit(a, b, cosine)
        }
      })
    }
  const unlike = joined(...['p', 'q', 'r', 's', 't', 'u'].map(random))

  it('joins photos of one individual by the cosine of their embeddings, and says the limit', async () => {
    const cosinesAmong = cosinesOf({ '0 1': 0.96, '1 2': 0.97, '3 4': 0.959, '0 3': 0.9, '4 5': 0.99 })
    const found = await burstsOf(unlike, ['A', 'A', 'A', 'B', 'B', undefined], {
      cosinesAmong,
      cosine: Math.fround(0.96),
    })
    expect(found.bursts).toEqual([0, 0, 0, 1, 2, 3]) // the last is of nobody known
    expect(found.likeness).toMatchObject({ pairs: 2, collisions: 0, nearestCollision: undefined })
    expect(burstWords(found)).toBe(
      '1 burst of 3 photos (a burst is photos of one individual that are nearly the same picture: within 11 bits of 64 in a hash, or of cosine 0.96 or more)',
    )
    expect((await burstsOf(unlike, ['A', 'A', 'A', 'B', 'B', undefined])).likeness).toBeUndefined()
  })

  it('takes so high a cosine that no two individuals are as alike, those on one picture left out', async () => {
    const cosinesAmong = cosinesOf({ '0 1': 0.98, '1 2': 0.97, '2 3': 0.97, '3 4': 0.99, '0 4': 0.965, '0 5': 1 })
    const hashes = unlike.slice()
    hashes.set(hashes.subarray(0, 4), 20) // the last is the first's picture, under another name
    const identities = ['A', 'A', 'A', 'B', 'B', 'X']
    const { bursts, likeness } = await burstsOf(hashes, identities, { cosinesAmong })
    expect(bursts).toEqual([0, 0, 1, 2, 2, 0])
    expect(likeness).toMatchObject({ asked: 0.96, pairs: 2, collisions: 0, nearestCollision: Math.fround(0.97) })
    expect(likeness!.cosine).toBeGreaterThan(Math.fround(0.97))
    expect(likeness!.cosine).toBeLessThan(0.9700001)
    const lax = await burstsOf(hashes, identities, { cosinesAmong, collisions: 1 })
    expect(lax.bursts).toEqual([0, 0, 0, 1, 1, 0])
    expect(lax.likeness).toMatchObject({ pairs: 3, collisions: 1, nearestCollision: Math.fround(0.97) })
  })

  it('says that none is joined by cosine where two individuals have a cosine of 1, and a limit near 1 with its digits', async () => {
    const identities = ['A', 'A', 'A', 'B', 'B', undefined]
    const among = (known: Readonly<Record<string, number>>) =>
      burstsOf(unlike, identities, { cosinesAmong: cosinesOf(known), cosine: 0.9 })
    const one = await among({ '0 1': 1, '2 3': 1 })
    expect(one.bursts).toEqual([0, 1, 2, 3, 4, 5])
    expect(one.likeness).toMatchObject({ pairs: 0, collisions: 0, nearestCollision: 1 })
    expect(burstWords(one)).toBe(
      '0 bursts of 0 photos (a burst is photos of one individual that are nearly the same picture: within 11 bits of 64 in a hash; none is joined by cosine, since photos of two individuals have a cosine of 1)',
    )
    const near = await among({ '0 1': 1, '2 3': 0.99997 })
    expect(near.bursts).toEqual([0, 0, 1, 2, 3, 4])
    expect(burstWords(near)).toContain('or of cosine 0.9999701 or more; here photos of two individuals are as alike')
  })

  it('tells how far the search by cosines is', async () => {
    const told: string[] = []
    const cosinesAmong: CosinesAmong = async (rows, { onProgress }) => onProgress?.(rows.length, rows.length)
    const onCosines = (done: number, total: number) => told.push(`${done}/${total}`)
    await burstsOf(unlike, ['A', 'A', 'A', 'B', 'B', undefined], { cosinesAmong, onCosines })
    expect(told).toEqual(['5/10', '8/10', '10/10', '10/10'])
  })

  it('agrees with a search through all pairs', async () => {
    const photo = fc.record({ base: fc.nat(3), flips: fc.tuple(fc.nat(14), fc.nat(14)), identity: fc.nat(2) })
    await fc.assert(
      fc.asyncProperty(fc.array(photo, { minLength: 2, maxLength: 14 }), fc.nat(11), async (list, radius) => {
        const hashes = list.map(({ base, flips }) => flipped(random(`base ${base}`), ...flips))
        const identities = list.map(({ identity }) => `id${identity}`)
        const { bursts, thresholds } = await burstsOf(joined(...hashes), identities, { radius })
        const apart = (i: number, j: number) => {
          const [d, p] = [0, 2].map((word) => bits(hashes[i]!, hashes[j]!, word)) as [number, number]
          return [d, p, Math.max(d, p)]
        }
        for (let i = 0; i < list.length; i++)
          for (let j = i + 1; j < list.length; j++) {
            const distances = apart(i, j)
            const isNear = distances.some((distance, kind) => distance <= thresholds[kind]!.radius)
            if (identities[i] !== identities[j]) expect(isNear && distances[2]! > 2).toBe(false)
            else if (isNear) expect(bursts[i]).toBe(bursts[j])
          }
      }),
      { numRuns: 60 },
    )
  })
})

function bits(a: Uint32Array, b: Uint32Array, word: number): number {
  const ones = (value: number) => [...(value >>> 0).toString(2)].filter((bit) => bit === '1').length
  return ones(a[word]! ^ b[word]!) + ones(a[word + 1]! ^ b[word + 1]!)
}
