import { expect, test } from 'vitest'
import { type AffineMap, type FoundPlaces, inverse, mapped, scoreWarp } from './repeatability.ts'

/** Keypoints at (x, y) with a scale, and of each the axis that its descriptor points along. */
function found(...places: readonly (readonly [x: number, y: number, scale: number, axis: number])[]): FoundPlaces {
  const descriptors = new Float32Array(places.length * 4)
  places.forEach(([, , , axis], k) => {
    descriptors[k * 4 + axis] = 1
  })
  return { keypoints: Float32Array.from(places.flatMap(([x, y, scale]) => [x, y, scale, 0])), descriptors }
}

const half: AffineMap = [0.5, 0, 0, 0, 0.5, 0]
const size = { widthPx: 100, heightPx: 100 }

test('a keypoint is found again at the right place and scale, and a match is right at the right place', () => {
  const from = found([20, 20, 4, 0], [40, 40, 4, 1], [60, 60, 4, 2], [80, 80, 4, 3])
  // 2 px off; at twice the scale; 4 px off, where a match is still right; nowhere near
  const to = found([10, 12, 2, 0], [20, 20, 4, 1], [30, 34, 2, 2], [5, 45, 2, 3])
  expect(scoreWarp({ from, to, map: half, ...size })).toEqual({ inView: 4, repeatability: 0.25, matchingScore: 0.75 })
})

test('what the other picture does not show counts for nothing', () => {
  const from = found([20, 20, 4, 0], [10, 90, 4, 1])
  const to = found([40, 40, 8, 0], [90, 70, 8, 1], [95, 5, 8, 2])
  const twice = inverse(half)
  expect(mapped(twice, [10, 90])).toEqual([20, 180])
  expect(scoreWarp({ from, to, map: twice, ...size })).toEqual({ inView: 1, repeatability: 1, matchingScore: 1 })
})

test('descriptors of two kinds are not compared', () => {
  const [from, to] = [found([20, 20, 2, 0]), found([20, 20, 2, 0])]
  const same: AffineMap = [1, 0, 0, 0, 1, 0]
  const scoreOf = (kind: number) =>
    scoreWarp({
      ...{ from: { ...from, kinds: Uint8Array.of(0) }, to: { ...to, kinds: Uint8Array.of(kind) } },
      ...{ map: same, ...size },
    }).matchingScore
  expect([scoreOf(0), scoreOf(1)]).toEqual([1, 0])
})

test('there and back again', () => {
  const map: AffineMap = [0.8, -0.3, 12, 0.4, 0.9, -7]
  const [x, y] = mapped(inverse(map), mapped(map, [31, 17]))
  expect(x).toBeCloseTo(31, 9)
  expect(y).toBeCloseTo(17, 9)
})
