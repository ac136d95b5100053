import { expect, test } from 'vitest'
import { answerOf } from './answer.ts'
import type { CalibratedScores } from './calibration-record.ts'

/** A score is its own log-likelihood ratio. */
const scores = {
  curve: { kind: 'logistic', intercept: 0, slope: 1 },
  prior: 0.5,
  answers: { shift: 0, slope: 1, cohort: 0, photos: 0 },
  measured: { photos: 100 } as unknown as CalibratedScores['measured'],
} satisfies Partial<CalibratedScores> as CalibratedScores

const asked = (score: number, unlike: boolean, measured = scores.measured) => {
  const individuals = [
    { identity: 'Ana', score, second: undefined, photos: 1 },
    { identity: 'Ben', score: 0, second: undefined, photos: 1 },
  ]
  return answerOf({ individuals, notCompared: 0, unlike, bothFlanks: false }, { ...scores, measured }).answer
}

test('a photo unlike the gallery is new, unless one individual is likelier than not', () => {
  // P(Ana) = e^λ / (e^λ + e^0 + 2): 0.35, 0.87 and 0.99
  expect(asked(0.5, true)).toMatchObject({ answer: 'new', reason: 'unlike', identity: 'Ana' })
  expect(asked(0.5, false)).toMatchObject({ answer: 'unsure', reason: 'probability' })
  const likely = asked(3, true)
  expect(likely).toMatchObject({ answer: 'unsure', reason: 'probability', identity: 'Ana' })
  expect(likely.probability).toBeCloseTo(Math.exp(3) / (Math.exp(3) + 3), 12)
  expect(asked(6, true)).toMatchObject({ answer: 'known', reason: 'probability', identity: 'Ana' })
})

test('probabilities that were never measured do not speak against it', () => {
  expect(asked(3, true, null)).toMatchObject({ answer: 'new', reason: 'unlike' })
  expect(asked(3, false, null)).toMatchObject({ answer: 'unsure', reason: 'unmeasured' })
})
