import { counted } from '../base/index.ts'
import type { CamtrapRecord } from './camtrap-tables.ts'
import { readTimes } from './timestamps.ts'
import { unreadWords } from './unread-times.ts'

/** A photo and an animal on it; no observation where nobody looked at it. */
export interface Sighting {
  readonly medium: CamtrapRecord
  readonly observation: CamtrapRecord | undefined
}

/** What is on the photos of a package. */
export interface Sightings {
  readonly seen: readonly Sighting[]
  readonly videos: number
  /** Photos of nothing, of people or of vehicles. */
  readonly withoutAnimal: number
  /** Observations of media that are not there. */
  readonly astray: readonly CamtrapRecord[]
  /** Observations of an individual for a whole event, during which no photo was taken. */
  readonly eventsWithoutPhoto: readonly CamtrapRecord[]
  /** Observations of an individual for a whole event whose start or end is no time. */
  readonly eventsWithoutTime: readonly CamtrapRecord[]
  /** How the times of media and events were read, where that needs a word, and why they are not used. */
  readonly notes: readonly string[]
  readonly problem: string | undefined
}

/**
 * Observations of media are those of a photo; one of a whole event is of all photos of its deployment between its start and its end. A photo
 * on which an observation sees no animal is left out; what is said twice of an animal counts once.
 */
export function sightingsOf(media: readonly CamtrapRecord[], observations: readonly CamtrapRecord[]): Sightings {
  const ofMedium = new Map<string, CamtrapRecord[]>()
  const ofEvent = new Map<string, CamtrapRecord[]>()
  for (const observation of observations) {
    const { mediaID, deploymentID = '' } = observation.cells
    if (mediaID) add(ofMedium, mediaID, observation)
    else add(ofEvent, deploymentID, observation)
  }
  const known = new Set(media.map(({ cells }) => cells.mediaID))
  const astray = observations.filter(({ cells }) => cells.mediaID && !known.has(cells.mediaID))
  const events = [...ofEvent.values()].flat()
  const { takenAt, spans, notes, problem } = timesOf(media, events)
  const photographed = new Set<CamtrapRecord>()
  const seen: Sighting[] = []
  let videos = 0
  let withoutAnimal = 0
  for (const medium of media) {
    const { mediaID = '', deploymentID = '', fileMediatype = '' } = medium.cells
    if (/^(video|audio)\//i.test(fileMediatype)) {
      videos++
      continue
    }
    const own = ofMedium.get(mediaID) ?? []
    const at = takenAt.get(medium)
    const during = (ofEvent.get(deploymentID) ?? []).filter((event) => isWithin(at, spans.get(event)))
    for (const event of during) photographed.add(event)
    const all = own.some(hasIndividual) ? own : [...own, ...during]
    const animals = distinct(all.filter(({ cells }) => (cells.observationType || 'animal') === 'animal'))
    if (all.length > 0 && animals.length === 0) withoutAnimal++
    else if (animals.length === 0) seen.push({ medium, observation: undefined })
    else seen.push(...animals.map((observation) => ({ medium, observation })))
  }
  const named = events.filter(hasIndividual)
  const eventsWithoutTime = problem === undefined ? named.filter((one) => !spans.has(one)) : []
  const eventsWithoutPhoto = named.filter((one) => !photographed.has(one) && !eventsWithoutTime.includes(one))
  return { seen, videos, withoutAnimal, astray, eventsWithoutPhoto, eventsWithoutTime, notes, problem }
}

function add(lists: Map<string, CamtrapRecord[]>, key: string, value: CamtrapRecord): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

function hasIndividual({ cells }: CamtrapRecord): boolean {
  return Boolean(cells.individualID)
}

type Span = readonly [start: number, end: number]

/**
 * When photos were taken, and from when to when events lasted: read together, as they are compared. A time that no calendar has is none; an event
 * without an end is the moment of its start.
 */
function timesOf(media: readonly CamtrapRecord[], events: readonly CamtrapRecord[]) {
  const written = [
    ...media.map(({ cells }) => cells.timestamp),
    ...events.flatMap(({ cells }) => [cells.eventStart, cells.eventEnd || cells.eventStart]),
  ]
  const { instants, notes, unread, problem } = readTimes(written.map((text) => text || undefined))
  const ofEvents = unread.filter((i) => i >= media.length).map((i) => written[i]!) // those of photos are told as every table's are
  const takenAt = new Map(media.map((medium, i) => [medium, instants[i]]))
  const spans = new Map<CamtrapRecord, Span>()
  events.forEach((event, i) => {
    const [start, end] = [instants[media.length + 2 * i], instants[media.length + 2 * i + 1]]
    if (start !== undefined && end !== undefined) spans.set(event, [start, end])
  })
  const lost =
    ofEvents.length === 0 ? [] : [`${counted(ofEvents.length, 'time')} cannot be read: ${unreadWords(ofEvents)}`]
  return { takenAt, spans, notes: [...notes, ...lost], problem: events.length === 0 ? undefined : problem }
}

function isWithin(at: number | undefined, span: Span | undefined): boolean {
  return at !== undefined && span !== undefined && at >= span[0] && at <= span[1]
}

/** Without what says nothing more of the photo: the same individual and box again, or without a box; nobody known without a box. */
function distinct(animals: readonly CamtrapRecord[]): CamtrapRecord[] {
  const boxOf = ({ cells }: CamtrapRecord) =>
    [cells.bboxX, cells.bboxY, cells.bboxWidth, cells.bboxHeight].join(' ').trim()
  const idOf = ({ cells }: CamtrapRecord) => cells.individualID ?? ''
  return animals.filter((animal, i) =>
    animals.every((other, j) => {
      if (i === j) return true
      const says = boxOf(other) === boxOf(animal) && idOf(other) === idOf(animal)
      if (says) return i < j
      const less =
        boxOf(animal) === '' && (idOf(animal) === '' || (idOf(animal) === idOf(other) && boxOf(other) !== ''))
      const named = boxOf(animal) === boxOf(other) && idOf(animal) === ''
      return !less && !named
    }),
  )
}
