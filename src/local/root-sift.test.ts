import { describe, expect, test } from 'vitest'
import { golden } from '../../test/golden.ts'
import type { Box, ImageRGBA } from '../images/index.ts'
import { studio } from '../synth/index.ts'
import { descriptorCosine, descriptorStep, descriptorZero, type LocalFeatures } from './features.ts'
import { extractRootSift, mirroredRootSift, siftConfig, siftFingerprint } from './root-sift.ts'
import type { SiftConfig } from './sift-config.ts'

const file = golden('sift')
const picture = file.get('picture')
const [height, width] = picture.shape as [number, number]

/** Grey values as a photo, opaque. */
function photoOf(grey: ArrayLike<number>, widthPx: number, heightPx: number): ImageRGBA {
  const data = new Uint8Array(widthPx * heightPx * 4).fill(255)
  for (let i = 0; i < widthPx * heightPx; i++) data.fill(grey[i]!, i * 4, i * 4 + 3)
  return { width: widthPx, height: heightPx, data }
}

const drawn = photoOf(picture.data as Uint8Array, width, height)
/** The features of a photo by the defaults with what is given. */
function extract(image: ImageRGBA, given: Partial<SiftConfig> = {}, box?: Box) {
  return extractRootSift({ image, box }, siftConfig(given))
}

const plain = { equalise: false, keypoints: 1000 } as const

/** The index of the keypoint of `features` closest to (x, y, σ, angle), and how far it is in pixels, in ln σ and in radians. */
function closest(features: LocalFeatures, [x, y, scale, angle]: readonly number[]) {
  let best = { at: -1, px: Number.POSITIVE_INFINITY, logScale: 9, rad: 9, all: Number.POSITIVE_INFINITY }
  for (let at = 0; at < features.count; at++) {
    const [fx, fy, fs, fa] = features.keypoints.subarray(at * 4, at * 4 + 4) as unknown as number[]
    const px = Math.hypot(fx! - x!, fy! - y!)
    const logScale = Math.abs(Math.log(fs! / scale!))
    const turn = Math.abs(fa! - angle!)
    const rad = Math.min(turn, 2 * Math.PI - turn)
    const all = px + 3 * logScale + 3 * rad
    if (all < best.all) best = { at, px, logScale, rad, all }
  }
  return best
}

describe('RootSIFT', () => {
  test("finds and describes OpenCV's keypoints of the same picture", () => {
    const ours = extract(drawn, { ...plain, window: 1 })
    const keypoints = file.get('keypoints')
    const descriptors = file.get('descriptors').data
    const count = keypoints.shape[0]!
    let same = 0
    const cosines: number[] = []
    for (let k = 0; k < count; k++) {
      const theirs = Array.from(keypoints.data.subarray(k * 4, k * 4 + 4), Number)
      const { at, px, logScale, rad } = closest(ours, theirs)
      if (px > 0.5 || logScale > 0.05 || rad > 0.1) continue
      same++
      const sift = Array.from(descriptors.subarray(k * 128, (k + 1) * 128), Number)
      const sum = sift.reduce((total, v) => total + v, 0)
      const stored = ours.descriptors.subarray(at * 128, (at + 1) * 128)
      cosines.push(
        sift.reduce((total, v, d) => total + Math.sqrt(v / sum) * (stored[d]! - descriptorZero) * descriptorStep, 0),
      )
    }
    expect(count).toBeGreaterThan(100)
    expect(Math.abs(ours.count - count)).toBeLessThan(0.05 * count)
    expect(same / count).toBeGreaterThan(0.95)
    expect(Math.min(...cosines)).toBeGreaterThan(0.95)
    expect(cosines.reduce((total, c) => total + c, 0) / same).toBeGreaterThan(0.995)
  })

  test('a larger window sees what lies around a spot', () => {
    const scene = (besides: boolean) => {
      const spot = (x: number, y: number, cx: number) => Math.exp(-((x - cx) ** 2 + (y - 48) ** 2) / 18)
      const grey = Uint8Array.from({ length: 96 * 96 }, (_, i) => {
        const [x, y] = [i % 96, Math.floor(i / 96)]
        return Math.round(200 - 100 * spot(x, y, 48) - (besides ? 100 * spot(x, y, 80) : 0))
      })
      return photoOf(grey, 96, 96)
    }
    const likeness = (window: number) => {
      const [alone, beside] = [false, true].map((besides) => {
        const found = extract(scene(besides), { ...plain, window })
        return { found, at: closest(found, [48, 48, 3, 0]).at }
      })
      return descriptorCosine(alone!.found, alone!.at, beside!.found, beside!.at)
    }
    expect(likeness(1)).toBeGreaterThan(0.999)
    expect(likeness(2)).toBeLessThan(0.97)
  })

  test('a dark spot and a light one are of two kinds, mirrored too', () => {
    const grey = Uint8Array.from({ length: 96 * 48 }, (_, i) => {
      const [x, y] = [i % 96, Math.floor(i / 96)]
      const spot = (cx: number) => Math.exp(-((x - cx) ** 2 + (y - 24) ** 2) / 32)
      return Math.round(128 + 100 * (spot(70) - spot(26)))
    })
    const found = extract(photoOf(grey, 96, 48), { ...plain, doubled: false })
    const kindAt = (x: number) => closest(found, [x, 24, 4, 0]).at
    expect([kindAt(26), kindAt(70)].map((at) => found.kinds![at])).toEqual([0, 1])
    expect(mirroredRootSift(found).kinds).toEqual(found.kinds)
  })

  test('keeps the strongest, in order, and says the same each time', () => {
    const all = extract(drawn, plain)
    const few = extract(drawn, { ...plain, keypoints: 20 })
    expect(few.count).toBe(20)
    const byStrength = (list: Float32Array) => [...list].sort((a, b) => a - b)
    expect(byStrength(few.reliability)).toEqual(byStrength(all.reliability).slice(-20))
    for (const kind of [0, 1]) {
      const first = all.kinds!.indexOf(kind)
      const own = few.kinds!.filter((one) => one === kind).length
      const begun = few.kinds!.indexOf(kind)
      expect(few.keypoints.slice(begun * 4, (begun + own) * 4)).toEqual(
        all.keypoints.slice(first * 4, (first + own) * 4),
      )
      const strength = [...all.reliability.filter((_, k) => all.kinds![k] === kind)]
      expect(strength).toEqual(strength.toSorted((a, b) => b - a))
    }
    const printOf = (given: Partial<SiftConfig>) => siftFingerprint(siftConfig(given))
    expect(printOf(plain)).toBe(printOf({ ...plain }))
    expect(printOf(plain)).not.toBe(printOf({ ...plain, keypoints: 20 }))
  })

  test('a photo without anything to see has no keypoints, and no NaN', () => {
    const flat = photoOf(new Uint8Array(64 * 48).fill(120), 64, 48)
    for (const equalise of [true, false]) expect(extract(flat, { equalise })).toMatchObject({ count: 0, dim: 128 })
    const tiny = photoOf([10, 200, 30], 3, 1)
    expect(extract(tiny).count).toBe(0)
  })

  test('keypoints lie on the animal: in its mask, and in its box', () => {
    const { photos, render } = studio({ identities: 1, photosPerIdentity: 1, widthPx: 256, heightPx: 176 })
    const image = render(photos[0]!)
    const { count, keypoints } = extract(image)
    const alphas = Array.from({ length: count }, (_, k) => {
      const [x, y] = [Math.floor(keypoints[k * 4]!), Math.floor(keypoints[k * 4 + 1]!)]
      return image.data[(y * image.width + x) * 4 + 3]!
    })
    expect(count).toBeGreaterThan(40)
    expect(Math.min(...alphas)).toBeGreaterThanOrEqual(128)
    const box = { x: 40, y: 30, width: 60, height: 50 }
    const boxed = extract(drawn, plain, box)
    expect(boxed.count).toBeGreaterThan(5)
    for (let k = 0; k < boxed.count; k++) {
      expect(boxed.keypoints[k * 4]).toBeGreaterThanOrEqual(40)
      expect(boxed.keypoints[k * 4]).toBeLessThan(100)
      expect(boxed.keypoints[k * 4 + 1]).toBeGreaterThanOrEqual(30)
      expect(boxed.keypoints[k * 4 + 1]).toBeLessThan(80)
    }
  })

  test('the background is not blackened: a place is described as in the whole photo', () => {
    const masked: ImageRGBA = { ...drawn, data: drawn.data.slice() }
    const isCorner = (x: number, y: number) => x % (width - 1) === 0 && y % (height - 1) === 0 // the whole photo stays in view
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        if (Math.hypot(x - 80, y - 60) > 40 && !isCorner(x, y)) masked.data[(y * width + x) * 4 + 3] = 0
    const whole = extract(drawn, plain)
    const animal = extract(masked, plain)
    expect(animal.count).toBeGreaterThan(20)
    expect(animal.count).toBeLessThan(whole.count / 2)
    for (let k = 0; k < animal.count; k++) {
      const { at, all } = closest(whole, Array.from(animal.keypoints.subarray(k * 4, k * 4 + 4)))
      expect(all).toBe(0)
      expect(animal.descriptors.slice(k * 128, k * 128 + 128)).toEqual(
        whole.descriptors.slice(at * 128, at * 128 + 128),
      )
    }
  })

  test('a photo of twice the size gives the places of the small one, in its own pixels', () => {
    const twice = new Uint8Array(4 * width * height)
    for (let y = 0; y < 2 * height; y++)
      for (let x = 0; x < 2 * width; x++) twice[y * 2 * width + x] = picture.data[(y >> 1) * width + (x >> 1)] as number
    const small = extract(drawn, { ...plain, longSidePx: width })
    const large = extract(photoOf(twice, 2 * width, 2 * height), { ...plain, longSidePx: width })
    let same = 0
    for (let k = 0; k < small.count; k++) {
      const [x, y, scale, angle] = small.keypoints.subarray(k * 4, k * 4 + 4) as unknown as number[]
      const { px, logScale } = closest(large, [2 * x!, 2 * y!, 2 * scale!, angle!])
      if (px < 0.5 && logScale < 0.1) same++
    }
    expect(Math.abs(large.count - small.count)).toBeLessThan(10)
    expect(same / small.count).toBeGreaterThan(0.8)
  })

  test('mirrored features are those of the mirrored photo', () => {
    const other = new Uint8Array(width * height)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) other[y * width + x] = picture.data[y * width + width - 1 - x] as number
    const asked = mirroredRootSift(extract(drawn, plain))
    const made = extract(photoOf(other, width, height), plain)
    let alike = 0
    for (let k = 0; k < asked.count; k++) {
      const [x, y, scale, angle] = asked.keypoints.subarray(k * 4, k * 4 + 4) as unknown as number[]
      const { at, all } = closest(made, [width + x!, y!, scale!, angle!])
      if (all > 0.5) continue
      if (descriptorCosine(made, at, asked, k) > 0.97) alike++
    }
    expect(alike / asked.count).toBeGreaterThan(0.8)
  })

  test('settings that find nothing are refused', () => {
    expect(() => siftConfig({ keypoints: 0 })).toThrow('root-sift: keypoints: expected a whole number from 1, got 0')
    expect(() => siftConfig({ window: 0.5 })).toThrow('root-sift: window: expected a number from 1, got 0.5')
    expect(() => siftConfig({ longSidePx: 1.5 })).toThrow('longSidePx: expected a whole number from 32, got 1.5')
  })
})
