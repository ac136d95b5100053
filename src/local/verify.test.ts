import { describe, expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import type { LocalFeatures } from './features.ts'
import { hullArea } from './hull.ts'
import { verify, verifyDefaults } from './verify.ts'

type Keypoint = readonly [x: number, y: number, scale: number, angle: number]

function featuresOf(keypoints: readonly Keypoint[]): LocalFeatures {
  const count = keypoints.length
  return {
    count,
    dim: 1,
    keypoints: Float32Array.from(keypoints.flat()),
    descriptors: new Uint8Array(count),
    reliability: new Float32Array(count),
  }
}

/** All keypoints correspond to those of the same index. */
function matched(from: readonly Keypoint[], to: readonly Keypoint[], oriented = true) {
  const all = Int32Array.from(from.keys())
  const found = { query: all, photo: all, cosine: new Float32Array(from.length) }
  return verify(featuresOf(from), featuresOf(to), found, { ...verifyDefaults, oriented })
}

const rng = new Rng('verify test')
const places: Keypoint[] = Array.from({ length: 40 }, () => [
  rng.uniform(0, 300),
  rng.uniform(0, 200),
  rng.uniform(2, 6),
  rng.uniform(0, 6.28),
])

/** Turned by 30 degrees, 1.5 times as large, moved. */
const turned = places.map(([x, y, scale, angle]): Keypoint => {
  const [cos, sin] = [1.5 * Math.cos(Math.PI / 6), 1.5 * Math.sin(Math.PI / 6)]
  return [200 + cos * x - sin * y, 20 + sin * x + cos * y, 1.5 * scale, (angle + Math.PI / 6) % (2 * Math.PI)]
})

function scattered(from: number): Keypoint[] {
  return turned.map((place, i) =>
    i < from ? place : [rng.uniform(0, 600), rng.uniform(0, 400), rng.uniform(2, 6), rng.uniform(0, 6.28)],
  )
}

describe('verification', () => {
  test('finds the places that one map explains, among as many that none does', () => {
    const found = matched(places, scattered(20))
    const right = found.inliers.filter((at) => at < 20).length
    expect(right).toBe(20)
    expect(found.inliers.length).toBeLessThanOrEqual(22)
    expect(found.share).toBeCloseTo(found.inliers.length / 40, 5)
    expect(found.coverage).toBeGreaterThan(0.5)
    expect(found.scaleSpread).toBeLessThan(0.2)
    expect(matched(places, scattered(20)).inliers.length).toBeGreaterThanOrEqual(20)
  })

  test('of chance hardly anything agrees, and too few are none', () => {
    expect(matched(places, scattered(0)).inliers.length).toBeLessThanOrEqual(6)
    expect(matched(places.slice(0, 3), turned.slice(0, 3))).toMatchObject({ share: 0, coverage: 0 })
    expect(matched([], []).inliers).toHaveLength(0)
  })

  test('a mirrored animal does not agree', () => {
    const mirrored = places.map(
      ([x, y, scale, angle]): Keypoint => [300 - x, y, scale, (3 * Math.PI - angle) % (2 * Math.PI)],
    )
    expect(matched(places, mirrored).inliers.length).toBeLessThan(10)
  })

  test('upright keypoints agree on a map that two of them propose', () => {
    const upright = (keypoints: readonly Keypoint[]) => keypoints.map(([x, y]): Keypoint => [x, y, 1, 0])
    const [from, to] = [upright(places), upright(scattered(10))]
    const chance = upright(scattered(0))
    expect(matched(from, to).inliers).toHaveLength(0) // each alone says moved: it is 1.5 times as large, and turned by 30 degrees
    expect([...matched(from, to, false).inliers]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(matched(from, chance, false).inliers.length).toBeLessThanOrEqual(6)
  })

  test('a body that bends agrees all along', () => {
    const row: Keypoint[] = Array.from({ length: 60 }, (_, i) => [5 * i, 100 + 40 * ((i * 7) % 5), 3, 1])
    const bent = row.map(([x, y, scale, angle]): Keypoint => [x, y + 0.0012 * (x - 150) ** 2, scale, angle]) // 27 px at both ends
    const found = matched(row, bent)
    expect(found.inliers.length).toBeGreaterThan(55)
  })

  test('a place with two angles counts once', () => {
    const twice = [...places.slice(0, 10), ...places.slice(0, 10)]
    const to = [...turned.slice(0, 10), ...turned.slice(0, 10)]
    expect([...matched(twice, to).inliers]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })
})

test('the area of a hull', () => {
  const square = [0, 2, 0, 2].map((x, i) => ({ x, y: i < 2 ? 0 : 3 }))
  expect(hullArea([...square, { x: 1, y: 1 }])).toBe(6)
  expect(hullArea(square.slice(0, 2))).toBe(0)
})
