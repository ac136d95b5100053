import { check, counted, optionText } from '../base/index.ts'
import { photoTime } from '../images/index.ts'
import { isDateWithoutDay } from './date-names.ts'
import type { Manifest, Photo } from './manifest.ts'
import { type ReadTimes, readTimes } from './timestamps.ts'

/** Where no encounter is written: how long an individual may be away before its next photo is of another one. */
export interface EncounterOptions {
  /** Minutes, 0 or above; `encounterDefaults` unless given. */
  readonly encounterGapMinutes?: number | undefined
  /** Field → column; encounter → `-` says that there are none. */
  readonly columns?: Readonly<Record<string, string>> | undefined
  /** Called for each photo whose file was asked for its time. */
  readonly onTime?: ((done: number, total: number) => void) | undefined
}

/**
 * An hour, the longer one of the two gaps (30 and 60 minutes) after which studies with camera traps count records as independent: a
 * sighting cut in two comes on both sides of a split, two that are taken for one cost no more than a few photos.
 */
export const encounterDefaults = { encounterGapMinutes: 60 } as const satisfies EncounterOptions

/**
 * The manifest with encounters from times and stations, where none of its photos has an encounter: photos of one individual at one
 * station (column of the camera; without it, anywhere), each taken within the gap after the one before. Of times that are days, the
 * photos of a day. Where no column has times, the files are asked for EXIF's. Nothing is changed where that tells nothing apart: where
 * no individual has two encounters.
 * @throws InputError where a gap was asked for and the times cannot be compared.
 */
export function withEncounters(manifest: Manifest, options: EncounterOptions): Manifest {
  const gap = options.encounterGapMinutes
  check(gap === undefined || gap >= 0, `encounters: expected a gap of 0 minutes or more, got ${gap}`)
  if (options.columns?.encounter === '-' || manifest.photos.every(({ identity }) => identity === undefined))
    return manifest
  if (manifest.photos.some(({ encounter }) => encounter !== undefined)) {
    const unused = gap === undefined ? [] : ['the table has encounters: `encounterGapMinutes` changes nothing']
    return { ...manifest, warnings: [...manifest.warnings, ...unused, ...oneForAll(manifest.photos)] }
  }
  const timed = withTimes(manifest, options)
  if (timed === undefined) {
    check(gap === undefined, `${manifest.source}: encounters need times, and no photo has one`, timeHint)
    return manifest
  }
  const times = readTimes(timed.photos.map(({ timestamp }) => timestamp))
  check(gap === undefined || times.problem === undefined, `${manifest.source}: times: ${times.problem}`)
  if (times.problem !== undefined)
    return withNotes(manifest, [`no encounters are taken from the times: ${times.problem}`])
  return grouped(timed, times, gap ?? encounterDefaults.encounterGapMinutes)
}

/** One encounter of all individuals is rather a word for none: no photo could then be compared with another. */
function oneForAll(photos: readonly Photo[]): string[] {
  const [label, ...others] = new Set(photos.flatMap(({ encounter }) => encounter ?? []))
  const individuals = new Set(
    photos.flatMap(({ identity, encounter }) => (encounter === undefined ? [] : (identity ?? []))),
  ).size
  if (label === undefined || others.length > 0 || individuals < 2) return []
  return [
    `all photos of ${counted(individuals, 'individual is', 'individuals are')} of one encounter, '${label}', so that none may be compared with another: ` +
      `if that is no sighting, ${optionText({ columns: { encounter: '-' } })} takes no encounters`,
  ]
}

const timeHint = `name the column with ${optionText({ columns: { timestamp: '…' } })}`

function withNotes(manifest: Manifest, notes: readonly string[]): Manifest {
  return { ...manifest, notes: [...(manifest.notes ?? []), ...notes] }
}

/** How many files are asked before none is taken for saying its time. */
const askedFirst = 50

/**
 * The manifest with a time for photos that say one: of the table, else of EXIF, then `derived`; undefined where none of some photos that are tried does.
 * Never a place: of EXIF nothing but the time is read.
 */
export function withTimes(manifest: Manifest, { onTime }: Pick<EncounterOptions, 'onTime'>): Manifest | undefined {
  const { photos } = manifest
  if (photos.some(({ timestamp }) => timestamp !== undefined)) return manifest
  const few = photos.filter((_, i) => i % Math.ceil(photos.length / askedFirst) === 0)
  if (few.every(({ path }) => photoTime(path) === undefined)) return undefined
  return {
    ...manifest,
    photos: photos.map((photo, i): Photo => {
      const timestamp = photoTime(photo.path)
      onTime?.(i + 1, photos.length)
      return timestamp === undefined ? photo : { ...photo, timestamp, derived: [...(photo.derived ?? []), 'timestamp'] }
    }),
  }
}

function grouped(manifest: Manifest, times: ReadTimes, gapMinutes: number): Manifest {
  const { instants, daysOnly, isDay, notes } = times
  const { photos } = manifest
  const areTimes = instants.some((instant) => instant !== undefined)
  const names = areTimes ? encounterNames(photos, times, gapMinutes * 60_000) : monthNames(photos)
  const seen = encountersByIdentity(photos, names)
  const source = photos.some(({ derived = [] }) => derived.includes('timestamp')) ? 'EXIF' : 'timestamp'
  if (seen.every((own) => new Set(own).size === 1)) {
    const isNews = seen.some((own) => own.length > 1)
    const told = `no encounters are taken from the times (${source}): by these times each individual was seen only once`
    return withNotes(manifest, isNews ? [...notes, told] : [])
  }
  const station = photos.some(({ camera }) => camera !== undefined) ? ' and camera' : ''
  const untold = photos.filter(({ identity }, i) => identity !== undefined && names[i] === undefined).length
  const missing =
    untold === 0
      ? []
      : [`${counted(untold, 'photo without a time belongs', 'photos without a time belong')} to no encounter`]
  const each = daysOnly ? 'one a day' : `gap ${gapMinutes} min`
  const days = daysOnly ? 0 : photos.filter((_, i) => isDay[i] && names[i] !== undefined).length
  const whole =
    days === 0
      ? []
      : [
          `${counted(days, 'photo has', 'photos have')} a date without a time of day: an individual's photos of that day are one encounter`,
        ]
  return {
    ...withNotes(manifest, [...notes, ...missing, ...whole]),
    encountersFrom: `from ${source}${station}, ${areTimes ? each : 'one a month or year as written'}`,
    photos: photos.map((photo, i) => {
      const encounter = names[i]
      return encounter === undefined ? photo : { ...photo, encounter, derived: [...(photo.derived ?? []), 'encounter'] }
    }),
  }
}

/** For each individual the encounters of its photos. */
function encountersByIdentity(photos: readonly Photo[], names: readonly (string | undefined)[]): string[][] {
  const found = new Map<string | undefined, string[]>()
  photos.forEach(({ identity }, i) => {
    const name = names[i]
    if (name === undefined) return
    const own = found.get(identity)
    if (own === undefined) found.set(identity, [name])
    else own.push(name)
  })
  return [...found.values()]
}

const dayMs = 24 * 60 * 60_000

/**
 * For each photo of a known individual and time the name of its encounter: individual, station, and when it began. A day that one of the photos has no time of is
 * one encounter: when in it that photo was taken is not known.
 */
function encounterNames(
  photos: readonly Photo[],
  { instants, isDay }: Pick<ReadTimes, 'instants' | 'isDay'>,
  gapMs: number,
): (string | undefined)[] {
  const series = new Map<string, number[]>()
  photos.forEach(({ identity, camera }, i) => {
    if (identity === undefined || instants[i] === undefined) return
    const key = JSON.stringify([identity, camera ?? ''])
    const own = series.get(key)
    if (own === undefined) series.set(key, [i])
    else own.push(i)
  })
  const names = new Array<string | undefined>(photos.length).fill(undefined)
  for (const rows of series.values()) {
    // a date without a time is midnight, and comes first of its day
    rows.sort((a, b) => instants[a]! - instants[b]! || Number(isDay[b]) - Number(isDay[a]))
    let name = ''
    let wholeDay: number | undefined
    rows.forEach((row, k) => {
      const day = Math.floor(instants[row]! / dayMs)
      const isFar = k === 0 || instants[row]! - instants[rows[k - 1]!]! > gapMs
      const begins = day !== wholeDay && (isFar || isDay[row]!)
      if (isDay[row]) wholeDay = day
      if (begins) name = nameOf(photos[row]!, instants[row]!)
      names[row] = name
    })
  }
  return names
}

/** Where no date says a day: an individual's photos of one station with the same month or year written are of one encounter, as a folder's are. */
function monthNames(photos: readonly Photo[]): (string | undefined)[] {
  return photos.map(({ identity, camera, timestamp }) => {
    if (identity === undefined || timestamp === undefined || !isDateWithoutDay(timestamp)) return undefined
    return [identity, camera, timestamp].filter((part) => part !== undefined).join(' ')
  })
}

function nameOf({ identity, camera }: Photo, instant: number): string {
  const time = new Date(instant).toISOString().slice(0, 19).replace('T', ' ')
  return [identity, camera, time].filter((part) => part !== undefined).join(' ')
}
