import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { columnFolds } from './column-folds.ts'
import { folds } from './folds.ts'
import { groupedSplit } from './grouped-split.ts'
import type { Photo } from './manifest.ts'
import { groupsOf } from './photo-groups.ts'
import { hashSplit, type Split } from './split.ts'

const photoOf = (i: number, known: Partial<Photo>): Photo => ({
  filename: `p${String(i).padStart(3, '0')}.png`,
  path: `/p${i}`,
  extra: {},
  ...known,
})

/** Photos of up to eight individuals, each in encounters of its own at stations that they share. */
const somePhotos = fc
  .array(fc.record({ identity: fc.nat(7), encounter: fc.nat(5), camera: fc.nat(9) }), { minLength: 30, maxLength: 90 })
  .map((rows) =>
    rows.map(({ identity, encounter, camera }, i) =>
      photoOf(i, {
        identity: `id${identity}`,
        encounter: `enc${identity}-${encounter}`,
        camera: `cam${camera}`,
        timestamp: `2024-05-${String(1 + ((encounter * 3 + identity) % 28)).padStart(2, '0')} 10:00:00`,
      }),
    ),
  )
const seeds = fc.nat(1000)

const valuesOn = (photos: readonly Photo[], rows: readonly number[], field: 'encounter' | 'camera' | 'identity') =>
  new Set(rows.map((i) => photos[i]![field]))

const common = <T>(a: ReadonlySet<T>, b: ReadonlySet<T>) => [...a].filter((one) => b.has(one))

const names = (photos: readonly Photo[], { train, validation }: Split) => [
  train.map((i) => photos[i]!.filename).sort(),
  validation.map((i) => photos[i]!.filename).sort(),
]

describe('folds', () => {
  const kinds = [
    ['encounter', 'encounter'],
    ['station', 'camera'],
    ['identity', 'identity'],
  ] as const

  it.each(kinds)('of kind %s never have a group on both sides, and each photo validates once', (kind, field) => {
    fc.assert(
      fc.property(somePhotos, seeds, (photos, seed) => {
        fc.pre(valuesOn(photos, [...photos.keys()], field).size >= 4)
        const made = folds(photos, { kind, folds: 4, seed })
        expect(made).toHaveLength(4)
        for (const { train, validation } of made) {
          expect(validation.length).toBeGreaterThan(0)
          expect(train.length + validation.length).toBe(photos.length)
          expect(common(valuesOn(photos, train, field), valuesOn(photos, validation, field))).toEqual([])
        }
        const validated = made.flatMap(({ validation }) => validation).sort((a, b) => a - b)
        expect(validated).toEqual([...photos.keys()])
      }),
      { numRuns: 60 },
    )
  })

  it('are the same whatever the order of photos, and others for another seed', () => {
    fc.assert(
      fc.property(somePhotos, seeds, (photos, seed) => {
        const reversed = [...photos].reverse()
        const [one, other] = [photos, reversed].map((list) => folds(list, { kind: 'encounter', folds: 3, seed }))
        expect(one!.map((split) => hashSplit(photos, split))).toEqual(other!.map((split) => hashSplit(reversed, split)))
      }),
      { numRuns: 40 },
    )
    const photos = Array.from({ length: 40 }, (_, i) => photoOf(i, { identity: `id${i % 4}` }))
    const of = (seed: number) => folds(photos, { kind: 'stratified', seed }).map((split) => hashSplit(photos, split))
    expect(of(1)).not.toEqual(of(2))
  })

  it('spread each individual evenly: of n photos that may go anywhere each of K folds has n / K, give or take one', () => {
    fc.assert(
      fc.property(somePhotos, seeds, fc.integer({ min: 2, max: 6 }), (photos, seed, count) => {
        const made = folds(photos, { kind: 'stratified', folds: count, seed })
        for (const identity of valuesOn(photos, [...photos.keys()], 'identity')) {
          const each = made.map(({ validation }) => validation.filter((i) => photos[i]!.identity === identity).length)
          expect(Math.max(...each) - Math.min(...each)).toBeLessThanOrEqual(1)
        }
        const sizes = made.map(({ validation }) => validation.length)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(8)
      }),
      { numRuns: 60 },
    )
  })

  it('spread groups so that no fold has more of an individual than its even share and its largest group', () => {
    fc.assert(
      fc.property(somePhotos, seeds, (photos, seed) => {
        const made = folds(photos, { kind: 'encounter', folds: 3, seed })
        for (const identity of valuesOn(photos, [...photos.keys()], 'identity')) {
          const own = photos.filter((photo) => photo.identity === identity)
          const largest = Math.max(
            ...[...new Set(own.map(({ encounter }) => encounter))].map(
              (encounter) => own.filter((photo) => photo.encounter === encounter).length,
            ),
          )
          for (const { validation } of made) {
            const there = validation.filter((i) => photos[i]!.identity === identity).length
            expect(there).toBeLessThanOrEqual(own.length / 3 + largest)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('keep bursts together, and encounters too where both are known', () => {
    const photos = Array.from({ length: 12 }, (_, i) =>
      photoOf(i, { identity: 'a', encounter: `e${Math.floor(i / 2)}` }),
    )
    const bursts = photos.map((_, i) => (i === 1 || i === 2 ? 0 : i + 10)) // joins the encounters 0 and 1
    for (const { validation } of folds(photos, { kind: 'encounter', folds: 3, seed: 0, bursts })) {
      const here = new Set(validation)
      expect([0, 1, 2, 3].filter((i) => here.has(i)).length % 4).toBe(0)
    }
    expect(groupsOf(photos.slice(0, 3), 'burst', { bursts: [5, -1, 5] })).toEqual([0, 1, 0])
    expect(() => folds(photos, { kind: 'burst', seed: 0 })).toThrow('the bursts are not known')
  })

  it('of time validate on what comes later, encounters whole', () => {
    const photos = Array.from({ length: 24 }, (_, i) =>
      photoOf(i, {
        identity: `id${i % 2}`,
        encounter: `e${Math.floor(i / 3)}`,
        timestamp: `2024-05-${String(1 + i).padStart(2, '0')}`,
      }),
    )
    const made = folds(photos, { kind: 'time', folds: 3, seed: 0 })
    expect(made.map(({ train, validation }) => [train.length, validation.length])).toEqual([
      [6, 6],
      [12, 6],
      [18, 6],
    ])
    for (const { train, validation } of made) {
      expect(Math.max(...train)).toBeLessThan(Math.min(...validation))
      expect(common(valuesOn(photos, train, 'encounter'), valuesOn(photos, validation, 'encounter'))).toEqual([])
    }
    const withUnknown = [...photos, photoOf(30, { identity: 'id0' })]
    for (const { train } of folds(withUnknown, { kind: 'time', folds: 3, seed: 0 })) expect(train).toContain(24)
  })

  it('take numbers that begin anew for each individual for other encounters', () => {
    const photos = ['a', 'a', 'a', 'b', 'b'].map((identity, i) =>
      photoOf(i, { identity, encounter: ['1', '1', '2', '1', '2'][i]! }),
    )
    expect(groupsOf(photos, 'encounter')).toEqual([0, 0, 1, 2, 3])
    const shared = photos.map((photo) => ({ ...photo, encounter: `s${photo.encounter}` }))
    expect(groupsOf(shared, 'encounter')).toEqual([0, 0, 1, 0, 1])
  })

  it('say what is missing', () => {
    const photos = [photoOf(0, { identity: 'a', camera: 'c1' }), photoOf(1, { identity: 'a' })]
    expect(() => folds(photos, { kind: 'encounter', seed: 0 })).toThrow('split by encounter: no photo has an encounter')
    expect(() => folds(photos, { kind: 'time', seed: 0 })).toThrow('split by time: no photo has a time')
    expect(() => folds(photos, { kind: 'station', seed: 0, folds: 2 })).toThrow('1 group of photos for 2 folds')
    expect(() => folds(photos, { kind: 'stratified', seed: 0, folds: 1 })).toThrow('at least 2, got 1')
  })
})

describe('groupedSplit', () => {
  it('never has an encounter on both sides, and of who has four leaves two and more on each', () => {
    fc.assert(
      fc.property(somePhotos, seeds, (photos, seed) => {
        const { train, validation } = groupedSplit(photos, { kind: 'encounter', seed })
        expect(common(valuesOn(photos, train, 'encounter'), valuesOn(photos, validation, 'encounter'))).toEqual([])
        expect([...train, ...validation].sort((a, b) => a - b)).toEqual([...photos.keys()])
        const individuals = [...valuesOn(photos, [...photos.keys()], 'identity')]
        const encounters = (rows: readonly number[], identity: string | undefined) =>
          valuesOn(
            photos,
            rows.filter((i) => photos[i]!.identity === identity),
            'encounter',
          ).size
        const rich = individuals.filter((one) => encounters([...photos.keys()], one) >= 4)
        if (rich.length < 2) return
        for (const one of individuals) {
          expect(encounters(validation, one)).toBeGreaterThanOrEqual(rich.includes(one) ? 2 : 0)
          expect(encounters(train, one)).toBeGreaterThanOrEqual(rich.includes(one) ? 2 : 1)
        }
      }),
      { numRuns: 80 },
    )
  })

  it('is the same whatever the order of photos', () => {
    fc.assert(
      fc.property(somePhotos, seeds, (photos, seed) => {
        const reversed = [...photos].reverse()
        const options = { kind: 'encounter', seed } as const
        expect(names(reversed, groupedSplit(reversed, options))).toEqual(names(photos, groupedSplit(photos, options)))
      }),
      { numRuns: 40 },
    )
  })

  it('lets those with three encounters validate where nobody has four, and nobody where all have one', () => {
    const of = (each: number) =>
      ['a', 'b', 'c'].flatMap((identity) =>
        Array.from({ length: each * 2 }, (_, i) => ({ identity, encounter: `${identity}${Math.floor(i / 2)}` })),
      )
    const split = (each: number) =>
      groupedSplit(
        of(each).map((known, i) => photoOf(i, known)),
        { kind: 'encounter', seed: 0 },
      )
    expect(split(3).validation).toHaveLength(12)
    expect(split(2).validation).toHaveLength(6)
    expect(split(1).validation).toEqual([])
  })

  it('of station and identity takes one fold, of time the last photos', () => {
    const photos = Array.from({ length: 50 }, (_, i) =>
      photoOf(i, { identity: `id${i % 10}`, camera: `c${i % 5}`, timestamp: `2024-05-01 10:${10 + i}` }),
    )
    expect(valuesOn(photos, groupedSplit(photos, { kind: 'station', seed: 0 }).validation, 'camera').size).toBe(1)
    expect(valuesOn(photos, groupedSplit(photos, { kind: 'identity', seed: 0 }).validation, 'identity').size).toBe(2)
    expect(groupedSplit(photos, { kind: 'time', seed: 0 }).validation).toEqual([...photos.keys()].slice(40))
  })
})

describe('columnFolds', () => {
  it('are those of the table, in order of number; who names none trains', () => {
    const photos = ['10', '2', undefined, '2'].map((fold, i) => photoOf(i, { fold }))
    expect(columnFolds(photos)).toEqual([
      { train: [0, 2], validation: [1, 3] },
      { train: [1, 2, 3], validation: [0] },
    ])
    expect(() => columnFolds(photos.slice(1))).toThrow('all photos name one fold, 2')
    expect(() => columnFolds([photoOf(0, {})])).toThrow('no photo has a fold')
  })
})
