import { expect, it } from 'vitest'
import type { Photo } from '../data/index.ts'
import { auditPhotos } from './audit.ts'

const photo = (filename: string, identity: string, more: Partial<Photo> = {}): Photo => ({
  filename,
  path: `/${filename}`,
  identity,
  extra: {},
  ...more,
})

/** Hashes of that many ones, in the first hash and in the second. */
const hashesOf = (...ones: readonly number[]) =>
  Uint32Array.from(
    ones.flatMap((count) => {
      const words = [0, 1].map((w) => (2 ** Math.min(32, Math.max(0, count - 32 * w)) - 1) >>> 0)
      return [...words, ...words]
    }),
  )

it('tells identical files, near duplicates, two names on one picture, individuals at risk and unreadable files', async () => {
  const photos = [
    photo('a1', 'A', { split: 'train' }),
    photo('a2', 'A', { split: 'validation' }),
    photo('b1', 'B'),
    photo('c1', 'C'),
    photo('a3', 'A'),
    photo('a4', 'A'),
    photo('c2', 'C'), // the file of b1
  ]
  const { counts, findings, individuals, bursts } = await auditPhotos({
    photos,
    contentHashes: ['h1', 'h2', 'h3', 'h4', 'h5', 'h5', 'h3'],
    hashes: hashesOf(0, 9, 30, 32, 64, 64, 30),
    skipped: [{ photo: photo('broken', 'B'), reason: 'truncated' }],
  })
  expect(individuals).toBe(3)
  expect(counts).toEqual({
    unreadable: 1,
    'identical file': 1,
    'two names on one picture': 2,
    'unlike its individual': 0,
    'near duplicate': 2,
    'no mask': 0,
    'unlikely mask': 0,
    'individual at risk': 2,
  })
  expect(findings.map(({ kind, photo: one, otherPhoto, bits }) => [kind, one, otherPhoto, bits])).toEqual([
    ['unreadable', 'broken', '', null],
    ['identical file', 'a3', 'a4', 0],
    ['two names on one picture', 'b1', 'c1', 2],
    ['two names on one picture', 'b1', 'c2', 0],
    ['near duplicate', 'a1', 'a2', 9],
    ['near duplicate', 'c1', 'c2', 2],
    ['individual at risk', '', '', null],
    ['individual at risk', '', '', null],
  ])
  expect(findings[4]).toMatchObject({ identity: 'A', split: 'train', otherSplit: 'validation' })
  expect(findings[6]).toMatchObject({ identity: 'B', detail: 'few photos (1 photo)' })
  expect(bursts).toMatchObject({ count: 3, photos: 7, contradictions: 2 })
})

it('with a model tells photos far from their own individual and close to another; masks that are missing', async () => {
  const photos = [photo('a1', 'A'), photo('a2', 'A'), photo('a3', 'A'), photo('b1', 'B'), photo('b2', 'B')]
  const masked = photos.map((one, i) => (i === 0 ? one : { ...one, mask: { path: '/m', sha256: 's' } }))
  const angles = [0, 0.1, 1.5, 1.6, 1.7]
  const data = Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]))
  const { findings } = await auditPhotos({
    photos: masked,
    contentHashes: angles.map(String),
    hashes: hashesOf(0, 20, 40, 60, 64).map((word, i) => (i % 8 < 4 ? word : ~word)),
    skipped: [],
    embeddings: { count: 5, dim: 2, data },
    fewestPhotos: 1,
  })
  expect(findings).toHaveLength(2)
  expect(findings[0]).toMatchObject({
    kind: 'unlike its individual',
    photo: 'a3',
    otherPhoto: 'b1',
    otherIdentity: 'B',
  })
  expect(findings[0]!.cosine).toBeCloseTo(Math.cos(0.1), 5)
  expect(findings[0]!.detail).toBe('nearest photo of its own individual: a2 at 0.170')
  expect(findings[1]).toMatchObject({ kind: 'no mask', photo: 'a1' })
})

it('comparing by embeddings is told each time, and can be stopped', async () => {
  const photos = [photo('a1', 'A', { split: 'train' }), photo('a2', 'A', { split: 'test' }), photo('b1', 'B')]
  const given = {
    photos,
    contentHashes: ['1', '2', '3'],
    hashes: hashesOf(0, 20, 40),
    skipped: [],
    embeddings: { count: 3, dim: 1, data: Float32Array.of(1, 1, 1) },
  }
  const told: number[] = []
  await auditPhotos({ ...given, onCosines: (done) => told.push(done) })
  expect(told).toEqual([0, 3, 3, 6, 0, 3]) // strangers, bursts by halves, the nearest across the border
  for (const last of [1, 5]) {
    const stop = new AbortController()
    let calls = 0
    const onCosines = () => {
      calls++
      if (calls === last) stop.abort(new Error(`stopped at ${last}`))
    }
    await expect(auditPhotos({ ...given, signal: stop.signal, onCosines })).rejects.toThrow(`stopped at ${last}`)
    expect(calls).toBe(last)
  }
})

it('tells masks that no animal fits', async () => {
  const photos = [0, 0.005, 0.3, 0.99].map((_, i) => photo(`m${i}`, 'A', { mask: { path: '/m', sha256: 's' } }))
  const { findings, nearest } = await auditPhotos({
    photos,
    contentHashes: ['1', '2', '3', '4'],
    hashes: hashesOf(0, 20, 40, 60),
    skipped: [],
    maskShares: [0, 0.005, 0.3, 0.99].map((share, i) => ({ photo: photos[i]!, share })),
  })
  expect(findings.map(({ kind, photo: one, detail }) => [kind, one, detail])).toEqual([
    ['unlikely mask', 'm0', 'empty: it leaves nothing of the photo'],
    ['unlikely mask', 'm1', 'too small for an animal: 0.5 % of the photo'],
    ['unlikely mask', 'm3', 'too large for an animal: 99.0 % of the photo'],
  ])
  expect(nearest).toBeNull()
})
