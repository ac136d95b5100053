import { describe, expect, test } from 'vitest'
import { mean, Rng } from '../base/index.ts'
import { costDefaults, decide, thresholdsOf } from './decision.ts'
import { newAnimalsOf } from './new-animals.ts'
import { fitFusion, fusedScore, type PairEvidence } from './pair-fusion.ts'
import {
  type AnsweredQuery,
  type AnswerModel,
  answerModelDefaults,
  comparedBy,
  fitAnswerModel,
  posteriorOf,
} from './posterior.ts'
import { reliabilityOf } from './reliability.ts'
import { riskCoverage } from './risk-coverage.ts'

describe('whom a photo shows', () => {
  test('Bayes by hand: two individuals, one that was not compared, and nobody known', () => {
    const asked = { ratios: [Math.log(8), Math.log(2)], seconds: [0, 0], photos: [1, 1], others: 2 }
    const { individuals, isNew, notCompared } = posteriorOf(answerModelDefaults, asked, 0.2)
    // weights 0.2 · (8, 2, 1, 1) and 0.2 for nobody
    expect(Array.from(individuals)).toEqual([expect.closeTo(8 / 13, 12), expect.closeTo(2 / 13, 12)])
    expect(isNew).toBeCloseTo(1 / 13, 12)
    expect(notCompared).toBeCloseTo(2 / 13, 12)
  })

  test('many photos explain a high score, and extreme ratios stay numbers', () => {
    const asked = { ratios: [3, 3], seconds: [0, 0], photos: [1, 10] }
    const { individuals } = posteriorOf({ shift: 0, slope: 1, cohort: 0, photos: 0.5 }, asked, 0.5)
    expect(individuals[0]! / individuals[1]!).toBeCloseTo(Math.sqrt(10), 12)
    const far = posteriorOf(answerModelDefaults, { ratios: [900, -900], seconds: [0, 0], photos: [1, 1] }, 0.5)
    expect([far.individuals[0], far.individuals[1], far.isNew]).toEqual([1, 0, 0])
  })

  test('a second photo of an individual adds by its weight, and nothing where it speaks against it or is missing', () => {
    const curve = { kind: 'logistic', slope: 2, intercept: 0 } as const
    const compared = comparedBy({ curve, prior: 0.5 }, [
      { score: 1, second: 0.75, photos: 3 },
      { score: 1, second: -0.75, photos: 3 },
      { score: 1, second: undefined, photos: 1 },
    ])
    expect(compared).toEqual({ ratios: [2, 2, 2], seconds: [1.5, 0, 0], photos: [3, 3, 1] })
    const { individuals } = posteriorOf({ ...answerModelDefaults, second: 0.4 }, compared, 0.5)
    expect(individuals[0]! / individuals[1]!).toBeCloseTo(Math.exp(0.4 * 1.5), 12)
    expect(individuals[1]).toBe(individuals[2])
    const { second: _, ...older } = { ...answerModelDefaults, second: 0.4 }
    const [first, other] = posteriorOf(older, compared, 0.5).individuals
    expect(first).toBe(other)
  })

  /** Queries of 8 individuals with two photos each: their ratios share the part `alike` of what is drawn. */
  function twoPhotos(count: number, alike: number, seed: string): AnsweredQuery[] {
    const rng = new Rng(seed)
    return Array.from({ length: count }, (_, q) => {
      const truth = q % 2 === 0 ? rng.int(8) : -1
      const pairs = Array.from({ length: 8 }, (__, i) => {
        const shared = rng.normal()
        const ratioOf = () => 2 * (alike * shared + Math.sqrt(1 - alike ** 2) * rng.normal() + (i === truth ? 1 : -1))
        return [ratioOf(), ratioOf()].sort((a, b) => b - a) as [number, number]
      })
      const seconds = pairs.map(([, second]) => Math.max(0, second))
      return { ratios: pairs.map(([first]) => first), seconds, photos: pairs.map(() => 2), truth }
    })
  }

  test('how much a second photo adds is learnt: as much as it says that the first does not', () => {
    const lossOf = (model: AnswerModel, queries: readonly AnsweredQuery[]) =>
      -mean(
        queries.map((query) => {
          const { individuals, isNew } = posteriorOf(model, query, 0.5)
          return Math.log(query.truth < 0 ? isNew : individuals[query.truth]!)
        }),
      )
    const model = fitAnswerModel(twoPhotos(600, 0, 'learnt'))
    expect(model.second).toBeGreaterThan(0.3)
    const asked = twoPhotos(600, 0, 'asked')
    const alone = fitAnswerModel(twoPhotos(600, 0, 'learnt').map((query) => ({ ...query, seconds: Array(8).fill(0) })))
    expect(lossOf(model, asked)).toBeLessThan(lossOf(alone, asked) - 0.02)
    expect(fitAnswerModel(twoPhotos(600, 1, 'learnt')).second).toBeLessThan(0.7 * model.second!)
  })

  test('where many photos alike speak against an individual the second one does not count, and the others are fitted without it', () => {
    const rng = new Rng('one pose only')
    const queries = Array.from({ length: 400 }, (_, q): AnsweredQuery => {
      const truth = q % 2 === 0 ? rng.int(8) : -1
      const photos = Array.from({ length: 8 }, () => 1 + rng.int(10))
      // of the true one a single photo fits; of others all fit alike, and the more there are the better the best
      const ratios = photos.map((n, i) => (i === truth ? 3 + rng.normal() : Math.log(n) + rng.normal()))
      const seconds = ratios.map((ratio, i) => (i === truth || photos[i] === 1 ? 0 : Math.max(0, ratio - 0.2)))
      return { ratios, seconds, photos, truth }
    })
    const { second, ...others } = fitAnswerModel(queries)
    expect(second).toBe(0)
    const without = fitAnswerModel(queries.map((query) => ({ ...query, seconds: Array(8).fill(0) })))
    expect(others).toEqual({
      shift: without.shift,
      slope: without.slope,
      cohort: without.cohort,
      photos: without.photos,
    })
  })

  /** Queries of 12 individuals whose scores share a part, so that their ratios say more than they should. */
  function queriesOf(count: number, seed: string): AnsweredQuery[] {
    const rng = new Rng(seed)
    return Array.from({ length: count }, (_, q) => {
      const shared = 1.5 * rng.normal()
      const truth = q % 2 === 0 ? rng.int(12) : -1
      const ratios = Array.from({ length: 12 }, (__, i) => 2 * (rng.normal() + shared + (i === truth ? 3 : 0)) - 4.5)
      return { ratios, seconds: ratios.map(() => 0), photos: ratios.map(() => 1), truth }
    })
  }

  test('a fitted model is calibrated on other queries, where Bayes alone is not', () => {
    const model = fitAnswerModel(queriesOf(600, 'learnt'))
    expect(model.cohort).toBeGreaterThan(0.5)
    const measured = (answer: typeof model) => {
      const answers = queriesOf(600, 'asked').map((query) => {
        const { individuals } = posteriorOf(answer, query, 0.5)
        const best = individuals.indexOf(Math.max(...individuals))
        return [individuals[best]!, best === query.truth ? 1 : 0] as const
      })
      return reliabilityOf(
        answers.map(([p]) => p),
        answers.map(([, right]) => right),
      ).ece
    }
    expect(measured(model)).toBeLessThan(0.06)
    expect(measured(answerModelDefaults)).toBeGreaterThan(2 * measured(model))
  })

  test('queries of one kind only are refused', () => {
    expect(() => fitAnswerModel([{ ratios: [1], seconds: [0], photos: [1], truth: 0 }])).toThrow(
      'of known and of new individuals, got 1 of 1',
    )
  })
})

describe('what is said of it', () => {
  test('the cheapest answer, and the thresholds that follow from costs', () => {
    expect(thresholdsOf(costDefaults)).toEqual({ known: 0.9, isNew: 0.9 })
    expect([decide(0.91, 0.05), decide(0.89, 0.05), decide(0.02, 0.95), decide(0.5, 0.5)]).toEqual([
      'known',
      'unsure',
      'new',
      'unsure',
    ])
    const careless = { falseMatch: 2, missedMatch: 4 }
    expect(decide(0.55, 0.4, careless)).toBe('known')
    expect(() => thresholdsOf({ falseMatch: 1, missedMatch: 4 })).toThrow(
      'costs: `falseMatch`: expected a number above 1, got 1',
    )
  })

  test('every decision costs the least of the three', () => {
    const rng = new Rng('costs')
    for (let i = 0; i < 500; i++) {
      const known = rng.uniform()
      const isNew = rng.uniform() * (1 - known)
      const costs = { falseMatch: 1.1 + 20 * rng.uniform(), missedMatch: 1.1 + 20 * rng.uniform() }
      const expected = { known: costs.falseMatch * (1 - known), new: costs.missedMatch * (1 - isNew), unsure: 1 }
      expect(expected[decide(known, isNew, costs)]).toBe(Math.min(...Object.values(expected)))
    }
  })

  test('risk and coverage by hand, equal confidences together', () => {
    const { aurc, byChance, points } = riskCoverage([0.9, 0.5, 0.5, 0.1], [1, 1, 0, 0])
    expect(points).toEqual([
      { threshold: 0.9, coverage: 0.25, risk: 0 },
      { threshold: 0.5, coverage: 0.75, risk: 1 / 3 },
      { threshold: 0.1, coverage: 1, risk: 0.5 },
    ])
    expect(byChance).toBe(0.5)
    expect(aurc).toBeCloseTo((0 + 0.25 + 1 / 3 + 0.5) / 4, 12) // the second: half of one wrong answer among two
    expect(riskCoverage([1, 1, 1], [1, 0, 0]).aurc).toBeCloseTo((1 / 3) * (2 / 3 + 2 / 3 + 2 / 3) * 1, 12)
  })
})

describe('two scores made one', () => {
  const found = { inliers: 7, share: 0.4, margin: 0.1, coverage: 0.3, scaleSpread: 0.2 }
  const local = { score: 0.5, matchers: [found] }

  test('each way by its formula', () => {
    expect(fusedScore({ kind: 'embedding' }, { similarity: 0.3, local })).toBe(0.3)
    expect(fusedScore({ kind: 'additive', weight: 0.8 }, { similarity: 0.3, local })).toBeCloseTo(
      0.3 + 0.8 * 0.5 * 0.7,
      12,
    )
    const line = { kind: 'isotonic', scores: [0, 1], probabilities: [0, 1] } as const
    expect(fusedScore({ kind: 'mean', embedding: line, local: line }, { similarity: 0.3, local })).toBeCloseTo(0.4, 12)
    const head = { kind: 'pairHead', intercept: -1, coefficients: [1, 1, 1, 1, 1, 1] } as const
    const z = -1 + 0.3 + Math.log(8) + 0.4 + 0.1 + 0.3 + 0.2
    expect(fusedScore(head, { similarity: 0.3, local })).toBeCloseTo(1 / (1 + Math.exp(-z)), 12)
    expect(fusedScore(head, { similarity: 0.3 })).toBeCloseTo(1 / (1 + Math.exp(0.7)), 12)
  })

  test('what is learnt uses places where these tell pairs apart, and leaves them where they do not', () => {
    const rng = new Rng('fusion')
    const pairs = (useful: boolean) => {
      const same = Array.from({ length: 400 }, (_, i) => i % 2)
      const evidence = same.map((label): PairEvidence => {
        const inliers = (useful && label === 1 ? 8 : 0) + rng.int(4)
        return {
          similarity: 0.5 + 0.05 * rng.normal() + 0.02 * label,
          local: { score: inliers / 12, matchers: [{ ...found, inliers }] },
        }
      })
      return { evidence, same }
    }
    const head = (useful: boolean) => {
      const fusion = fitFusion('pairHead', pairs(useful))
      return fusion.kind === 'pairHead' ? fusion.coefficients[1]! : Number.NaN
    }
    expect(head(true)).toBeGreaterThan(1)
    expect(Math.abs(head(false))).toBeLessThan(0.5)
    expect(fitFusion('additive', pairs(true))).toEqual({ kind: 'additive', weight: 1 })
    expect(fitFusion('additive', pairs(false))).toEqual({ kind: 'additive', weight: 0.25 })
  })

  test('more evidence never lowers what is learnt, whatever few pairs say', () => {
    const rng = new Rng('few pairs')
    const same = Array.from({ length: 200 }, (_, i) => i % 2)
    const evidence = same.map((label): PairEvidence => {
      const inliers = 4 * label + rng.int(6)
      const share = label === 1 ? rng.uniform(0.05, 0.15) : rng.uniform(0.1, 0.3) // here a large share is of strangers
      return { similarity: 0.5, local: { score: 0.5, matchers: [{ ...found, inliers, share }] } }
    })
    const head = fitFusion('pairHead', { evidence, same })
    const surest = { ...found, inliers: 90, share: 0.9 }
    const scoreOf = (one: PairEvidence) => fusedScore(head, one)
    const score = scoreOf({ similarity: 0.5, local: { score: 1, matchers: [surest] } })
    expect(score).toBeGreaterThan(Math.max(...evidence.map(scoreOf)))
    expect(head.kind === 'pairHead' && head.coefficients[2]).toBe(0)
    expect(head.kind === 'pairHead' && head.coefficients[1]).toBeGreaterThan(0)
  })
})

describe('new animals', () => {
  test('the AUROC counts pairs, ties as half, and the bins count each question once', () => {
    const question = (known: boolean, isNew: number) => ({ known, isNew, probability: 1 - isNew })
    const known = [0.1, 0.3, 0.9].map((isNew) => question(true, isNew))
    const absent = [0.3, 0.95, 1].map((isNew) => question(false, isNew))
    const { auroc, bins } = newAnimalsOf([...known, ...absent])
    expect(auroc).toBeCloseTo((1 + 0.5 + 0 + 3 + 3) / 9, 12)
    const total = (field: 'newKnown' | 'newAbsent' | 'namedAbsent') => bins.reduce((sum, bin) => sum + bin[field], 0)
    expect([total('newKnown'), total('newAbsent'), total('namedAbsent')]).toEqual([3, 3, 3])
    expect(bins.at(-1)).toEqual({ low: 0.95, high: 1, newKnown: 0, newAbsent: 2, namedAbsent: 0 })
    expect(bins[0]!.namedAbsent).toBe(1)
    expect(() => newAnimalsOf(known)).toThrow('expected questions of known and of new individuals, got 3 and 0')
  })
})
