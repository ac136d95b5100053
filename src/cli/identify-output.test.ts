import { expect, test } from 'vitest'
import type { Identification } from '../identify/index.ts'
import { tableText } from './identify-output.ts'

const photo = (filename: string) => ({ filename, path: filename, extra: {} })
const candidate = (rank: number, identity: string, probability: number) => ({
  ...{ rank, identity, similarity: 0.1, photo: photo(`${identity}.jpg`), probability, places: 7 },
})
const answer = { answer: 'unsure', identity: 'Ana', probability: 0.3, newProbability: 0.25, reason: 'probability' }
const one = {
  photo: photo('q.jpg'),
  candidates: [candidate(1, 'Ana', 0.3), candidate(2, 'Bia', 0.1)],
  leftOut: [],
  answer: { ...answer, notCompared: 0, bothFlanks: false },
} as unknown as Identification

const rowsOf = (found: Identification) =>
  tableText([found])
    .split('\n')
    .map((line) => line.split(/  +/).filter((cell) => cell !== ''))

test('nobody of the gallery is a row by its probability, and the answer stands once for each photo', () => {
  expect(rowsOf({ ...one, isScore: true })).toEqual([
    ['photo', 'rank', 'identity', 'score', 'places', 'best match', 'probability', 'answer'],
    ['q.jpg', '1', 'Ana', '0.1000', '7', 'Ana.jpg', '0.3000', 'unsure'],
    ['q.jpg', '(not in the gallery)', '0.2500'],
    ['q.jpg', '2', 'Bia', '0.1000', '7', 'Bia.jpg', '0.1000'],
  ])
  const likeliest = rowsOf({ ...one, answer: { ...one.answer, newProbability: 0.6 } })
  expect(likeliest[0]![3]).toBe('score')
  expect(likeliest[1]).toEqual(['q.jpg', '(not in the gallery)', '0.6000', 'unsure'])
})
