import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { check, counted, parseDecimal } from '../base/index.ts'
import type { Numbers } from './box-format.ts'
import { placeBoxes, type SizeProgress } from './boxes.ts'
import { camtrapReading } from './camtrap-reading.ts'
import { type Sightings, sightingsOf } from './camtrap-sightings.ts'
import { type CamtrapRecord, camtrapTables, readRecords } from './camtrap-tables.ts'
import { describePhoto, type Manifest, type Photo, type Problem, shortList } from './manifest.ts'
import type { ResolvedOpenOptions } from './open.ts'
import { type Place, photoFinder } from './photo-finder.ts'
import { readTimes } from './timestamps.ts'

/** True for a folder, or its `datapackage.json`, in the form of Camtrap-DP: media in one table, who is on them in another. */
export function isCamtrap(path: string): boolean {
  const folder = folderOf(path)
  const named = ['media.csv', 'observations.csv'].every((name) => existsSync(join(folder, name)))
  return named || (existsSync(join(folder, 'datapackage.json')) && hasBoth(folder))
}

function hasBoth(folder: string): boolean {
  const { media, observations } = camtrapTables(folder)
  return media !== undefined && observations !== undefined
}

/** Files of a package that people name in place of its folder. */
const filesOfPackage = ['datapackage.json', 'media.csv', 'observations.csv', 'deployments.csv']

/** True for the name of a file that stands for the package it lies in. */
export function isFileOfPackage(path: string): boolean {
  return filesOfPackage.includes(basename(path))
}

function folderOf(path: string): string {
  return isFileOfPackage(path) ? dirname(path) : path
}

/**
 * A package of camera traps: a photo for each animal that an observation sees on it. `individualID` is the individual, the event (or
 * else the deployment's day) the encounter, the deployment's location the camera. Videos, and media without an animal, are left out.
 */
export function openCamtrap(path: string, options: ResolvedOpenOptions): Manifest {
  const folder = folderOf(path)
  check(options.columns === undefined, `${path}: \`columns\` goes with a CSV, and this is a Camtrap-DP package`)
  const tables = camtrapTables(folder)
  check(tables.media !== undefined && tables.observations !== undefined, `${path}: no tables media and observations`)
  const deployments = tables.deployments === undefined ? undefined : readRecords(tables.deployments, 'deploymentID')
  const cameras = new Map(
    deployments?.records.map(({ cells }) => [cells.deploymentID, cells.locationID || cells.locationName]),
  )
  const media = readRecords(tables.media, 'mediaID')
  const observations = readRecords(tables.observations, 'mediaID')
  const sightings = sightingsOf(media.records, observations.records)
  const { seen, videos, withoutAnimal } = sightings
  const images = options.images ?? folder
  const finder = photoFinder([...new Set([images, folder])], images)
  const problems: Problem[] = []
  const found = seen.flatMap(({ medium, observation }, i) => {
    options.onFile?.('listing', i, seen.length)
    const { filePath = '', fileName = '' } = medium.cells
    const near = [filePath, fileName].find((name) => name !== '' && finder.fileOf(name) !== undefined)
    const place: Place = finder.find(near ?? (filePath || fileName))
    if ('path' in place) return [{ photo: photoOf(place.path, medium, observation, cameras), observation }]
    problems.push({ where: `media.csv row ${medium.row} '${filePath || fileName}'`, ...place })
    return []
  })
  const boxed = withBoxes(path, found, options.onSize)
  const left = [count(withoutAnimal, 'photo', ' without an animal'), count(videos, 'video', '')].filter(
    (text) => text !== '',
  )
  const told = `a Camtrap-DP package: ${count(found.length, 'animal', ' on photos')}`
  return {
    kind: 'camtrap-dp',
    source: path,
    photos: boxed.photos,
    reading: camtrapReading({ media, observations, deployments }, seen),
    notes: [left.length === 0 ? told : `${told}; left out: ${left.join(', ')}`, ...sightings.notes, ...boxed.notes],
    warnings: [...finder.warnings(), ...lostObservations(sightings), ...boxed.warnings],
    problems: [...problems, ...boxed.problems],
  }
}

/** Observations from which no photo came: an individual may be lost with them. */
function lostObservations({ astray, eventsWithoutPhoto, eventsWithoutTime, problem }: Sightings): string[] {
  const told = (records: readonly CamtrapRecord[], what: string) =>
    records.length === 0
      ? []
      : [
          `${count(records.length, 'observation', '')} ${what}, left out: ${shortList(
            records.map(({ row, cells }) => `observations.csv row ${row} (${cells.individualID || 'nobody known'})`),
            3,
          )}`,
        ]
  return [
    ...told(astray, 'of media that are not in media.csv'),
    ...told(eventsWithoutTime, 'of an event whose start or end is no time'),
    ...told(
      eventsWithoutPhoto,
      problem === undefined
        ? 'of an event during which no photo was taken'
        : `of an event whose times cannot be compared with those of the photos (${problem})`,
    ),
  ]
}

function count(number: number, noun: string, more: string): string {
  return number === 0 && noun !== 'animal' ? '' : `${counted(number, noun)}${more}`
}

/** Columns that have their place in a photo. */
const placed = new Set(
  'mediaID deploymentID timestamp filePath fileName eventID individualID bboxX bboxY bboxWidth bboxHeight'.split(' '),
)

function photoOf(
  path: string,
  medium: CamtrapRecord,
  observation: CamtrapRecord | undefined,
  cameras: ReadonlyMap<string | undefined, string | undefined>,
): Photo {
  const { filePath, fileName, deploymentID, timestamp } = medium.cells
  const isTime = Boolean(timestamp) && readTimes([timestamp]).unread.length === 0
  const day = deploymentID && timestamp && isTime ? `${deploymentID} ${timestamp.slice(0, 10)}` : undefined
  const others = Object.entries(observation?.cells ?? {}).filter(([name, cell]) => !placed.has(name) && cell !== '')
  return {
    filename: filePath || fileName || '',
    path,
    identity: observation?.cells.individualID ?? '', // an empty cell, which the labels count among nobody
    encounter: observation?.cells.eventID || medium.cells.eventID || day,
    timestamp: timestamp || undefined,
    camera: cameras.get(deploymentID) || deploymentID || undefined,
    box: undefined,
    extra: Object.fromEntries(others.map(([name, cell]) => [name, cell ?? ''])),
    csv: observation === undefined ? 'media.csv' : 'observations.csv',
    row: (observation ?? medium).row,
  }
}

interface Found {
  readonly photo: Photo
  readonly observation: CamtrapRecord | undefined
}

/** Camtrap-DP's boxes are fractions of the photo: left, top, width, height. */
function withBoxes(
  where: string,
  found: readonly Found[],
  onSize: SizeProgress['onSize'],
): Pick<Manifest, 'photos' | 'problems' | 'warnings'> & { readonly notes: readonly string[] } {
  const problems: Problem[] = []
  const boxes = found.flatMap(({ photo, observation }) => {
    const { bboxX, bboxY, bboxWidth, bboxHeight } = observation?.cells ?? {}
    const cells = [bboxX, bboxY, bboxWidth, bboxHeight].map((cell) => cell ?? '')
    if (cells.every((cell) => cell === '')) return []
    const [x, y, width, height] = cells.map(parseDecimal)
    const numbers: Numbers | undefined =
      x === undefined || y === undefined || width === undefined || height === undefined
        ? undefined
        : [x, y, width, height]
    if (numbers !== undefined) return [{ photo, numbers }]
    problems.push({
      where: describePhoto(photo),
      what: `expected four numbers in bboxX to bboxHeight, got '${cells.join(' ')}'`,
    })
    return []
  })
  const {
    boxes: all,
    notes,
    warnings,
  } = placeBoxes(
    boxes.map(({ photo, numbers }) => ({ path: photo.path, where: describePhoto(photo), numbers })),
    { where, called: 'bboxX, bboxY, bboxWidth, bboxHeight', formats: ['xywh'], unit: 'fractions', onSize },
  )
  const boxOf = new Map(boxes.map(({ photo }, i) => [photo, all[i]]))
  const photos = found.map(({ photo }) => {
    const box = boxOf.get(photo)
    if (typeof box !== 'string') return { ...photo, box }
    problems.push({ where: describePhoto(photo), what: box })
    return photo
  })
  return { photos, problems, notes, warnings }
}
