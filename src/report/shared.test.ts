import { expect, test } from 'vitest'
import { clusterReport } from '../../test/report-fixture.ts'
import { buildReport } from './build.ts'
import type { ReportData } from './data.ts'
import { unpackMatrix } from './matrix.ts'

const input = clusterReport({ identities: 6, photosEach: 4, dim: 6 })
const named = buildReport(input)
const shared = buildReport({ ...input, share: true })

/** What says the same of a photo in both reports: its place on the map. */
const placeOf = ({ projections: [map] }: ReportData, photo: number) => `${map!.x[photo]} ${map!.y[photo]}`
const places = new Map(named.photos.map((_, photo) => [placeOf(named, photo), photo]))
const origin = shared.photos.map((_, photo) => places.get(placeOf(shared, photo))!)

test('photos and individuals are in another order, the same each time', () => {
  expect([...origin].sort((a, b) => a - b)).toEqual(named.photos.map((_, i) => i))
  expect(origin).not.toEqual(named.photos.map((_, i) => i))
  const identities = named.identities.map((_, i) => shared.photos[origin.findIndex((o) => o === 4 * i)]!.identity)
  expect(identities).not.toEqual([...identities].sort((a, b) => a - b))
  expect(buildReport({ ...input, share: true })).toEqual(shared)
  const other = { ...input.embeddings, data: input.embeddings.data.map((value) => value * 1.5 + 0.1) }
  expect(buildReport({ ...input, embeddings: other, share: true }).projections).not.toEqual(shared.projections)
})

test('all that is said of a photo goes with it', () => {
  const matrices = [named, shared].map(({ matrix }) => unpackMatrix(matrix))
  shared.photos.forEach((photo, i) => {
    const before = named.photos[origin[i]!]!
    expect([photo.ap, photo.rank1, photo.flank]).toEqual([before.ap, before.rank1, before.flank])
    expect(shared.perIdentity[photo.identity]).toEqual(named.perIdentity[before.identity])
    const ranking = named.neighbours[origin[i]!]!
    expect(shared.neighbours[i]!.photos.map((other) => origin[other])).toEqual(ranking.photos)
    expect(shared.neighbours[i]!.similarities).toEqual(ranking.similarities)
    shared.photos.forEach((_, j) => {
      const at = ({ matrix: { order } }: ReportData, a: number, b: number) =>
        order.indexOf(a) * order.length + order.indexOf(b)
      expect(matrices[1]![at(shared, i, j)]).toBe(matrices[0]![at(named, origin[i]!, origin[j]!)])
    })
  })
  const owners = shared.matrix.order.map((photo) => shared.photos[photo]!.identity)
  expect(owners).toEqual([...owners].sort((a, b) => a - b))
})

test('the run is not named', () => {
  expect(JSON.stringify({ ...shared, curves: null })).not.toContain('clusters')
})
