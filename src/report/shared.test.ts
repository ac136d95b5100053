import { expect, test } from 'vitest'
import { clusterReport } from '../../test/report-fixture.ts'
import { buildReport } from './build.ts'
import type { ReportData } from './data.ts'
import { unpackMatrix } from './matrix.ts'
import { metricsJson } from './metrics-json.ts'
import { chartsOf } from './pictures.ts'
import { byRules, kept, type ShareRules } from './share-rules.ts'

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

test('neither run nor model is named', () => {
  const text = JSON.stringify(shared)
  expect(text).not.toContain('clusters')
  expect(text).not.toContain('made-up embeddings')
  expect([shared.title, shared.model, shared.data]).toEqual(['a run', 'not named', 'not named'])
  for (const chart of chartsOf(shared)) expect(chart.body).not.toMatch(/made-up embeddings|clusters/)
})

test('no word of the named report is left but those of the split, the flanks, the maps and the format', () => {
  const words = (value: unknown): string[] => {
    if (typeof value === 'string') return [value]
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap(words) : []
  }
  const before = new Set(words({ ...named, matrix: null }))
  const left = [...new Set(words({ ...shared, matrix: null }))].filter((word) => before.has(word))
  const { projections, hashes } = named
  const said = [...(named.trainedOn?.leakage ?? []), named.words.scored, ...named.words.leftOut, named.scoring.protocol]
  const allowed = [
    'cosine',
    'rosette-report',
    'validation',
    'left',
    'right',
    'identity',
    'encounter',
    hashes.data,
    ...said,
  ]
  expect(left.sort()).toEqual([...new Set([...allowed, ...projections.flatMap(words)])].sort())
})

test('scores, chance and intervals are kept; which query reached what is not', () => {
  expect(shared.scoring.chance).toEqual(named.scoring.chance)
  expect(shared.scoring.intervals).toEqual(named.scoring.intervals)
  expect(named.scoring.intervals.identity!.units).toBe(6)
  const told = [named, shared].map((data) => JSON.parse(metricsJson(data)))
  expect(told[0].perQuery).toHaveLength(24)
  expect(told[0].perQuery[0]).toEqual({
    query: named.photos[0]!.file,
    identity: named.identities[named.photos[0]!.identity],
    encounter: named.photos[0]!.encounter,
    ap: named.photos[0]!.ap,
    rank: named.photos[0]!.rank,
    apAtR: named.photos[0]!.apAtR,
    inp: named.photos[0]!.inp,
    positives: 3,
    gallery: 23,
  })
  expect(told[1].perQuery).toBeNull()
})

test('what the two sides of a run’s split share is told in both, in words without names', () => {
  const leakage = ['no photo of the validation side is within 11 bits of a training photo of its individual']
  const trainedOn = { train: 9, validation: 3, leakage }
  const told = [false, true].map((share) => JSON.parse(metricsJson(buildReport({ ...input, trainedOn, share }))))
  expect(told.map((one) => one.leakage)).toEqual([leakage, leakage])
  expect(JSON.parse(metricsJson(named)).leakage ?? null).toEqual(named.trainedOn?.leakage ?? null)
})

test('how many files are the same or unreadable is told, and none is named', () => {
  const contentHashes = input.photos.map((_, i) => (i === 5 ? 'hash 0' : `hash ${i}`))
  const skipped = [{ photo: input.photos[3]!, reason: '/somewhere/secret.jpg: not an image' }]
  const odd = { ...input, contentHashes, skipped, unidentified: 2, learned: 7 }
  const [open, closed] = [buildReport(odd), buildReport({ ...odd, share: true })]
  expect(open.identical).toEqual([[0, 5]])
  expect(open.scoring.identical.join()).toContain(input.photos[5]!.filename)
  expect(closed.identical.map((group) => group.map((i) => placeOf(closed, i)).sort())).toEqual([
    [placeOf(open, 0), placeOf(open, 5)].sort(),
  ])
  expect(closed.scoring).toEqual({ ...open.scoring, identical: [], unreadable: [{ photo: '', reason: '' }] })
  expect(closed.words).toEqual(open.words)
  expect(open.words.leftOut).toEqual(['the photo itself', '2 photos of nobody known', '1 photo that could not be read'])
  expect(open.words.warnings[0]).toBe('the run was TRAINED on 7 of the 24 photos that are scored: that flatters it')
})

test('a field that nobody has decided about does not compile, and is left out of what was read from a file', () => {
  interface Photo {
    readonly ap: number
    readonly place?: string
  }
  // @ts-expect-error: `place` has no rule
  const rules: ShareRules<Photo, null> = { ap: kept }
  const photo: Photo = { ap: 0.5, place: 'at the river' }
  expect(byRules(rules)(photo, null)).toEqual({ ap: 0.5 })
})
