import { describe, expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import { type Backend, ortBackend, type Program, referenceBackend } from '../runtime/index.ts'
import { type Compared, correspondences } from './correspond.ts'
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
      const asked = products.ask(query)
      const nearest = await asked.nearest()
      expect(nearest).toHaveLength(4 * 5)
      for (const [p, photo] of gallery.photos.entries()) {
        const [all] = (await listOf(asked.all([p])))[0]!
        expect(all?.cosines.length ?? 0).toBe(photo.count * 5)
        for (let q = 0; q < 5; q++) {
          let best = 0
          for (let k = 0; k < photo.count; k++) {
            const cosine = descriptorCosine(photo, k, query, q)
            expect(all!.cosines[k * 5 + q]).toBeCloseTo(cosine, 6)
            best = Math.max(best, cosine)
          }
          expect(nearest[p * 5 + q]).toBeCloseTo(best, 6)
        }
        if (all !== undefined) expect(all).toEqual({ ...compared(all.cosines, 5), cosines: all.cosines })
      }
      const none = products.ask(features(0, 'none'))
      expect(await none.nearest()).toHaveLength(0)
      expect(await listOf(none.all([0, 1]))).toEqual([[], []])
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
    const [cosine] = await products.ask(largest).nearest()
    expect(cosine).toBeCloseTo((dim * 127 ** 2) / 254 ** 2, 6)
    await products.release()
  })

  test('compare places of one kind only, and find the same by whichever side asks', async () => {
    const kindsOf = (count: number, seed: string) => {
      const rng = new Rng(seed)
      return { ...features(count, seed, Math.abs), kinds: Uint8Array.from({ length: count }, () => rng.int(3)).sort() }
    }
    const given = [...Array(9).keys()].map((i) => kindsOf([12, 0, 30, 1, 7, 12, 5, 2, 19][i]!, `kinds ${i}`))
    const gallery = packFeatures([...given, features(4, 'of one kind', Math.abs)], dim)
    const products = await openProducts(gallery, await ortBackend({ threads: 1 }))
    for (const [i, query] of gallery.photos.entries()) {
      const alone = await products.ask(query).nearest()
      const expected = gallery.photos.flatMap((photo) =>
        Array.from({ length: query.count }, (_, q) =>
          Array.from({ length: photo.count }, (_, k) => k)
            .filter((k) => (photo.kinds?.[k] ?? 0) === (query.kinds?.[q] ?? 0))
            .reduce((most, k) => Math.max(most, descriptorCosine(photo, k, query, q)), 0),
        ),
      )
      expect(alone).toHaveLength(expected.length)
      for (const [at, cosine] of alone.entries()) expect(cosine).toBeCloseTo(expected[at]!, 6)
      expect(await products.ask(query, i).nearest()).toEqual(alone)
      for (const { cosines, ofQuery, queryFirst, photoFirst } of (await listOf(products.ask(query).all([2])))[0]!)
        for (const [at, cosine] of cosines.entries()) {
          const [k, q] = [photoFirst + Math.floor(at / ofQuery.length), queryFirst + (at % ofQuery.length)]
          expect(cosine).toBeCloseTo(descriptorCosine(gallery.photos[2]!, k, query, q), 6)
        }
    }
    await products.release()
  })

  test.each([
    [undefined, 8 + 7 + 6 + 5 + 4 + 3 + 2 + 1],
    [2 * 256, 8 + 7 * 7], // a window of two: each knows the one before
    [0, 8 * 8],
  ])('of photos asked for each other are made once, within a window: %s numbers held', async (held, made) => {
    const photos = Array.from({ length: 8 }, (_, i) => features(6, `held ${i}`, Math.abs))
    const gallery = packFeatures(photos, dim)
    const [backend, multiplied] = [await ortBackend({ threads: 1 }), [] as number[]]
    const compile: Backend['compile'] = async (...given) => {
      const program = await backend.compile(...given)
      const run: Program['run'] = (feeds) => {
        multiplied.push(feeds.gallery!.shape[0]!)
        return program.run(feeds)
      }
      return { lanes: program.lanes, run, release: () => program.release() }
    }
    const products = await openProducts(gallery, { ...backend, compile }, held === undefined ? {} : { held })
    // all are asked before the first is answered
    const found = await Promise.all(photos.map((photo, i) => products.ask(photo, i).nearest()))
    expect(multiplied.reduce((sum, count) => sum + count, 0)).toBe(made)
    for (const [i, photo] of photos.entries()) expect(found[i]).toEqual(await products.ask(photo).nearest())
    await products.release()
  })

  test('refuse descriptors of another length, places that are not those of the photo, and kinds that do not stand together', async () => {
    expect(() => packFeatures([features(2, 'a')], 128)).toThrow('photo 0: expected 128 numbers a descriptor, got 16')
    const mixed = { ...features(3, 'a'), kinds: Uint8Array.of(0, 1, 0) }
    expect(() => packFeatures([mixed], dim)).toThrow('kinds: expected one for each place, those of a kind together')
    const products = await openProducts(packFeatures([features(2, 'a')], dim), await ortBackend({ threads: 1 }))
    expect(() => products.ask({ ...features(2, 'a'), dim: 8 })).toThrow('expected 16 numbers a descriptor')
    expect(() => products.ask(features(3, 'a'), 0)).toThrow('of a photo of the gallery its own places')
    expect(() => products.ask(mixed)).toThrow('kinds')
    await products.release()
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

/** [K, Q] cosines of places of one kind. */
function compared(cosines: Float32Array, queries: number): Compared {
  const rows = cosines.length / queries
  const ofPhoto = Float32Array.from({ length: rows }, (_, k) =>
    Math.max(...cosines.subarray(k * queries, (k + 1) * queries)),
  )
  const ofQuery = Float32Array.from({ length: queries }, (_, q) =>
    Math.max(...Array.from({ length: rows }, (_, k) => cosines[k * queries + q]!)),
  )
  return { cosines, ofPhoto, ofQuery, queryFirst: 0, photoFirst: 0 }
}

describe('correspondences', () => {
  test('are mutual, and clear of the second nearest', () => {
    // rows are the photo's keypoints, columns the query's
    const cosines = Float32Array.of(
      ...[0.99, 0.2, 0.1, 0.1],
      ...[0.3, 0.9, 0.89, 0.2],
      ...[0.1, 0.88, 0.3, 0.95],
      ...[0.2, 0.1, 0.2, 0.94],
    )
    const strict = correspondences([compared(cosines, 4)], 0.8)
    expect([[...strict.query], [...strict.photo]]).toEqual([[0], [0]]) // 1: d² 0.2 against 0.24; 2: not mutual; 3: 0.1 against 0.12
    const lax = correspondences([compared(cosines, 4)], 1)
    expect([[...lax.query], [...lax.photo]]).toEqual([
      [0, 1, 3],
      [0, 1, 2],
    ])
    expect(lax.cosine[1]).toBeCloseTo(0.9)
    expect(correspondences([], 1)).toMatchObject({ query: new Int32Array(0) })
    expect([...correspondences([compared(Float32Array.of(1), 1)], 0.5).photo]).toEqual([0])
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
        const { query, photo, cosine } = correspondences([compared(cosines, queries)], ratio)
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
