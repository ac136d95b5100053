import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ortBackend } from '../runtime/index.ts'
import { type CoatPhoto, coatPairs } from '../synth/index.ts'
import { encodeSafetensors, float32 } from '../tensor/index.ts'
import { coatDescriptor } from './coat-descriptor.ts'
import type { LocalExtractor, LocalFeatures } from './features.ts'
import { openMatcher } from './matcher.ts'
import { openExtractor } from './open-extractor.ts'
import { packFeatures } from './packed.ts'

const sizePx = 128
const drawn = coatPairs({ seed: 'coat-descriptor.test', sizePx })
const folder = mkdtempSync(join(tmpdir(), 'rosette-coat-'))
let coat: LocalExtractor

beforeAll(async () => {
  coat = await openExtractor('coat', { threads: 1 })
})
afterAll(async () => {
  await coat.release()
  rmSync(folder, { recursive: true, force: true })
})

/** Where the photo's coat is, at a keypoint; NaN where it is not seen. */
function coatAt({ coat: places, image }: CoatPhoto, { keypoints }: LocalFeatures, k: number): [number, number] {
  const pixel = Math.floor(keypoints[4 * k + 1]!) * image.width + Math.floor(keypoints[4 * k]!)
  return [places[2 * pixel]!, places[2 * pixel + 1]!]
}

describe('the coat descriptor', () => {
  test('finds places of a drawn coat again that it was not trained on, and not on another animal of the family', async () => {
    const backend = await ortBackend({ threads: 1 })
    let [right, all, agreeing, rivals] = [0, 0, 0, 0]
    for (const index of [0, 3, 6]) {
      const [pair, other] = drawn.rivals(index, 0.3)
      const [a, b] = pair.photos
      const [from, to, foreign] = await Promise.all([a, b, other.photos[1]].map((photo) => coat.extract(photo)))
      const matcher = await openMatcher(packFeatures([to!, foreign!], coat.dim), backend, coat.rule)
      const individuals = Int32Array.of(0, 1)
      const options = { neighbours: 4, individuals, leaveOut: () => false, shortlist: () => [0, 1] }
      const { matches } = await matcher.answer(from!, options)
      await matcher.release()
      const { correspondences, inliers } = matches.get(0)!
      inliers.forEach((at) => {
        const [x, y] = coatAt(a, from!, correspondences.query[at]!)
        const [toX, toY] = coatAt(b, to!, correspondences.photo[at]!)
        if (Number.isNaN(x) || Number.isNaN(toX)) return
        all++
        right += Number(Math.hypot(x - toX, y - toY) * b.unitPx < 8) // two cells
      })
      agreeing += matches.get(0)!.inliers.length
      rivals += matches.get(1)!.inliers.length
    }
    expect(all).toBeGreaterThan(25)
    expect(right / all).toBeGreaterThan(0.8)
    expect(agreeing).toBeGreaterThan(2 * rivals)
  })

  test('gives the same numbers for any threads, alone or beside other photos, and whatever stands around the photo', async () => {
    const photos = drawn.rivals(9, 0.5).flatMap(({ photos: own }) => own)
    const other = await coatDescriptor({ threads: 2 })
    const together = await Promise.all(photos.map((photo) => other.extract(photo)))
    for (const [i, photo] of photos.entries()) expect(await coat.extract(photo)).toEqual(together[i])
    expect(other.fingerprint).toBe(coat.fingerprint)
    await other.release()
  })

  test('keeps places of the animal only, the most reliable first, at most so many', async () => {
    const few = await coatDescriptor({ threads: 1, keypoints: 10 })
    const { image } = drawn.rivals(12, 0)[0].photos[0]
    const box = { x: 30, y: 20, width: 60, height: 70 }
    const found = await few.extract({ image, box })
    expect(found.count).toBe(10)
    expect([...found.reliability]).toEqual([...found.reliability].sort((a, b) => b - a))
    for (let k = 0; k < found.count; k++) {
      const [x, y] = [found.keypoints[4 * k]!, found.keypoints[4 * k + 1]!]
      expect(x >= 30 && x < 90 && y >= 20 && y < 90).toBe(true)
      expect(image.data[4 * (Math.floor(y) * image.width + Math.floor(x)) + 3]).toBeGreaterThanOrEqual(128)
      const unit = found.descriptors.subarray(k * few.dim, (k + 1) * few.dim)
      expect(unit.reduce((sum, v) => sum + ((v - 128) / 254) ** 2, 0)).toBeCloseTo(1, 1)
    }
    expect(few.fingerprint).not.toBe(coat.fingerprint)
    await few.release()
  })

  test('an animal is surer of itself than grass is', async () => {
    const photo = drawn.rivals(2, 0.2)[0].photos[0]
    const data = photo.image.data.slice()
    for (let i = 3; i < data.length; i += 4) data[i] = 255 // without a mask
    const found = await coat.extract({ image: { ...photo.image, data } })
    const onCoat = [...found.reliability].filter((_, k) => !Number.isNaN(coatAt(photo, found, k)[0]))
    const average = (of: readonly number[]) => of.reduce((sum, v) => sum + v, 0) / of.length
    const off = [...found.reliability].filter((_, k) => Number.isNaN(coatAt(photo, found, k)[0]))
    expect(off.length).toBeGreaterThan(5)
    expect(average(onCoat)).toBeGreaterThan(1.5 * average(off))
  })

  test('weights that are none are refused by name', async () => {
    const path = join(folder, 'other.safetensors')
    writeFileSync(path, Buffer.concat(encodeSafetensors([['w', float32([1], [1])]], { network: '{"width": 0}' })))
    await expect(coatDescriptor({ weights: path })).rejects.toThrow(
      `${path}: network.width: expected a whole number from 1, got 0`,
    )
    await expect(coatDescriptor({ keypoints: 0 })).rejects.toThrow('keypoints')
  })
})
