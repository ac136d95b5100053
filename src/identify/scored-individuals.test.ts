import { expect, test } from 'vitest'
import { scoredIndividuals } from './scored-individuals.ts'

const rows = [
  { identity: 'Abril', contentHash: 'a' },
  { identity: 'Abril', contentHash: 'a' }, // the same file under another name
  { identity: 'Bento', contentHash: 'b' },
  { identity: 'Abril', contentHash: 'c' },
  { identity: 'Bento', contentHash: 'd' },
  { identity: 'Caiman', contentHash: 'e' },
]
const scores = [0.9, 0.9, 0.8, 0.7, 0.6, 0.5]

test('two best scores of each individual; a copy of the best photo is no second photo', () => {
  const found = scoredIndividuals(
    [0, 1, 2, 3, 4, 5],
    (i) => scores[i]!,
    (i) => rows[i]!,
  )
  expect(found).toEqual([
    { identity: 'Abril', score: 0.9, second: 0.7, photo: 0, photos: 3 },
    { identity: 'Bento', score: 0.8, second: 0.6, photo: 2, photos: 2 },
    { identity: 'Caiman', score: 0.5, second: undefined, photo: 5, photos: 1 },
  ])
})
