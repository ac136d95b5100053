import { existsSync, realpathSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { check, settlePath } from '../base/index.ts'
import { runNames } from './names.ts'
import { type LocatingOptions, mergeReading, type ReadingOptions } from './reading.ts'
import type { PartOfRecord } from './record.ts'
import { RunFolder } from './run-folder.ts'

/** Where the photos of a run lie, and how its training read them. */
export interface DataToRead {
  readonly data: string
  readonly reading: ReadingOptions
  /** The paths among these that the run names and the caller did not: whoever sent the run chose them. */
  readonly named: readonly string[]
}

/**
 * The photos that were asked for, else those that the run was trained on. The run's own are read as its training read them, but for what
 * `given` says. @throws InputError where no photos are named and the run does not tell of any that are there.
 */
export function dataToRead(run: string | undefined, data: string | undefined, given: ReadingOptions = {}): DataToRead {
  if (run === undefined) {
    check(data !== undefined, '`data`: the model is no run folder: name the photos')
    return { data, reading: given, named: [] }
  }
  const record = new RunFolder(run).record()
  const own = record.data === undefined ? undefined : placeOf(run, record, record.data)
  if (data !== undefined && (own === undefined || !isSamePlace(data, own))) return { data, reading: given, named: [] }
  check(
    data !== undefined || (own !== undefined && existsSync(own)),
    own === undefined
      ? `${join(run, runNames.record)}: does not say where the photos of the run lie (no data)`
      : `\`data\`: ${run} was trained on ${record.data}, which is not there`,
    'name the photos with `data`',
  )
  const placed = placedReading(run, record)
  const named = [
    ...(data === undefined ? [own!] : []),
    ...elsewhere.flatMap((key) => (given[key] === undefined && placed[key] !== undefined ? [placed[key]] : [])),
  ]
  return { data: data ?? own!, reading: mergeReading(given, placed), named: named.map((path) => resolve(path)) }
}

const elsewhere = ['images', 'detections', 'masks', 'locate'] as const

/**
 * How animals are found on photos that a run is asked about: as `given` says; where that names no network, no boxes and no masks, as on
 * the photos that it was trained on, so that it sees what it has learned to see.
 */
export function locatingOf(run: string | undefined, given: ReadingOptions): LocatingOptions {
  const { locate, locateConfig, animals } = given
  if (locate === 'none') return {}
  const says = [locate, given.detections, given.masks].some((one) => one !== undefined)
  if (says || run === undefined) return { locate, locateConfig, animals }
  const own = placedReading(run, new RunFolder(run).record())
  return { locate: own.locate, locateConfig: own.locateConfig, animals: animals ?? own.animals }
}

/** What a run's record says of its photos, its paths as they lie from here. */
function placedReading(run: string, record: PartOfRecord): ReadingOptions {
  const { reading = {} } = record
  const there = (path: string | undefined) => (path === undefined ? undefined : placeOf(run, record, path))
  const { images, detections, masks, locate, locateConfig } = reading
  return {
    ...reading,
    images: there(images),
    detections: there(detections),
    masks: there(masks),
    locate: there(locate),
    locateConfig: there(locateConfig),
  }
}

/** The folder that relative paths of a run's record start from, as seen from the run: both may be moved together. */
export function workingFolderFrom(run: string): string {
  return relative(resolve(run), process.cwd()) || '.'
}

/** Where a path of the record leads: from where the run was trained, else, as it was written, from here. */
function placeOf(run: string, { workingFolder }: PartOfRecord, path: string): string {
  const there = workingFolder === undefined ? path : resolve(run, workingFolder, path)
  settlePath(there)
  return existsSync(there) ? there : path
}

function isSamePlace(a: string, b: string): boolean {
  return existsSync(a) && existsSync(b) && realpathSync.native(a) === realpathSync.native(b)
}
