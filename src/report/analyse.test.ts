import { expect, test } from 'vitest'
import { clusterReport } from '../../test/report-fixture.ts'
import { Rng } from '../base/index.ts'
import { distributionsChart, heatMapChart, retrievalSheet, similarPairsChart, svgDocument } from '../chart/index.ts'
import { cosineSimilarity, evaluateRetrieval } from '../retrieval/index.ts'
import { analyse } from './analyse.ts'
import { buildReport } from './build.ts'
import { distributionsOf, heatMapOf, retrievalOf, similarPairsOf } from './channels.ts'
import { matrixOrder, unpackMatrix } from './matrix.ts'
import { equalError, pairStatistics } from './pairs.ts'
import { withoutNames } from './shared.ts'
import { topPairs } from './top-pairs.ts'

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

test('places of the coat that were matched decide rankings, pairs and matrix, and how many agree is kept', () => {
  const input = clusters(12)
  const agreeing = { weight: 1, places: new Float32Array(36), parts: [] }
  const partner = (q: number) => (q + 5) % 12
  const local = {
    matches: input.identities.map((_, q) => new Map([[partner(q), agreeing]])),
    adjust: (q: number, row: Float32Array) => row.map((cosine, g) => (g === partner(q) ? 0.999 : cosine / 2)),
  }
  const found = analyse({ ...input, local })
  expect(found.metrics).toEqual(evaluateRetrieval({ ...input, adjust: local.adjust }))
  found.neighbours.forEach(({ photos, similarities, places }, q) => {
    expect([photos[0], similarities[0], places![0]]).toEqual([partner(q), 0.999, 9])
    expect(places!.slice(1).every((count) => count === 0)).toBe(true)
  })
  const values = unpackMatrix(found.matrix)
  const cosines = cosineSimilarity(input.embeddings, input.embeddings)
  found.matrix.order.forEach((a, i) => {
    found.matrix.order.forEach((b, j) => {
      if (a === b) return
      const isMatched = partner(a) === b || partner(b) === a // of either photo's shortlist
      expect(Math.abs(values[i * 12 + j]! - (isMatched ? 0.999 : cosines[a * 12 + b]! / 2))).toBeLessThan(1.6e-5)
    })
  })
  const { from, step, same, different } = found.pairs
  expect(from + step * same.length).toBeCloseTo(1, 10)
  expect(same.at(-1)! + different.at(-1)!).toBe(12)
})

test('a report of fused similarities says so, on its page and in its pictures', () => {
  const drawn = clusterReport({ identities: 4, photosEach: 3 })
  const local = {
    kind: 'fused',
    matches: drawn.photos.map(() => new Map()),
    adjust: (_: number, row: Float32Array) => row,
  } as const
  const data = buildReport({ ...drawn, local })
  expect(data.measure).toBe('fused')
  expect(data.words.scored).toContain('similarities fused with matched places of the coat')
  expect(topPairs(data, true)[0]).toMatchObject({ places: 0 })
  expect(similarPairsOf(data, true, new Map()).measure).toBe('fused')
  const words = [
    distributionsChart(distributionsOf(data)),
    heatMapChart(heatMapOf(data, 'distance', '')),
    similarPairsChart(similarPairsOf(data, true, new Map()))!,
    retrievalSheet(retrievalOf(data, 'hardest', new Map()))!,
  ].map((picture) => svgDocument(picture))
  for (const svg of words) expect(svg).not.toMatch(/cos( |ine )/i)
  expect(words[0]).toContain('Similarity fused with places of the coat of all')
  expect(words[2]).toMatch(/1\. {2}similarity 0\.\d{4}, 0 places/)
  expect(words[3]).toContain('(0)')
  expect(withoutNames(data, 'key').measure).toBe('fused')
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
