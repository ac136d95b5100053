import { expect, test } from 'vitest'
import type { Identification } from '../identify/index.ts'
import { withShortPaths } from './short-paths.ts'

function photo(filename: string) {
  return { filename, path: filename, extra: {} }
}

const none = { identity: undefined, probability: undefined, newProbability: undefined }
const answer = { ...none, answer: 'unsure', reason: 'uncalibrated', notCompared: 0, bothFlanks: false } as const

/** An answer with a best match for each of `matches`, which are of the individual before the colon. */
function asked(name: string, ...matches: readonly string[]): Identification {
  const candidates = matches.map((text, i) => {
    const [identity = '', match = ''] = text.split(':')
    return { identity, photo: photo(match), similarity: 0.5, rank: i + 1 }
  })
  return { photo: photo(name), candidates, leftOut: [], answer }
}

function names(found: readonly Identification[]) {
  const short = withShortPaths(found)
  return {
    told: short.told,
    photos: short.found.map((one) => one.photo.filename),
    matches: short.found.flatMap(({ candidates }) => candidates.map((candidate) => candidate.photo.filename)),
  }
}

test('the folder of all photos is told once, and the folder of an individual not at all', () => {
  const found = [
    asked('/data/new/a.jpg', 'Ana:Ana/2024-05-01/1.jpg', 'Bo:Bo/2.jpg'),
    asked('/data/new/night/b.jpg', 'Bo:Bo/2.jpg'),
  ]
  expect(names(found)).toEqual({
    told: 'photos: in /data/new; best matches: in the folder of the individual',
    photos: ['a.jpg', 'night/b.jpg'],
    matches: ['2024-05-01/1.jpg', '2.jpg', '2.jpg'],
  })
  expect(found[0]!.photo.filename).toBe('/data/new/a.jpg') // files keep the whole name
})

test('folders around the individuals, and names that have no folder in common', () => {
  expect(names([asked('a.jpg', 'Ana:survey/Ana/1.jpg', 'Bo:survey/Bo/2.jpg')])).toEqual({
    told: 'best matches: in survey, in the folder of the individual',
    photos: ['a.jpg'],
    matches: ['1.jpg', '2.jpg'],
  })
  expect(names([asked('x/a.jpg', 'Ana:cam1/1.jpg', 'Bo:cam1/2.jpg'), asked('y/b.jpg')])).toEqual({
    told: 'best matches: in cam1',
    photos: ['x/a.jpg', 'y/b.jpg'],
    matches: ['1.jpg', '2.jpg'],
  })
  expect(names([asked('a.jpg', 'Ana:1.jpg')])).toEqual({ told: '', photos: ['a.jpg'], matches: ['1.jpg'] })
  expect(names([asked('/a.jpg')]).told).toBe('')
})

test('the photos of a decision and of a contradiction go by short names too', () => {
  const [one, other] = [asked('/data/new/a.jpg', 'Ana:known/Ana/1.jpg'), asked('/data/new/b.jpg', 'Bo:known/Bo/2.jpg')]
  const decision = { photo: '/data/new/a.jpg', other: 'known/Ana/1.jpg', decision: 'same', row: 2 } as const
  const decided = { ...one, answer: { ...answer, decidedBy: decision } }
  const { found } = withShortPaths([decided, { ...other, answer: { ...answer, conflict: '/data/new/a.jpg' } }])
  expect(found.map(({ answer: { decidedBy, conflict } }) => [decidedBy?.photo, decidedBy?.other, conflict])).toEqual([
    ['a.jpg', 'Ana/1.jpg', undefined],
    [undefined, undefined, 'a.jpg'],
  ])
})
