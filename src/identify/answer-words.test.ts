import { expect, test } from 'vitest'
import { accuracyWords } from './answer-words.ts'
import type { CalibratedScores, CalibrationRecord } from './calibration-record.ts'

const fittedOn = { data: 'd', gallery: null, dataHash: 'h', protocol: 'p', photos: 40, individuals: 10, pairs: 1 }
const record = { fittedOn: { ...fittedOn, prior: 0.5, photosPerIndividual: 4, trainedOn: 0 } } as CalibrationRecord
const bins = [
  { low: 0.65, high: 0.7, count: 10, probability: 0.68, right: 0.5 },
  { low: 0.95, high: 1, count: 50, probability: 0.98, right: 0.98 },
]
const measured = { known: 30, absent: 30, individuals: 10, folds: 5, rank1: 0.9, identityBalancedMap: 0.9, bins }
const scores = { measured: { ...measured, ece: 0.02, pairEce: 0.02, absentNamed: 0 } } as unknown as CalibratedScores

test.each([
  [20, 'of 50 names that it gave with a probability of 0.95 or more, 49 were right'],
  [25, 'of 50 names that it gave with a probability of 0.95 or more, 49 were right'], // begins at 0.96, within the last bin
  [3.2, 'of 60 names that it gave with a probability of 0.65 or more, 54 were right'], // at 0.6875, within the first
])('a false match that costs %d looks: names are counted from the bin on in which they begin', (falseMatch, words) => {
  expect(accuracyWords(record, scores, { falseMatch, missedMatch: 10 })).toContain(words)
})

test('how well new animals are noticed is told for the thresholds in use', () => {
  const newAnimals = {
    auroc: 0.75,
    bins: [
      { low: 0, high: 0.5, newKnown: 24, newAbsent: 6, namedAbsent: 18 },
      { low: 0.5, high: 0.9, newKnown: 3, newAbsent: 9, namedAbsent: 9 },
      { low: 0.9, high: 1, newKnown: 3, newAbsent: 15, namedAbsent: 3 },
    ],
  }
  const asked = { measured: { ...scores.measured!, newAnimals } } as unknown as CalibratedScores
  const words = accuracyWords(record, asked, { falseMatch: 10, missedMatch: 10 })
  expect(words).toContain(
    'Animals that are not in the gallery: of 100 photos whose individual was not there, 10 got a wrong name all the same and 50 the answer “not in the gallery”; of 100 whose individual was there, 10 got that answer.',
  )
  expect(words).toContain('it told which is which 75 times of 100 (AUROC 0.75; 50 by chance). So it hardly')
  expect(accuracyWords(record, asked, { falseMatch: 10, missedMatch: 2 })).toContain(
    '80 the answer “not in the gallery”; of 100 whose',
  )
  expect(accuracyWords(record, scores, { falseMatch: 10, missedMatch: 10 })).not.toContain('Animals that are not')
})
