import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { goldenPath } from '../../test/golden.ts'
import { Rng } from '../base/index.ts'
import { fitCurve, logLikelihoodRatio, probabilityAt, towardsOne } from './curve.ts'
import { fitIsotonic, isotonicAt } from './isotonic.ts'
import { fitLogistic, fitPlatt, logit } from './logistic.ts'
import { withPrior } from './prior.ts'
import { eceOfLuck, reliabilityOf } from './reliability.ts'

interface Golden {
  readonly isotonic: readonly { scores: number[]; same: number[]; weights: number[]; fitted: number[] }[]
  readonly logistic: readonly {
    features: number[][]
    same: number[]
    weights: number[]
    ridge: number
    coefficients: number[]
    intercept: number
  }[]
}
const golden = JSON.parse(readFileSync(goldenPath('calibration.json'), 'utf8')) as Golden

/** The step function of isotonic regression by its max–min formula, at each score. */
function stepsOf({ scores, same, weights }: Golden['isotonic'][number]): number[] {
  const distinct = [...new Set(scores)].sort((a, b) => a - b)
  const means = (a: number, b: number) => {
    let [sum, all] = [0, 0]
    scores.forEach((score, i) => {
      if (score < distinct[a]! || score > distinct[b]!) return
      sum += weights[i]! * same[i]!
      all += weights[i]!
    })
    return sum / all
  }
  const at = distinct.map((_, i) => {
    const lows = distinct
      .slice(0, i + 1)
      .map((__, a) => Math.min(...distinct.slice(i).map((___, b) => means(a, i + b))))
    return Math.max(...lows)
  })
  return scores.map((score) => at[distinct.indexOf(score)]!)
}

describe('isotonic regression', () => {
  golden.isotonic.forEach((pairs, which) => {
    test(`case ${which}: steps of scikit-learn and of the max–min formula, a knot in the middle of each`, () => {
      const curve = fitIsotonic(pairs)
      const steps = stepsOf(pairs)
      pairs.fitted.forEach((value, i) => expect(steps[i]).toBeCloseTo(value, 10))
      const levels = [...new Set(pairs.fitted.map((value) => value.toFixed(9)))].sort()
      expect(curve.probabilities.map((value) => value.toFixed(9))).toEqual(levels)
      curve.probabilities.forEach((level, knot) => {
        const inside = pairs.scores.flatMap((_, i) => (Math.abs(pairs.fitted[i]! - level) < 1e-9 ? [i] : []))
        const weight = inside.reduce((sum, i) => sum + pairs.weights[i]!, 0)
        const mean = inside.reduce((sum, i) => sum + pairs.weights[i]! * pairs.scores[i]!, 0) / weight
        expect(curve.scores[knot]).toBeCloseTo(mean, 10)
      })
    })
  })

  test('between knots it rises linearly, beyond them it is level', () => {
    const curve = { kind: 'isotonic', scores: [0, 1, 3], probabilities: [0.1, 0.5, 0.9] } as const
    expect([-5, 0, 0.25, 1, 2, 3, 9].map((score) => isotonicAt(curve, score))).toEqual([
      0.1, 0.1, 0.2, 0.5, 0.7, 0.9, 0.9,
    ])
  })

  test('with doubt, nothing is certain', () => {
    const pairs = { scores: [0, 0.1, 0.2, 0.8, 0.9, 1], same: [0, 0, 0, 1, 1, 1] }
    expect(fitIsotonic(pairs).probabilities).toEqual([0, 1])
    const { probabilities } = fitCurve('isotonic', pairs) as ReturnType<typeof fitIsotonic>
    // the pairs added at both ends: one of each kind with the lowest and with the highest score
    expect(probabilities).toEqual([1 / 5, 4 / 5])
  })
})

describe('logistic regression', () => {
  golden.logistic.forEach(({ features, same, weights, ridge, coefficients, intercept }, which) => {
    test(`case ${which}: the coefficients of scikit-learn`, () => {
      const found = fitLogistic({ features: Float64Array.from(features.flat()), targets: same, weights, ridge })
      expect(found.intercept).toBeCloseTo(intercept, 5)
      found.coefficients.forEach((value, k) => expect(value).toBeCloseTo(coefficients[k]!, 5))
    })
  })

  test('a score that tells all pairs apart has a finite slope, and one that misleads has none', () => {
    const apart = fitPlatt({ scores: [0, 0.1, 0.2, 0.8, 0.9, 1], same: [0, 0, 0, 1, 1, 1] })
    expect(apart.slope).toBeGreaterThan(1)
    expect(probabilityAt(apart, 1)).toBeLessThan(0.95)
    const misled = fitPlatt({ scores: [0, 0.1, 0.9, 1, 1], same: [1, 1, 0, 0, 0] })
    expect(misled.slope).toBe(0)
    expect(probabilityAt(misled, 0.3)).toBeCloseTo(0.4, 12)
  })

  test('pairs of one kind only, and scores that are no numbers, are refused', () => {
    expect(() => fitPlatt({ scores: [1, 2], same: [1, 1] })).toThrow(
      'expected pairs of both kinds, got 2 of one individual, 0 of two',
    )
    expect(() => fitIsotonic({ scores: [1, Number.NaN], same: [1, 0] })).toThrow(
      'score 1: expected a finite number, got NaN',
    )
  })
})

test('drawn pairs get back the probabilities that they were drawn with, and a ratio free of their prior', () => {
  const rng = new Rng('pairs')
  const draw = (prior: number, n: number) => {
    const same = Array.from({ length: n }, () => (rng.chance(prior) ? 1 : 0))
    return { same, scores: same.map((label) => rng.normal() + 2 * label) } // ln LR = 2 s − 2
  }
  for (const kind of ['logistic', 'isotonic'] as const)
    for (const prior of [0.5, 0.05]) {
      const curve = fitCurve(kind, draw(prior, 20_000))
      for (const score of [0, 1, 2]) {
        expect(Math.abs(logLikelihoodRatio(curve, score, prior) - (2 * score - 2))).toBeLessThan(0.45)
        const now = withPrior(probabilityAt(curve, score), prior, 0.2)
        const truth = 1 / (1 + (0.8 / 0.2) * Math.exp(2 - 2 * score))
        expect(Math.abs(now - truth)).toBeLessThan(0.06)
      }
    }
})

test('scores that crowd below 1 are told apart there: drawn evidence e comes back of the score 1 − exp(−e)', () => {
  const rng = new Rng('crowded')
  const same = Array.from({ length: 20_000 }, () => (rng.chance(0.2) ? 1 : 0))
  const crowded = (evidence: number) => 1 - Math.exp(-evidence)
  const scores = same.map((label) => crowded(7 + rng.normal() + 2 * label)) // ln LR = 2 (e − 7) − 2; nearly all scores are above 0.99
  const ratios = (scale?: 'toOne') => {
    const curve = fitCurve('logistic', { scores, same }, scale)
    return [6, 8, 10].map((evidence) => logLikelihoodRatio(curve, crowded(evidence), 0.2))
  }
  const [low, middle, high] = ratios('toOne') as [number, number, number]
  expect(Math.abs(low - -4)).toBeLessThan(0.3)
  expect(Math.abs(middle - 0)).toBeLessThan(0.15)
  expect(Math.abs(high - 4)).toBeLessThan(0.3)
  const [, plain, plainHigh] = ratios() as [number, number, number]
  expect(plainHigh - plain).toBeLessThan(2)
  expect(towardsOne(1)).toBeCloseTo(24 * Math.LN2, 12)
  expect(fitCurve('isotonic', { scores, same }, 'toOne')).toEqual(fitCurve('isotonic', { scores, same }))
})

test('a prior is corrected by its odds', () => {
  expect(withPrior(0.5, 0.5, 0.2)).toBeCloseTo(0.2, 12)
  expect(withPrior(0.9, 0.5, 0.1)).toBeCloseTo(0.5, 12) // odds 9 · 1/9
  expect(logit(withPrior(0.3, 0.1, 0.01)) - logit(0.3)).toBeCloseTo(logit(0.01) - logit(0.1), 12)
  expect(withPrior(1, 0.5, 0.1)).toBe(1)
  expect(() => withPrior(0.5, 0, 0.5)).toThrow('prior: expected a number between 0 and 1, got 0')
})

test('the calibration error, counted by hand', () => {
  const { ece, bins } = reliabilityOf([0.1, 0.3, 0.3, 0.9, 1], [0, 1, 0, 1, 1], { bins: 2 })
  expect(bins.map(({ count }) => count)).toEqual([3, 2])
  expect(bins[0]!.probability).toBeCloseTo(0.7 / 3, 12)
  expect(bins[0]!.right).toBeCloseTo(1 / 3, 12)
  expect(ece).toBeCloseTo((0.3 + 0.1) / 5, 12) // |0.7 − 1| and |1.9 − 2|
  const weighted = reliabilityOf([0.2, 0.8], [1, 1], { bins: 2, weights: [3, 1] })
  expect(weighted.ece).toBeCloseTo((3 * 0.8 + 0.2) / 4, 12)
  expect(() => reliabilityOf([1.2], [1])).toThrow('answer 0: expected a probability from 0 to 1, got 1.2')
})

test('probabilities that hold are off by luck: as much as the sum over all outcomes says, and as draws say', () => {
  // of one answer: |1 − p| with p, |0 − p| with 1 − p
  expect(eceOfLuck([{ count: 1, probability: 0.3 }])).toBeCloseTo(2 * 0.3 * 0.7, 12)
  // of two: |X − 1.2| for X of 0, 1, 2
  const two = (0.16 * 1.2 + 0.48 * 0.2 + 0.36 * 0.8) / 2
  expect(eceOfLuck([{ count: 2, probability: 0.6 }])).toBeCloseTo(two, 12)
  expect(eceOfLuck([])).toBe(0)
  expect(eceOfLuck([{ count: 9, probability: 1 }])).toBe(0)
  const rng = new Rng(5)
  const probabilities = Array.from({ length: 400 }, () => rng.uniform() ** 2)
  const { bins } = reliabilityOf(probabilities, new Float64Array(400))
  const draws = Array.from({ length: 300 }, () => {
    const right = probabilities.map((p) => (rng.uniform() < p ? 1 : 0))
    return reliabilityOf(probabilities, right).ece
  })
  const drawn = draws.reduce((sum, ece) => sum + ece, 0) / draws.length
  expect(drawn).toBeGreaterThan(0.03)
  expect(Math.abs(eceOfLuck(bins) - drawn)).toBeLessThan(0.002)
})
