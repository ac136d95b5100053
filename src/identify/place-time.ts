import { type Photo, readTimes } from '../data/index.ts'

/**
 * What place and time say of queries, apart from what the photos look like: of each how many times as likely as the average individual each
 * is to be there then; undefined where nothing is known of the query.
 */
export type PlaceTime = readonly (ReadonlyMap<string, number> | undefined)[]

/**
 * Chosen on drawn home ranges (`test/home-ranges.ts`), where also 30, 180 and 365 days, sums in place of means, and stations without those that share individuals
 * were tried: each left the truth less likely.
 */
export const placeTimeDefaults = {
  /** After so many days a sighting counts 1/e. */
  days: 90,
  /** How much a sighting counts at a station that shares no individual with the query's. */
  elsewhere: 0.01,
  /** What is added to everybody: sightings that are all far away say nothing. */
  far: 0.0003,
  /** The least factor: nobody is ruled out by where and when a photo was taken. */
  least: 0.1,
} as const

/** A known individual at a station, once. */
interface Sighting {
  readonly identity: string
  readonly camera: string | undefined
  /** Milliseconds; of its first photo that has a time. */
  instant: number | undefined
  /** Its photos in the gallery. */
  readonly photos: number[]
}

const dayMs = 86_400_000

/**
 * factorᵢ = least + (1 − least) · (fᵢ + far) / (mean f + far) with fᵢ the mean over the sightings of individual i of
 * place(query, sighting) · exp(−|Δt| / days). place is 1 at the same station, else the share of the individuals of both stations that were
 * seen at both, `elsewhere` at least: stations that share animals are near each other, and no coordinates are needed. The mean factor is 1.
 * What a query does not have, a station or a time, is left out; so are sightings without what it has, and that of `twins`, photos of the
 * gallery that are the query's own file. Nothing is known of a query without a time where nobody was ever seen at its station. Times that cannot be
 * compared (`readTimes`) are not used.
 */
export function placeTimeOf(
  known: readonly Photo[],
  queries: readonly Photo[],
  twins: readonly (readonly number[])[],
): PlaceTime {
  const { instants } = readTimes([...known, ...queries].map(({ timestamp }) => timestamp))
  const sightings = sightingsOf(known, instants)
  const places = placesOf(sightings)
  return queries.map(({ camera }, q) => {
    const rows = new Set(twins[q])
    const isOwn = ({ photos }: Sighting) => rows.size > 0 && photos.some((row) => rows.has(row))
    const own = sightings.filter(isOwn)
    const others = own.length === 0 ? sightings : sightings.filter((one) => !isOwn(one))
    return factorsOf({ camera, instant: instants[known.length + q] }, others, placesWithout(places, own))
  })
}

/** Photos of one individual, encounter and station are one sighting; without an encounter each photo is. */
function sightingsOf(known: readonly Photo[], instants: readonly (number | undefined)[]): Sighting[] {
  const found = new Map<string, Sighting>()
  known.forEach(({ identity, encounter, camera }, row) => {
    if (identity === undefined) return
    const key = JSON.stringify([identity, encounter ?? row, camera ?? ''])
    const own = found.get(key)
    if (own === undefined) found.set(key, { identity, camera, instant: instants[row], photos: [row] })
    else {
      own.instant ??= instants[row]
      own.photos.push(row)
    }
  })
  return [...found.values()]
}

/** Who was seen at each station, and how often. */
type Places = ReadonlyMap<string, ReadonlyMap<string, number>>

function placesOf(sightings: readonly Sighting[]): Places {
  const places = new Map<string, Map<string, number>>()
  for (const { camera, identity } of sightings) {
    if (camera === undefined) continue
    const seen = places.get(camera) ?? new Map<string, number>()
    places.set(camera, seen.set(identity, (seen.get(identity) ?? 0) + 1))
  }
  return places
}

/** The same without some sightings: that of the query itself would say whose stations are near the one where it was taken. */
function placesWithout(places: Places, sightings: readonly Sighting[]): Places {
  if (sightings.length === 0) return places
  const left = new Map(places)
  for (const { camera, identity } of sightings) {
    if (camera === undefined) continue
    const seen = new Map(left.get(camera))
    const times = (seen.get(identity) ?? 0) - 1
    if (times > 0) seen.set(identity, times)
    else seen.delete(identity)
    left.set(camera, seen)
  }
  return left
}

type WhereAndWhen = Pick<Sighting, 'camera' | 'instant'>

function factorsOf(
  query: WhereAndWhen,
  sightings: readonly Sighting[],
  places: Places,
): ReadonlyMap<string, number> | undefined {
  const { days, far, least } = placeTimeDefaults
  const hasPlace = query.camera !== undefined && sightings.some(({ camera }) => camera !== undefined)
  const hasTime = query.instant !== undefined && sightings.some(({ instant }) => instant !== undefined)
  const isKnownPlace = hasPlace && sightings.some(({ camera }) => camera === query.camera)
  if (!isKnownPlace && !hasTime) return undefined
  const near = nearnessOf(query.camera ?? '', places)
  const sums = new Map<string, { sum: number; count: number }>()
  for (const { identity, camera, instant } of sightings) {
    if ((hasPlace && camera === undefined) || (hasTime && instant === undefined)) continue
    const place = hasPlace ? near(camera!) : 1
    const time = hasTime ? Math.exp(-Math.abs(query.instant! - instant!) / (days * dayMs)) : 1
    const { sum, count } = sums.get(identity) ?? { sum: 0, count: 0 }
    sums.set(identity, { sum: sum + place * time, count: count + 1 })
  }
  const means = [...sums].map(([identity, { sum, count }]) => [identity, sum / count] as const)
  const mean = means.reduce((total, [, value]) => total + value, 0) / Math.max(1, means.length)
  return new Map(
    means.map(([identity, value]) => [identity, orOne(least + ((1 - least) * (value + far)) / (mean + far))]),
  )
}

/** A factor that is 1 but for rounding is 1. */
function orOne(factor: number): number {
  return Math.abs(factor - 1) < 1e-9 ? 1 : factor
}

/** How near stations are to one: by the individuals that were seen at both. */
function nearnessOf(station: string, places: Places): (other: string) => number {
  const here = new Set(places.get(station)?.keys())
  const known = new Map([[station, 1]])
  return (other) => {
    const before = known.get(other)
    if (before !== undefined) return before
    const there = new Set(places.get(other)?.keys())
    const shared = [...there].filter((identity) => here.has(identity)).length
    const all = here.size + there.size - shared
    const near = Math.max(placeTimeDefaults.elsewhere, all === 0 ? 0 : shared / all)
    known.set(other, near)
    return near
  }
}

/**
 * p′ᵢ = pᵢ · factorᵢ / (Σⱼ pⱼ · factorⱼ + 1 − Σⱼ pⱼ): probabilities by looks, weighed by place and time. Somebody new, or whom the photo could not be
 * compared with, is as likely to be there as the average.
 */
export function weighed(probabilities: ArrayLike<number>, factors: readonly number[]): number[] {
  if (factors.every((factor) => factor === 1)) return Array.from(probabilities)
  const rest = Array.from(probabilities).reduce((left, p) => left - p, 1)
  const each = factors.map((factor, i) => factor * probabilities[i]!)
  const total = each.reduce((sum, p) => sum + p, Math.max(0, rest))
  return each.map((p) => (total === 0 ? 0 : p / total))
}
