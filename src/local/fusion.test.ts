import { describe, expect, test } from 'vitest'
import { fusedSimilarities, localScore, localSimilarities, shortlistOf } from './fusion.ts'
import type { LocalAnswer, LocalMatch } from './matcher.ts'

const nothing = new Int32Array(0)
const matchOf = (weight: number): LocalMatch => ({
  weight,
  inliers: nothing,
  share: 0,
  coverage: 0,
  scaleSpread: 0,
  correspondences: { query: nothing, photo: nothing, cosine: new Float32Array(0) },
  places: new Float32Array(0),
})
const config = { shortlist: 2, sureWeight: 2, trust: 0.5 }
const answer: LocalAnswer = {
  votes: { photos: Float64Array.of(4, 0, 2), background: new Float32Array(0), individuals: new Map() },
  matches: new Map([
    [0, matchOf(2)],
    [1, matchOf(0)],
  ]),
}

describe('fusion', () => {
  test('is g + w l (1 − g), and g where nothing was verified', () => {
    const l = 1 - Math.exp(-1)
    expect(localScore({ weight: 2 }, config)).toBeCloseTo(l, 12)
    const fused = fusedSimilarities(Float32Array.of(0.2, 0.6, -0.1), answer, config)
    expect(fused[0]).toBeCloseTo(0.2 + 0.5 * l * 0.8, 6)
    expect(fused[1]).toBeCloseTo(0.6, 6)
    expect(fused[2]).toBeCloseTo(-0.1, 6)
    expect(() => fusedSimilarities(new Float32Array(2), answer, config)).toThrow('2 cosines for 3 photos')
  })

  test('local matching alone ranks verified photos above votes', () => {
    const alone = localSimilarities(answer, config)
    expect(alone[0]).toBeCloseTo(0.1 * (1 - Math.exp(-2)) + 0.9 * (1 - Math.exp(-1)), 6)
    expect(alone[1]).toBe(0)
    expect(alone[2]).toBeCloseTo(0.1 * (1 - Math.exp(-1)), 6)
  })

  test('a shortlist takes the best of each ranking by turns', () => {
    const [a, b] = [
      [0.9, 0.1, 0.5, 0.5, 0.2],
      [0, 3, 0, 1, 2],
    ]
    expect(shortlistOf([a, b], 4)).toEqual([0, 1, 2, 4])
    expect(shortlistOf([a, b], 4, (photo) => photo === 0)).toEqual([2, 1, 3, 4])
    expect(shortlistOf([a], 99)).toEqual([0, 2, 3, 4, 1])
    expect(shortlistOf([], 3)).toEqual([])
  })
})
