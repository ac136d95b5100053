import { expect, test } from 'vitest'
import { scorePairs } from '../competition/score-pairs.ts'
import type { PhotoEmbeddings } from '../embedder/embed.ts'
import { answerWords } from './answer-words.ts'
import type { CalibratedScores } from './calibration-record.ts'
import { identifyPhotos } from './identify.ts'
import { placeTimeWords } from './place-time-words.ts'

/** Photos as [name, identity, angle in degrees]: embeddings on the unit circle. The name is the file's hash. */
function set(...photos: readonly (readonly [string, string | undefined, number])[]): PhotoEmbeddings {
  return {
    embeddings: {
      count: photos.length,
      dim: 2,
      data: Float32Array.from(
        photos.flatMap(([, , a]) => [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)]),
      ),
    },
    photos: photos.map(([filename, identity]) => ({ filename, path: filename, identity, extra: {} })),
    contentHashes: photos.map(([filename]) => filename),
    skipped: [],
  }
}

const gallery = set(
  ['a1', 'Abril', 0],
  ['b1', 'Bento', 30],
  ['x', undefined, 10],
  ['a2', 'Abril', 60],
  ['c1', 'Caiman', 90],
)

function told(found: ReturnType<typeof identifyPhotos>) {
  return found.map(({ photo, candidates, leftOut }) => [
    photo.filename,
    candidates.map(({ rank, identity, similarity, photo: best }) => [
      rank,
      identity,
      similarity.toFixed(3),
      best.filename,
    ]),
    leftOut.map(({ filename }) => filename),
  ])
}

test('individuals by their best photo; photos without an identity take no part', () => {
  expect(told(identifyPhotos(gallery, set(['q', undefined, 10]), 2))).toEqual([
    [
      'q',
      [
        [1, 'Abril', '0.985', 'a1'],
        [2, 'Bento', '0.940', 'b1'],
      ],
      [],
    ],
  ])
})

test('the very same file is left out of its own ranking and of no other', () => {
  const found = identifyPhotos(gallery, set(['q', undefined, 1], ['a1', undefined, 0], ['r', undefined, 89]), 1)
  expect(told(found)).toEqual([
    ['q', [[1, 'Abril', '1.000', 'a1']], []],
    ['a1', [[1, 'Bento', '0.866', 'b1']], ['a1']],
    ['r', [[1, 'Caiman', '1.000', 'c1']], []],
  ])
})

test('an answer says that its own file is in the gallery, and as whom', () => {
  const [one] = identifyPhotos(gallery, set(['a1', undefined, 0]), 1)
  expect(answerWords(one!)).toBe(
    'unsure: most like Bento; the photo of Bento most similar to this one is b1 (0.87); this very file is in the gallery as Abril (a1) and was left out',
  )
  const [alone] = identifyPhotos(set(['a1', 'Abril', 0]), set(['a1', undefined, 0]), 3)
  expect(answerWords(alone!)).toBe(
    'there is no other photo in the gallery to compare it with; this very file is in the gallery as Abril (a1) and was left out',
  )
})

test('a mirrored photo is told only where it fits better than the photo itself fits anybody', () => {
  const match = (weight: number) => ({ weight, places: new Float32Array(4 * 9), parts: [] })
  const mirroredAt = (upright: number) => {
    const matches = [
      new Map([
        [0, match(upright)],
        [1, match(0)],
      ]),
    ]
    const mirrored = [
      new Map([
        [0, match(0)],
        [1, match(1)],
      ]),
    ]
    const local = {
      adjust: (_: number, cosines: Float32Array) => cosines,
      alone: () => new Float32Array(0),
      byVotes: () => new Float32Array(0),
      matches,
      mirrored,
    }
    const [one] = identifyPhotos(gallery, set(['q', undefined, 10]), 2, { local })
    return one!.candidates.map(({ mirrored }) => mirrored)
  }
  expect(mirroredAt(20)).toEqual([false, false])
  expect(mirroredAt(0.4)).toEqual([false, true])
})

test('each query that was ranked is told, also one whose own file is left out', () => {
  const told: (readonly [number, number])[] = []
  const queries = set(['q', undefined, 1], ['a1', undefined, 0], ['r', undefined, 89])
  identifyPhotos(gallery, queries, 1, { onRank: (done, total) => told.push([done, total]) })
  expect(told).toEqual([
    [1, 3],
    [2, 3],
    [3, 3],
  ])
})

test('a gallery of nothing but the photo itself answers nothing', () => {
  expect(told(identifyPhotos(set(['a1', 'Abril', 0]), set(['a1', undefined, 0]), 3))).toEqual([['a1', [], ['a1']]])
})

test('pairs in their order, clipped or shifted; 0 for a photo that was skipped', () => {
  const photos = set(['p', undefined, 0], ['q', undefined, 60], ['r', undefined, 180])
  const pairs = {
    rowIds: ['0', '1', '2', '3'],
    filenames: ['r', 'gone', 'p', 'q'],
    queryIndex: Int32Array.of(2, 2, 0, 3),
    galleryIndex: Int32Array.of(3, 0, 1, 2),
  }
  const gone = { photo: { filename: 'gone', path: 'gone', extra: {} }, reason: 'damaged' }
  const embedded = { ...photos, skipped: [gone] }
  const clip = scorePairs(pairs, embedded, 'clip')
  expect([...clip.scores]).toEqual([expect.closeTo(0.5, 6), 0, 0, expect.closeTo(0.5, 6)])
  expect(clip.withoutPhoto).toBe(1)
  expect([...scorePairs(pairs, embedded, 'shift').scores]).toEqual([
    expect.closeTo(0.75, 6),
    expect.closeTo(0, 6),
    0,
    expect.closeTo(0.75, 6),
  ])
})

/** A calibration that was measured. */
const sure: CalibratedScores = {
  fusion: { kind: 'embedding' },
  curve: { kind: 'logistic', slope: 10, intercept: 0 },
  prior: 0.5,
  answers: { shift: 0, slope: 1, cohort: 0, photos: 0 },
  measured: {
    known: 2,
    absent: 2,
    individuals: 8,
    folds: 2,
    rank1: 1,
    identityBalancedMap: 1,
    ece: 0,
    pairEce: 0,
    bins: [],
    absentNamed: 0,
  },
}

test('with probabilities the likeliest individual is first, also where another one has the most similar photo', () => {
  const many = set(...Array.from({ length: 20 }, (_, i) => [`a${i}`, 'Abril', 5 + i] as const), ['b1', 'Bento', -6])
  const scores = { ...sure, answers: { ...sure.answers, photos: 1 } }
  const [found] = identifyPhotos(many, set(['q', undefined, 0]), 1, { scores })
  expect(found!.answer.identity).toBe('Bento')
  expect(found!.candidates.map(({ rank, identity, photo }) => [rank, identity, photo.filename])).toEqual([
    [1, 'Bento', 'b1'],
  ])
  expect(found!.candidates[0]!.probability).toBe(found!.answer.probability)
  for (const options of [{}, { scores: { ...scores, measured: null } }]) {
    const [plain] = identifyPhotos(many, set(['q', undefined, 0]), 2, options) // nobody knows whether such probabilities are right
    expect(plain!.candidates.map(({ identity }) => identity)).toEqual(['Abril', 'Bento'])
    expect(plain!.answer.identity).toBe('Abril')
  }
})

test('a second photo that fits speaks for an individual, where the calibration learnt that it does', () => {
  const known = set(['a1', 'Abril', 5], ['a2', 'Abril', 80], ['b1', 'Bento', 8], ['b2', 'Bento', -8])
  const likeliest = (second: number | undefined) => {
    const scores = { ...sure, answers: { ...sure.answers, second } }
    return identifyPhotos(known, set(['q', undefined, 0]), 2, { scores })[0]!.answer
  }
  expect([undefined, 0, 0.5].map((second) => likeliest(second).identity)).toEqual(['Abril', 'Abril', 'Bento'])
  expect(likeliest(undefined)).toEqual(likeliest(0))
})

test('a calibration that was never measured names nobody, however sure it is', () => {
  const known = set(['a', 'Abril', 0], ['b', 'Bento', 80])
  const scores: CalibratedScores = {
    fusion: { kind: 'embedding' },
    curve: { kind: 'logistic', slope: 40, intercept: -20 },
    prior: 0.5,
    answers: { shift: 0, slope: 1, cohort: 0, photos: 1 },
    measured: null,
  }
  const ask = (given: CalibratedScores) => identifyPhotos(known, set(['q', undefined, 1]), 2, { scores: given })[0]!
  const measured = { known: 20, absent: 20, individuals: 10, folds: 5, rank1: 0.9, identityBalancedMap: 0.9 }
  const rest = { ece: 0.02, pairEce: 0.02, bins: [], absentNamed: 0 }
  expect(ask({ ...scores, measured: { ...measured, ...rest } }).answer).toMatchObject({
    answer: 'known',
    identity: 'Abril',
    reason: 'probability',
  })
  const unmeasured = ask(scores)
  expect(unmeasured.answer.probability).toBeGreaterThan(0.99)
  expect(unmeasured.answer).toMatchObject({ answer: 'unsure', identity: 'Abril', reason: 'unmeasured' })
  expect(answerWords(unmeasured)).toMatch(
    /^unsure: most like Abril; the calibration is on too few individuals to name anybody/,
  )
})

test('place and time are told beside: similarity, order, probability and answer are those without them', () => {
  const at = (photos: PhotoEmbeddings, ...cameras: readonly (string | undefined)[]) => ({
    ...photos,
    photos: photos.photos.map((photo, i) => ({ ...photo, camera: cameras[i] })),
  })
  const known = at(set(['a1', 'Abril', 0], ['b1', 'Bento', 20], ['c1', 'Caiman', 90]), 'river', 'hill', 'hill')
  const queries = at(set(['q', undefined, 8], ['r', undefined, 8]), 'hill', undefined)
  const scores: CalibratedScores = {
    fusion: { kind: 'embedding' },
    curve: { kind: 'logistic', slope: 40, intercept: -38 },
    prior: 0.5,
    answers: { shift: 0, slope: 1, cohort: 0, photos: 0 },
    measured: null,
  }
  const plain = identifyPhotos(known, queries, 2, { scores })
  const found = identifyPhotos(known, queries, 2, { scores, prior: 'place-time' })
  const blind = found.map(({ placeTime: _, candidates, ...one }) => ({
    ...one,
    candidates: candidates.map(({ placeTime: __, ...candidate }) => candidate),
  }))
  expect(blind).toEqual(plain)
  const [first, second] = found
  const [abril, bento] = first!.candidates
  expect([abril!.identity, bento!.identity]).toEqual(['Abril', 'Bento'])
  // at the hill two of three were seen: (1 + 1 + 0.01) / 3 on average
  expect(bento!.placeTime!.factor).toBeCloseTo(0.1 + (0.9 * 1.0003) / 0.6703, 10)
  expect(abril!.placeTime!.factor).toBeCloseTo(0.1 + (0.9 * 0.0103) / 0.6703, 10)
  const odds = (a: number, b: number) => a / b
  expect(odds(bento!.placeTime!.probability!, abril!.placeTime!.probability!)).toBeCloseTo(
    odds(bento!.probability! * bento!.placeTime!.factor, abril!.probability! * abril!.placeTime!.factor),
    9,
  )
  expect(first!.answer.identity).toBe('Abril')
  expect(placeTimeWords(first!)).toMatch(
    /^place and time: with them Bento has probability \d+ %, by looks alone \d+ %; Bento is 1\.4 times as likely as the average/,
  )
  expect([second!.placeTime, second!.candidates[0]!.placeTime]).toEqual([null, undefined])
  expect(placeTimeWords(second!)).toContain('has neither a station nor a time')
  expect(placeTimeWords(plain[0]!)).toBeUndefined()
  const decisions = [{ photo: 'q', other: 'a1', decision: 'same', row: 2, inGallery: [false, true] }] as const
  const [decided] = identifyPhotos(known, queries, 2, { scores, prior: 'place-time', decisions })
  expect(decided!.answer).toMatchObject({ identity: 'Abril', reason: 'decided' })
  expect([decided!.placeTime, decided!.candidates.map(({ placeTime }) => placeTime)]).toEqual([
    null,
    [undefined, undefined],
  ])
  expect(placeTimeWords(decided!)).toBeUndefined() // nothing that contradicts the person
})
