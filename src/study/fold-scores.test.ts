import { expect, test } from 'vitest'
import { foldsWithoutScore, foldWarnings } from './fold-scores.ts'

/** Folds of photos, each `individual encounter` such as `a1`, or `a` where the encounter is not known. */
function partsOf(folds: readonly string[]) {
  return folds.map((fold, f) =>
    fold.split(' ').map((word, i) => ({
      path: '',
      filename: `${f}-${i}.png`,
      identity: word[0]!,
      extra: {},
      ...(word.length > 1 ? { encounter: word } : {}),
    })),
  )
}

function asked(...folds: readonly string[]) {
  return askedBy('encounter', folds)
}

function askedBy(kind: 'encounter' | 'column', folds: readonly string[]) {
  const parts = partsOf(folds)
  return foldsWithoutScore(
    {
      kind,
      folds: parts.map((photos) => ({ hash: '', train: [], validation: photos.map(({ filename }) => filename) })),
    },
    { photos: parts.flat() },
  )
}

test('each individual at one encounter: an error that says so, as fewer folds would not help', () => {
  expect(() => asked('a1 a1 b1 b1', 'c1 c1 d1 d1')).toThrow(
    [
      'no fold could be scored: photos of one encounter are not compared with each other, and no individual was seen at more than one encounter',
      'hint: add photos of other encounters of these individuals; `columns: {"encounter":"-"}` forgets encounters, and the scores then say little of new sightings',
    ].join('\n'),
  )
})

test('two encounters that lie in two folds: an error, with the two ways to bring them together', () => {
  expect(() => asked('a1 a1 b1 b1', 'a2 a2 b2 b2', 'a3 c1')).toThrow(
    [
      'no individual has two encounters in one fold',
      'hint: ask for fewer folds (`folds: 2`), or `by: "identity"` keeps all photos of an individual in one fold',
    ].join('\n'),
  )
  expect(() => askedBy('column', ['a1 a1 b1 b1', 'a2 a2 b2 b2', 'a3 c1'])).toThrow('fold\nhint: `by: "identity"` keeps')
  expect(() => asked('a1 a1', 'a2 a2', 'b1')).toThrow('fold\nhint: `by: "identity"` keeps') // two folds would have one each
})

test('a fold without a score is told, the others have one; unknown encounters meet', () => {
  expect(asked('a1 a2', 'b1 b1')).toEqual([
    'fold 2 will have no score: no individual has two encounters there; `by: "identity"` keeps all photos of an individual in one fold',
  ])
  expect(asked('a1 a', 'b1 b b')).toEqual([])
  expect(asked('a a', 'b b')).toEqual([])
})

test('folds that are only written: what cross-validation would refuse or warn of', () => {
  const warnings = (...folds: readonly string[]) => foldWarnings(partsOf(folds), 'stratified')
  expect(warnings('a b', 'a a', 'a b')).toEqual([
    'folds 1, 3: no two photos show one individual, so that nothing can be measured and `crossValidate()` refuses; ask for fewer folds',
  ])
  expect(warnings('a1 a2', 'b1 b1')).toEqual([
    'fold 2 will have no score: no individual has two encounters there; `by: "identity"` keeps all photos of an individual in one fold',
  ])
  expect(warnings('a1 a1', 'b1 b1')[0]).toMatch(/^no fold could be scored: .*; add photos of other encounters/)
  expect(warnings('a1 a2', 'b1 b2')).toEqual([])
})
