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
    const l = 15 / 16
    expect(localScore({ weight: 2 }, config)).toBeCloseTo(l, 12)
    const fused = fusedSimilarities(Float32Array.of(0.2, 0.6, -0.1), answer, config)
    expect(fused[0]).toBeCloseTo(0.2 + 0.5 * l * 0.8, 6)
    expect(fused[1]).toBeCloseTo(0.6, 6)
    expect(fused[2]).toBeCloseTo(-0.1, 6)
    expect(() => fusedSimilarities(new Float32Array(2), answer, config)).toThrow('2 cosines for 3 photos')
  })

  test('local matching alone ranks verified photos above votes, by the same rule', () => {
    const alone = localSimilarities(answer, { ...config, trust: 1 })
    const byVotes = 0.1 * (4 / 5)
    expect(alone[0]).toBeCloseTo(byVotes + (15 / 16) * (1 - byVotes), 6)
    expect(alone[1]).toBe(0)
    expect(alone[2]).toBeCloseTo(0.1 * (2 / 3), 6)
  })

  test('of two certain matches the surer one stays first, whatever the embedding says', () => {
    const certain = {
      ...answer,
      matches: new Map([
        [0, matchOf(20 * config.sureWeight)],
        [1, matchOf(60 * config.sureWeight)],
      ]),
    }
    const [first, second, third] = fusedSimilarities(Float32Array.of(0.9, 0.3, 0.95), certain, { ...config, trust: 1 })
    expect(second!).toBeGreaterThan(first!)
    expect(first!).toBeGreaterThan(third!)
    expect(second!).toBeLessThan(1)
  })

  test('few places that agree by chance do not outrank many, though the embedding is surer of them', () => {
    const weights = new Map([
      [0, matchOf(0.02)],
      [1, matchOf(0.3)],
    ])
    const fused = fusedSimilarities(Float32Array.of(0.8, 0.7, 0.75), { ...answer, matches: weights })
    expect(fused.indexOf(Math.max(...fused))).toBe(1)
  })

  test('a shortlist takes the largest scores', () => {
    const scores = [0.9, 0.1, 0.5, 0.5, 0.2]
    expect(shortlistOf(scores, 3)).toEqual([0, 2, 3])
    expect(shortlistOf(scores, 3, (photo) => photo === 2)).toEqual([0, 3, 4])
    expect(shortlistOf(scores, 99)).toEqual([0, 2, 3, 4, 1])
  })
})
