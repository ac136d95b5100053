import { expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import { cosineSimilarity, evaluateRetrieval } from '../retrieval/index.ts'
import { analyse } from './analyse.ts'
import { matrixOrder, unpackMatrix } from './matrix.ts'
import { equalError, pairStatistics } from './pairs.ts'

function clusters(count: number, dim = 6) {
  const rng = new Rng('report')
  const identities = Array.from({ length: count }, (_, i) => `jaguar ${String.fromCharCode(68 - (i % 4))}`)
  const data = Float32Array.from({ length: count * dim }, (_, i) => {
    const [row, column] = [Math.floor(i / dim), i % dim]
    return rng.normal() + (column === row % 4 ? 2 : 0)
  })
  const encounters = identities.map((_, i) => (i % 5 === 0 ? '' : `e${Math.floor(i / 8)}`))
  return { embeddings: { count, dim, data }, identities, encounters }
}

test('neighbours, their order and what is right are those of the metrics', () => {
  for (const excludeSame of [undefined, 'encounter'] as const) {
    const input = { ...clusters(30), excludeSame }
    const found = analyse(input, { neighbours: 29 })
    expect(found.metrics).toEqual(evaluateRetrieval(input))
    for (const { query, firstMatch, nearest, gallery, ap } of found.metrics.perQuery) {
      const { photos } = found.neighbours[query]!
      expect(photos[0]).toBe(nearest)
      expect(photos).toHaveLength(gallery)
      const right = photos.map((photo) => found.identity[photo] === found.identity[query])
      expect(right.indexOf(true) + 1).toBe(firstMatch)
      let hits = 0
      const precisions = right.flatMap((hit, k) => (hit ? [++hits / (k + 1)] : []))
      expect(precisions.reduce((a, b) => a + b, 0) / hits).toBeCloseTo(ap, 12)
    }
  }
})

test('the histogram leaves out what the scores leave out', () => {
  const input = clusters(30)
  const total = ({ same, different }: { readonly same: readonly number[]; readonly different: readonly number[] }) =>
    [same, different].map((counts) => counts.reduce((sum, count) => sum + count, 0))
  const sightings = input.identities.map((name, i) =>
    input.encounters[i] === '' ? `${i}` : `${name} ${input.encounters[i]}`,
  )
  const ofOneSighting = sightings.flatMap((a, i) => sightings.slice(i + 1).filter((b) => a === b)).length
  expect(ofOneSighting).toBe(8)
  const [same, different] = total(analyse(input).pairs)
  expect(same! + different!).toBe((30 * 29) / 2)
  expect(total(analyse({ ...input, excludeSame: 'encounter' }).pairs)).toEqual([same! - ofOneSighting, different])
})

test('the matrix is the cosines, ordered by individual', () => {
  const input = clusters(13)
  const { matrix, names, identity } = analyse(input)
  expect(names).toEqual(['jaguar A', 'jaguar B', 'jaguar C', 'jaguar D'])
  expect(matrix.order.map((photo) => identity[photo])).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3])
  const cosines = cosineSimilarity(input.embeddings, input.embeddings)
  const values = unpackMatrix(matrix)
  for (let i = 0; i < 13; i++) {
    for (let j = 0; j < 13; j++) {
      expect(Math.abs(values[i * 13 + j]! - cosines[matrix.order[i]! * 13 + matrix.order[j]!]!)).toBeLessThan(1.6e-5)
    }
  }
})

test('of too many photos the matrix has the first of each individual', () => {
  expect(matrixOrder([2, 0, 0, 2, 0, 1, 2, 2], 6)).toEqual([1, 2, 5, 0, 3])
  expect(matrixOrder([2, 0, 1, 0], 4)).toEqual([1, 3, 2, 0])
})

test('histograms count every pair once; the equal error rate by hand', () => {
  const same = Float32Array.of(0.95, 0.75, 0.55, 0.15)
  const different = Float32Array.of(0.65, 0.25, 0.05, -0.35, -0.5, 0.35, 0.45, -0.9)
  const found = pairStatistics(same, different, { bins: 20 })
  expect(found.same.reduce((a, b) => a + b, 0)).toBe(4)
  expect(found.different.reduce((a, b) => a + b, 0)).toBe(8)
  expect(found.from).toBeCloseTo(-0.9)
  expect(found.same).toHaveLength(19)
  // t = 0.55 rejects 1 of 4 same pairs and accepts 1 of 8 different ones; at 0.15 it was 0 of 4 and 4 of 8.
  expect(found.equalError!.threshold).toBeCloseTo(0.55)
  expect(found.equalError!.rate).toBeCloseTo((1 / 4 + 1 / 8) / 2)
  expect(equalError(same, new Float32Array(0))).toBeNull()
  expect(() => pairStatistics(new Float32Array(0), new Float32Array(0))).toThrow('two photos or more')
})
