import { describe, expect, test } from 'vitest'
import { drawnSightings, type HomeRanges } from '../../test/home-ranges.ts'
import type { Photo } from '../data/index.ts'
import { placeTimeOf, weighed } from './place-time.ts'

const seen = (identity: string, camera?: string, timestamp?: string, more: Partial<Photo> = {}): Photo => ({
  filename: `${identity}.jpg`,
  path: `${identity}.jpg`,
  extra: {},
  identity,
  camera,
  timestamp,
  ...more,
})
const asked = (camera?: string, timestamp?: string) => [{ ...seen('', camera, timestamp), identity: undefined }]
const factors = (known: readonly Photo[], queries: readonly Photo[], twins: readonly number[] = []) =>
  placeTimeOf(known, queries, [twins])[0]

/** 0.1 + 0.9 · (f + 0.0003) / (mean f + 0.0003) */
const factor = (own: number, mean: number) => expect.closeTo(0.1 + (0.9 * (own + 0.0003)) / (mean + 0.0003), 10)

describe('what place and time say', () => {
  const known = [
    seen('Ana', 'A', '2024-05-01T12:00:00'),
    seen('Bo', 'B', '2024-05-01T12:00:00'),
    seen('Caua', 'A', '2024-07-30T12:00:00'), // ninety days later
  ]

  test('is likelier at the same station, and the less so the longer ago', () => {
    const [here, elsewhere, later] = [1, 0.01, Math.exp(-1)]
    const mean = (here + elsewhere + later) / 3
    expect(Object.fromEntries(factors(known, asked('A', '2024-05-01T12:00:00'))!)).toEqual({
      Ana: factor(here, mean),
      Bo: factor(elsewhere, mean),
      Caua: factor(later, mean),
    })
  })

  test('takes stations that share individuals for near ones', () => {
    const also = [...known, seen('Ana', 'B', '2024-05-01T12:00:00')]
    // of the three individuals at A and B one was seen at both
    const [ana, bo, caua] = [(1 + 1 / 3) / 2, 1 / 3, Math.exp(-1)]
    expect(factors(also, asked('A', '2024-05-01T12:00:00'))!.get('Bo')).toEqual(factor(bo, (ana + bo + caua) / 3))
  })

  test('rests on the station or the time alone where the other is not known, on nothing without both', () => {
    const place = factors(known, asked('B'))!
    expect([place.get('Ana'), place.get('Bo')]).toEqual([factor(0.01, 1.02 / 3), factor(1, 1.02 / 3)])
    const time = factors(known, asked(undefined, '2024-05-01T12:00:00'))!
    expect(time.get('Ana')).toBe(time.get('Bo'))
    expect(time.get('Caua')).toBeLessThan(time.get('Bo')!)
    expect(factors(known, asked())).toBeUndefined()
    expect(factors([seen('Ana'), seen('Bo')], asked('A', '2024-05-01T12:00:00'))).toBeUndefined()
  })

  test('says next to nothing where everybody is far away, in place or in time', () => {
    for (const value of factors(known, asked('A', '2034-05-01T12:00:00'))!.values()) expect(value).toBeCloseTo(1, 6)
    expect(factors(known, asked('nowhere', '2024-05-01T12:00:00'))!.get('Ana')).toBeGreaterThan(1)
  })

  test('says nothing of a station where nobody was seen, and exactly nothing where all were seen alike', () => {
    expect(factors(known, asked('nowhere'))).toBeUndefined()
    expect(factors(known, asked('nowhere', '3/4/2024'))).toBeUndefined() // no time that can be compared
    const alike = ['Ana', 'Bo', 'Caua'].flatMap((name, i) => Array.from({ length: i + 1 }, () => seen(name, 'A')))
    expect([...factors(alike, asked('A'))!.values()]).toEqual([1, 1, 1])
    const [first, second] = ['2024-05-01T12:00:00', '2024-05-03T12:00:00']
    const both = ['Ana', 'Bo'].flatMap((name) => [seen(name, 'A', first), seen(name, 'A', second)])
    expect([
      ...factors([...both, seen('Ana', 'A', first), seen('Ana', 'A', second)], asked('A', second))!.values(),
    ]).toEqual([1, 1])
  })

  test('counts an encounter once, and leaves out that of the photo itself', () => {
    const burst = [0, 1, 2].map(() => seen('Ana', 'A', '2024-05-01T12:00:00', { encounter: 'e1' }))
    const more = [...known.slice(1), ...burst, seen('Ana', 'B', '2024-05-01T12:00:00', { encounter: 'e2' })]
    const own = factors(more, asked('A', '2024-05-01T12:00:00'))!
    const once = factors([...known, more.at(-1)!], asked('A', '2024-05-01T12:00:00'))!
    expect(own.get('Ana')).toBeCloseTo(once.get('Ana')!, 12)
    const without = factors(more, asked('A', '2024-05-01T12:00:00'), [3])!
    expect(without.get('Ana')).toBeLessThan(without.get('Caua')!)
  })

  test('does not learn from the photo itself whose stations are near', () => {
    const rare = [...known, seen('Ana', 'C', '2024-05-01T12:00:00')]
    const alone = factors(rare, asked('C', '2024-05-01T12:00:00'), [3])!
    expect(alone.get('Ana')).toBe(alone.get('Bo')) // without it nobody was ever seen at C
    expect(factors(rare, asked('C'))!.get('Ana')).toBeGreaterThan(1.5)
  })

  test('takes the time of a sighting from any of its photos', () => {
    const untimed = seen('Ana', 'A', undefined, { encounter: 'e1' })
    const timed = { ...untimed, timestamp: '2024-05-01T12:00:00' }
    const at = asked('A', '2024-05-01T12:00:00')
    const own = factors([untimed, timed, ...known.slice(1)], at)!
    expect(own.get('Ana')).toEqual(factor(1, (1 + 0.01 + Math.exp(-1)) / 3))
    expect(own).toEqual(factors([timed, untimed, ...known.slice(1)], at))
  })

  test('does without times that cannot be compared', () => {
    const dated = [seen('Ana', 'A', '3/4/2024'), seen('Bo', 'B', '5/4/2024')]
    expect(factors(dated, asked('B', '3/4/2024'))!.get('Bo')).toEqual(factor(1, 1.01 / 2))
  })
})

test('probabilities are weighed; what is new, or was not compared, stays average', () => {
  expect(weighed([0.5, 0.3], [2, 0.5])).toEqual([expect.closeTo(1 / 1.35, 12), expect.closeTo(0.15 / 1.35, 12)])
  expect(weighed([0.7, 0.3], [1, 1])).toEqual([0.7, 0.3])
  expect(weighed([0.1, 0.2, 0.6], [1, 1, 1])).toEqual([0.1, 0.2, 0.6]) // to the last digit
})

/** −ln of the truth's probability by place and time alone, and with nothing known, on the last three tenths of the sightings. */
function surprise(seed: number, changes: Partial<HomeRanges>): { readonly told: number; readonly even: number } {
  const all = drawnSightings(seed, changes).sort((a, b) => (a.timestamp! < b.timestamp! ? -1 : 1))
  const known = all.slice(0, Math.floor(0.7 * all.length))
  const identities = new Set(known.map(({ identity }) => identity!))
  const queries = all.slice(known.length).filter(({ identity }) => identities.has(identity!))
  const factors = placeTimeOf(
    known,
    queries,
    queries.map(() => []),
  )
  const losses = queries.map(({ identity }, q) => -Math.log(factors[q]!.get(identity!)! / identities.size))
  return { told: losses.reduce((sum, loss) => sum + loss, 0) / losses.length, even: Math.log(identities.size) }
}

test.each([
  ['usual', {}, 0.9],
  ['large home ranges', { rangeStations: 1.5 }, 0.5],
  ['animals that stay', { stayDays: 1500 }, 0.25],
  ['animals that are everywhere, always, where it can only mislead', { rangeStations: 20, stayDays: 1e5 }, -0.3],
] as const)('on drawn home ranges the truth is likelier than by chance by so many nats: %s', (_, changes, atLeast) => {
  const gains = [1, 2].map((seed) => surprise(seed, changes)).map(({ told, even }) => even - told)
  expect(Math.min(...gains), gains.join()).toBeGreaterThan(atLeast)
})
