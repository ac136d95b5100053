import { expect, test } from 'vitest'
import { InputError } from '../base/index.ts'
import type { Embeddings } from './embeddings.ts'
import { identifyTop } from './identify.ts'

function atDegrees(...degrees: number[]): Embeddings {
  const radians = degrees.map((degree) => (degree * Math.PI) / 180)
  return { count: degrees.length, dim: 2, data: Float32Array.from(radians.flatMap((r) => [Math.cos(r), Math.sin(r)])) }
}

const cos = (degrees: number) => Math.cos((degrees * Math.PI) / 180)
const gallery = atDegrees(0, 10, 50, 30, 90)
const identities = ['Abril', 'Bagua', 'Abril', 'Bagua', 'Overa']

test('an individual stands where its best photo stands, and once', () => {
  // From 36°: 3 Bagua 6°, 2 Abril 14°, 1 Bagua 26°, 0 Abril 36°, 4 Overa 54°.
  const [answer] = identifyTop(atDegrees(36), gallery, identities, 3)
  expect(answer!.individuals.map(({ identity, photo }) => [identity, photo])).toEqual([
    ['Bagua', 3],
    ['Abril', 2],
    ['Overa', 4],
  ])
  expect(answer!.individuals[1]!.score).toBeCloseTo(cos(14), 6)
  expect(answer!.photos.map(({ photo, identity }) => [photo, identity])).toEqual([
    [3, 'Bagua'],
    [2, 'Abril'],
    [1, 'Bagua'],
  ])
  expect(answer!.photos[2]!.score).toBeCloseTo(cos(26), 6)
  const [shorter] = identifyTop(atDegrees(36), gallery, identities, 2)
  expect(shorter).toEqual({ individuals: answer!.individuals.slice(0, 2), photos: answer!.photos.slice(0, 2) })
})

test('one answer for each query, no longer than the gallery', () => {
  const answers = identifyTop(atDegrees(0, 90), gallery, identities, 50)
  expect(
    answers.map(({ individuals, photos }) => [individuals[0]!.identity, individuals.length, photos.length]),
  ).toEqual([
    ['Abril', 3, 5],
    ['Overa', 3, 5],
  ])
})

test('ties between individuals go to the lower gallery index', () => {
  const [answer] = identifyTop(atDegrees(0), atDegrees(20, 20, 20), ['Z', 'A', 'Z'], 2)
  expect(answer!.individuals.map(({ identity, photo }) => [identity, photo])).toEqual([
    ['Z', 0],
    ['A', 1],
  ])
})

test('what cannot be asked is refused', () => {
  expect(() => identifyTop(gallery, atDegrees(), [], 1)).toThrow(InputError)
  expect(() => identifyTop(gallery, gallery, identities, 0)).toThrow('whole number from 1, got 0')
  expect(() => identifyTop(gallery, gallery, ['Abril'], 1)).toThrow('expected 5 identities')
})
