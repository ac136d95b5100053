import { describe, expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import { ortBackend, referenceBackend } from '../runtime/index.ts'
import { correspondences } from './correspond.ts'
import { descriptorCosine, type LocalFeatures, storeDescriptor } from './features.ts'
import { lnbnn } from './lnbnn.ts'
import { packFeatures } from './packed.ts'
import { openProducts } from './products.ts'

const dim = 16

async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** Random unit descriptors at random places; with `sign` |v| none of whose numbers is negative. */
function features(count: number, seed: string, sign = (v: number) => v): LocalFeatures {
  const rng = new Rng(seed)
  const descriptors = new Uint8Array(count * dim)
  for (let k = 0; k < count; k++) {
    const values = Array.from({ length: dim }, () => sign(rng.normal()))
    const norm = Math.hypot(...values)
    storeDescriptor(
      values.map((v) => (0.9 * v) / norm),
      descriptors,
      k * dim,
    )
  }
  const keypoints = Float32Array.from(
    { length: count * 4 },
    (_, i) => [rng.uniform(0, 300), rng.uniform(0, 200), 2, 1][i % 4]!,
  )
  return { count, dim, keypoints, descriptors, reliability: new Float32Array(count) }
}

describe('products', () => {
  const one = tensorsOf((v) => v)
  const positive = tensorsOf(Math.abs)
  test.each([
    ['reference', 'any', 'any', one, one],
    ['onnxruntime', 'any', 'any', one, one],
    ['reference', 'positive', 'positive', positive, positive],
    ['onnxruntime', 'positive', 'positive', positive, positive],
    ['onnxruntime', 'any', 'positive', one, positive],
  ] as const)(
    'are the cosines of descriptors, by %s: %s numbers of queries, %s ones of the gallery',
    async (...given) => {
      const [name, , , { query }, { gallery }] = given
      const backend = name === 'reference' ? referenceBackend() : await ortBackend({ threads: 1 })
      const products = await openProducts(gallery, backend)
      const asked = await products.ask(query)
      const nearest = await asked.nearest()
      expect(nearest).toHaveLength(4 * 5)
      for (const [p, photo] of gallery.photos.entries()) {
        const all = (await listOf(asked.all([p])))[0]!
        expect(all).toHaveLength(photo.count * 5)
        for (let q = 0; q < 5; q++) {
          let best = p === 2 ? -1 : 0 // photos with fewer keypoints are filled with zero vectors
          for (let k = 0; k < photo.count; k++) {
            const cosine = descriptorCosine(photo, k, query, q)
            expect(all[k * 5 + q]).toBeCloseTo(cosine, 6)
            best = Math.max(best, cosine)
          }
          expect(nearest[p * 5 + q]).toBeCloseTo(best, 6)
        }
      }
      const none = await products.ask(features(0, 'none'))
      expect(await none.nearest()).toHaveLength(0)
      expect(await listOf(none.all([0, 1]))).toEqual([new Float32Array(0), new Float32Array(0)])
      await products.release()
    },
  )

  function tensorsOf(sign: (v: number) => number) {
    const photos = [features(7, 'a', sign), features(0, 'b'), features(30, 'c', sign), features(1, 'd', sign)]
    return { gallery: packFeatures(photos, dim), query: features(5, 'query', sign) }
  }

  test('in whole numbers are exact, at the largest ones too', async () => {
    const largest = { ...features(1, 'a'), descriptors: new Uint8Array(dim).fill(255) }
    const products = await openProducts(packFeatures([largest], dim), await ortBackend({ threads: 1 }))
    const [cosine] = await (await products.ask(largest)).nearest()
    expect(cosine).toBeCloseTo((dim * 127 ** 2) / 254 ** 2, 6)
    await products.release()
  })

  test('refuse descriptors of another length', () => {
    expect(() => packFeatures([features(2, 'a')], 128)).toThrow('photo 0: expected 128 numbers a descriptor, got 16')
  })
})

describe('votes', () => {
  // [P = 4 photos, Q = 2]: photos 0 and 1 show one animal
  const nearest = Float32Array.of(0.9, 0.5, 0.8, 0.6, 0.7, 0.5, 0.2, 0.1)

  test('are the cosine beyond that of the next individual, twice', () => {
    const { photos, background, individuals } = lnbnn(nearest, 4, { neighbours: 1, individuals: [0, 0, 1, 2] })
    expect(background[0]).toBeCloseTo(0.7)
    expect(background[1]).toBeCloseTo(0.5)
    expect([...photos].map((v) => Number(v.toFixed(4)))).toEqual([0.4, 0.4, 0, 0])
    expect(individuals.get(0)).toBeCloseTo(2 * (0.9 - 0.7) + 2 * (0.6 - 0.5))
    expect(individuals.has(1)).toBe(false)
  })

  test('without names each photo is its own individual', () => {
    const { photos } = lnbnn(nearest, 4, { neighbours: 1 })
    expect([...photos].map((v) => Number(v.toFixed(4)))).toEqual([0.2, 0.2, 0, 0])
  })

  test('photos that the query may not meet neither get votes nor are the background', () => {
    const { photos, background } = lnbnn(nearest, 4, { neighbours: 1, leaveOut: (photo) => photo === 0 })
    expect(background[0]).toBeCloseTo(0.7)
    expect(photos[0]).toBe(0)
    expect(photos[1]).toBeCloseTo(2 * (0.8 - 0.7) + 2 * (0.6 - 0.5))
  })

  test('where one individual is left, photos that are left out are its background', () => {
    const options = { neighbours: 1, individuals: [0, 0, 1, 2], leaveOut: (photo: number) => photo > 1 }
    const { photos, individuals } = lnbnn(nearest, 4, options)
    expect([...photos].map((v) => Number(v.toFixed(4)))).toEqual([0.4, 0.4, 0, 0])
    expect([...individuals.keys()]).toEqual([0])
  })

  test('where the gallery shows one individual, each photo stands for itself', () => {
    const { photos, individuals } = lnbnn(nearest, 4, { neighbours: 1, individuals: [7, 7, 7, 7] })
    expect([...photos].map((v) => Number(v.toFixed(4)))).toEqual([0.2, 0.2, 0, 0])
    expect([...individuals.keys()]).toEqual([7])
  })

  test('of fewer individuals than neighbours the last is the background, and nobody is no error', () => {
    expect([...lnbnn(nearest, 4, { neighbours: 9 }).background].map((v) => v.toFixed(1))).toEqual(['0.2', '0.1'])
    expect(lnbnn(new Float32Array(0), 0).photos).toHaveLength(0)
    expect([...lnbnn(nearest, 4, { neighbours: 1, leaveOut: () => true }).photos]).toEqual([0, 0, 0, 0])
  })
})

describe('correspondences', () => {
  test('are mutual, and clear of the second nearest', () => {
    // rows are the photo's keypoints, columns the query's
    const cosines = Float32Array.of(
      ...[0.99, 0.2, 0.1, 0.1],
      ...[0.3, 0.9, 0.89, 0.2],
      ...[0.1, 0.88, 0.3, 0.95],
      ...[0.2, 0.1, 0.2, 0.94],
    )
    const strict = correspondences(cosines, 4, 0.8)
    expect([[...strict.query], [...strict.photo]]).toEqual([[0], [0]]) // 1: d² 0.2 against 0.24; 2: not mutual; 3: 0.1 against 0.12
    const lax = correspondences(cosines, 4, 1)
    expect([[...lax.query], [...lax.photo]]).toEqual([
      [0, 1, 3],
      [0, 1, 2],
    ])
    expect(lax.cosine[1]).toBeCloseTo(0.9)
    expect(correspondences(new Float32Array(0), 0, 1)).toMatchObject({ query: new Int32Array(0) })
    expect([...correspondences(Float32Array.of(1), 1, 0.5).photo]).toEqual([0])
  })

  test('are those of the definition, ties too', () => {
    const rng = new Rng('correspondences')
    for (let round = 0; round < 40; round++) {
      const [photos, queries] = [1 + rng.int(90), 1 + rng.int(20)]
      const cosines = Float32Array.from(
        { length: photos * queries },
        () => rng.int(round < 20 ? 12 : 100_000) / 100_000,
      )
      for (const ratio of [0.9, 1]) {
        const { query, photo, cosine } = correspondences(cosines, queries, ratio)
        const expected = Array.from({ length: queries }, (_, q) => q).flatMap((q) => {
          const column = Array.from({ length: photos }, (_, k) => cosines[k * queries + q]!)
          const k = column.indexOf(Math.max(...column))
          const row = cosines.subarray(k * queries, (k + 1) * queries)
          const next = Math.max(-2, ...column.filter((_, other) => other !== k))
          return row.indexOf(Math.max(...row)) === q && 2 - 2 * column[k]! <= ratio ** 2 * (2 - 2 * next)
            ? [[q, k, column[k]!]]
            : []
        })
        expect(Array.from(query, (q, i) => [q, photo[i]!, cosine[i]!])).toEqual(expected)
      }
    }
  })
})
