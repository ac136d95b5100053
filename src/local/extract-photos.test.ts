import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodePhoto, type Photo } from '../data/index.ts'
import { encodePng, readPhotoFile } from '../images/index.ts'
import { studio } from '../synth/index.ts'
import { extractPhotos } from './extract-photos.ts'
import type { LocalExtractor } from './features.ts'
import { decodeFeatures, encodeFeatures } from './features-file.ts'
import { extractRootSift, siftConfig } from './root-sift.ts'
import { rootSift } from './root-sift-lanes.ts'

let folder: string
let photos: Photo[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rosette-local-'))
  const drawn = studio({ identities: 2, photosPerIdentity: 2, widthPx: 192, heightPx: 132 })
  mkdirSync(join(folder, 'photos'))
  photos = await Promise.all(
    drawn.photos.slice(0, 4).map(async (photo, i) => {
      const filename = `${i}.png`
      const path = join(folder, 'photos', filename)
      writeFileSync(path, await encodePng(drawn.render(photo)))
      return { filename, path, extra: {} }
    }),
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** An extractor in this thread that counts photos. */
function counting(): LocalExtractor & { readonly asked: () => number } {
  const config = siftConfig({ keypoints: 50 })
  let asked = 0
  return {
    name: 'counting',
    fingerprint: 'f'.repeat(64),
    dim: 128,
    rule: { ratio: 0.9, sureWeight: 1, oriented: true },
    extract: async (photo) => {
      asked++
      return extractRootSift(photo, config)
    },
    release: async () => {},
    asked: () => asked,
  }
}

describe('features of photos', () => {
  test('are the same whatever the threads, and come from the cache the second time', async () => {
    const one = rootSift({ keypoints: 50, threads: 1 })
    const two = rootSift({ keypoints: 50, threads: 2 })
    const a = await extractPhotos(one, photos, { cacheDir: join(folder, 'one') })
    const b = await extractPhotos(two, photos, { cacheDir: join(folder, 'two') })
    await Promise.all([one.release(), two.release()])
    expect(a.features.map(({ count }) => count)).toEqual([50, 50, 50, 50])
    expect(b.features).toEqual(a.features)
    expect(b.contentHashes).toEqual(a.contentHashes)
  })

  test('are kept as soon as they are found, and damaged entries are made again', async () => {
    const cacheDir = join(folder, 'cache')
    const first = counting()
    const told: number[] = []
    const before = await extractPhotos(first, photos.slice(0, 2), { cacheDir, onProgress: (done) => told.push(done) })
    expect(told).toEqual([0, 1, 2])
    const again = counting()
    const after = await extractPhotos(again, photos, { cacheDir })
    expect([first.asked(), again.asked()]).toEqual([2, 2])
    expect(after.features.slice(0, 2)).toEqual(before.features)
    const entry = readdirSync(cacheDir, { recursive: true, encoding: 'utf8' }).find((name) =>
      name.endsWith('.safetensors'),
    )!
    const bytes = readFileSync(join(cacheDir, entry))
    bytes[bytes.length - 40] = bytes[bytes.length - 40]! ^ 1
    writeFileSync(join(cacheDir, entry), bytes)
    const third = counting()
    expect((await extractPhotos(third, photos, { cacheDir })).features).toEqual(after.features)
    expect(third.asked()).toBe(1)
  })

  test('a box is another entry, and looks at its part', async () => {
    const extractor = counting()
    const boxed = { ...photos[0]!, box: { x: 60, y: 40, width: 80, height: 60 } }
    const { features } = await extractPhotos(extractor, [photos[0]!, boxed], { cacheDir: join(folder, 'boxes') })
    expect(extractor.asked()).toBe(2)
    const xs = features[1]!.keypoints.filter((_, i) => i % 4 === 0)
    expect(Math.min(...xs)).toBeGreaterThanOrEqual(60)
    expect(Math.max(...xs)).toBeLessThan(140)
  })

  test('of mirrored photos are those of the mirror image, box and mask with it, and other entries', async () => {
    const image = await decodePhoto({ photo: photos[0]!, bytes: await readPhotoFile(photos[0]!.path) })
    const rows = Array.from({ length: image.height }, (_, y) =>
      Array.from({ length: image.width }, (_, x) => {
        const at = (y * image.width + image.width - 1 - x) * 4
        return [...image.data.subarray(at, at + 4)]
      }),
    )
    const path = join(folder, 'mirror image.png')
    writeFileSync(path, await encodePng({ ...image, data: Uint8Array.from(rows.flat(2)) }))
    const box = { x: 60, y: 40, width: 80, height: 60 }
    const turned = { filename: 'mirror image.png', path, box: { ...box, x: image.width - 140 }, extra: {} }
    const cacheDir = join(folder, 'mirrored')
    const extractor = counting()
    const plain = await extractPhotos(extractor, [turned], { cacheDir })
    const boxed = { ...photos[0]!, box }
    const mirrored = await extractPhotos(extractor, [boxed], { cacheDir, mirrored: true })
    expect(mirrored.features).toEqual(plain.features)
    expect(mirrored.features[0]!.count).toBeGreaterThan(5)
    expect((await extractPhotos(extractor, [boxed], { cacheDir })).features).not.toEqual(mirrored.features)
    await extractPhotos(extractor, [boxed], { cacheDir, mirrored: true })
    expect(extractor.asked()).toBe(3)
  })

  test('one broken photo is told, and left out on request', async () => {
    const broken = { filename: 'broken.png', path: join(folder, 'broken.png'), extra: {} }
    writeFileSync(broken.path, 'no picture')
    const cacheDir = join(folder, 'broken')
    await expect(extractPhotos(counting(), [photos[0]!, broken], { cacheDir })).rejects.toThrow('broken.png')
    const found = await extractPhotos(counting(), [broken, photos[0]!], { cacheDir, skipUnreadable: true })
    expect(found.photos).toEqual([photos[0]])
    expect(found.skipped.map(({ photo }) => photo.filename)).toEqual(['broken.png'])
  })

  test('are written and read back, and a file that contradicts itself is refused', async () => {
    const { features } = await extractPhotos(counting(), photos.slice(0, 3), { cacheDir: join(folder, 'file') })
    const none = {
      count: 0,
      dim: 128,
      keypoints: new Float32Array(0),
      descriptors: new Uint8Array(0),
      reliability: new Float32Array(0),
      kinds: new Uint8Array(0),
    }
    const all = [features[0]!, none, features[1]!]
    const bytes = Buffer.concat(encodeFeatures(all, 128) as Uint8Array[])
    expect(decodeFeatures(Uint8Array.from(bytes), 'there')).toEqual(all)
    const lying = Uint8Array.from(bytes)
    lying[lying.indexOf(50, 8 + Number(bytes.readBigUInt64LE()))] = 49 // of the counts: 50, 0, 50
    expect(() => decodeFeatures(lying, 'there')).toThrow('there: counts of 99 keypoints do not fit its other tensors')
    expect(() => decodeFeatures(bytes.subarray(0, 40), 'there')).toThrow('there')
  })
})
