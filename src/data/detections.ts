import { check, counted, largest } from '../base/index.ts'
import type { Box } from '../images/index.ts'
import { placeBoxes, type SizeProgress } from './boxes.ts'
import { type Detection, type FileDetections, readDetections } from './detections-file.ts'
import { describePhoto, type Manifest, type Photo, type Problem, shortList } from './manifest.ts'

/** Boxes from a detector's file in place of a table's. */
export interface DetectionOptions extends SizeProgress {
  /** A file of MegaDetector, AddaxAI or SpeciesNet: each animal in it is an annotation of its photo. */
  readonly detections?: string | undefined
  /** Detections that are less sure are passed over: 0 to 1. */
  readonly confidence?: number | undefined
}

/** MegaDetector's makers: 0.2 misses few animals of version 5. */
export const detectionDefaults = { confidence: 0.2 } as const

/**
 * The manifest with an annotation for each animal that a detector found. Photos that have a box keep it; photos without a detection
 * stay whole; of a photo with a known individual and several animals the surest detection is kept, for the others are somebody else.
 * @throws InputError where the file cannot be read or names none of the photos.
 */
export function withDetections(
  manifest: Manifest,
  { detections: path, confidence, onSize }: DetectionOptions,
): Manifest {
  if (path === undefined) return manifest
  const threshold = confidence ?? detectionDefaults.confidence
  check(threshold >= 0 && threshold <= 1, `confidence: expected 0 to 1, got ${threshold}`)
  const files = readDetections(path)
  const { photos, source } = manifest
  const { found, unused, doubtful } = match(photos, files)
  check(
    photos.length === 0 || found.size > 0 || doubtful.length > 0,
    `${path}: none of its ${counted(files.length, 'file')} is a photo of ${source}`,
    files.length === 0 ? undefined : `it names '${files[0]!.file}', the first photo is '${photos[0]!.filename}'`,
  )
  const wanted = photos.flatMap((photo) => {
    const sure = (found.get(photo)?.animals ?? []).filter((animal) => animal.confidence >= threshold)
    if (photo.box !== undefined) return []
    return sure.slice(0, photo.identity === undefined ? undefined : 1).map((detection) => ({ photo, detection }))
  })
  const placed = placeBoxes(
    wanted.map(({ photo, detection }) => ({ path: photo.path, where: describePhoto(photo), numbers: detection.box })),
    { where: path, called: 'detections', formats: ['xywh'], unit: 'fractions', onSize },
  )
  const boxes = new Map<Photo, { readonly detection: Detection; readonly box: Box | undefined }[]>()
  const problems: Problem[] = doubtful.map((photo) => ({
    where: describePhoto(photo),
    what: `several files of ${path} could be this photo, or one of them several photos`,
    hint: 'run the detector on the folder that holds all photos, so that its file names their folders too',
  }))
  wanted.forEach(({ photo, detection }, i) => {
    const box = placed.boxes[i]
    if (typeof box === 'string') problems.push({ where: describePhoto(photo), what: box })
    else boxes.set(photo, [...(boxes.get(photo) ?? []), { detection, box }])
  })
  return {
    ...manifest,
    photos: photos.flatMap((photo): readonly Photo[] => {
      const animals = boxes.get(photo)
      if (animals === undefined) return [photo]
      return animals.map(({ detection, box }) => ({
        ...photo,
        box,
        extra: { ...photo.extra, detection_confidence: String(detection.confidence) },
      }))
    }),
    problems: [...manifest.problems, ...problems],
    notes: [...(manifest.notes ?? []), ...countsOf(path, threshold, { photos, found, boxes, unused })],
    warnings: [...manifest.warnings, ...placed.warnings, ...warningsOf(photos, found, threshold)],
  }
}

interface Matches {
  readonly found: ReadonlyMap<Photo, FileDetections>
  /** How many files of the detector are no photo of the manifest. */
  readonly unused: number
  /** Photos that several files fit, or whose file fits several photos. */
  readonly doubtful: readonly Photo[]
}

/**
 * A detector names files from a folder of its own, above or below: a photo is the file whose name ends as its path does, or whose path
 * ends as its file name does.
 */
function match(photos: readonly Photo[], files: readonly FileDetections[]): Matches {
  const byName = new Map<string, FileDetections[]>()
  for (const file of files) {
    const name = lastName(plain(file.file))
    byName.set(name, [...(byName.get(name) ?? []), file])
  }
  const found = new Map<Photo, FileDetections>()
  const doubtful: Photo[] = []
  const used = new Set<FileDetections>()
  for (const photo of photos) {
    const [path, filename] = [plain(photo.path), plain(photo.filename)]
    const candidates = byName.get(lastName(path)) ?? []
    const exact = candidates.filter(({ file }) => [path, filename].includes(plain(file)))
    const ending = candidates.filter(({ file }) => endsWith(path, plain(file)) || endsWith(plain(file), filename))
    // two entries that say the same name are one file, as a detector that ran twice writes it
    const fitting = exact.length > 0 ? exact : longest(ending)
    if (new Set(fitting.map(({ file }) => plain(file))).size > 1) doubtful.push(photo)
    else if (fitting.length > 0) found.set(photo, fitting.at(-1)!)
    for (const file of fitting) used.add(file)
  }
  const shared = sharedFiles(found)
  for (const photo of shared) found.delete(photo)
  return { found, unused: files.length - used.size, doubtful: [...doubtful, ...shared] }
}

/** Photos whose detections may be those of another photo: `1.jpg` fits `Ana/1.jpg` and `Bo/1.jpg`. */
function sharedFiles(found: ReadonlyMap<Photo, FileDetections>): Photo[] {
  const paths = new Map<string, Set<string>>()
  for (const [photo, { file }] of found) {
    const name = plain(file)
    paths.set(name, (paths.get(name) ?? new Set()).add(photo.path))
  }
  return [...found].flatMap(([photo, { file }]) => (paths.get(plain(file))!.size > 1 ? [photo] : []))
}

/** Of files of which one name ends as another, the one that says most. */
function longest(files: readonly FileDetections[]): readonly FileDetections[] {
  const most = Math.max(0, ...files.map(({ file }) => plain(file).length))
  const whole = files.filter(({ file }) => plain(file).length === most)
  const nested = files.every(({ file }) => whole.some((long) => endsWith(plain(long.file), plain(file))))
  return nested ? whole : files
}

function plain(path: string): string {
  return path
    .normalize('NFC')
    .replaceAll('\\', '/')
    .replace(/^(\.\/)+/, '')
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function endsWith(path: string, end: string): boolean {
  return path === end || path.endsWith(`/${end}`)
}

function countsOf(
  path: string,
  threshold: number,
  {
    photos,
    found,
    boxes,
    unused,
  }: Pick<Matches, 'found' | 'unused'> & {
    readonly photos: readonly Photo[]
    readonly boxes: ReadonlyMap<Photo, readonly unknown[]>
  },
): string[] {
  const count = (holds: (photo: Photo) => boolean) => photos.filter(holds).length
  const animals = [...boxes.values()].reduce((sum, { length }) => sum + length, 0)
  const parts: readonly (readonly [number, one: string, many: string])[] = [
    [
      count((photo) => photo.box !== undefined),
      'photo keeps the box that it has',
      'photos keep the box that they have',
    ],
    [
      count((photo) => found.has(photo) && photo.box === undefined && !boxes.has(photo)),
      'photo without an animal stays whole',
      'photos without an animal stay whole',
    ],
    [count((photo) => !found.has(photo)), 'photo is not in it and stays whole', 'photos are not in it and stay whole'],
    [unused, 'of its files is not among the photos', 'of its files are not among the photos'],
    [
      [...found.values()].reduce((sum, { others }) => sum + others, 0),
      'person or vehicle left out',
      'people or vehicles left out',
    ],
  ]
  const told = parts.flatMap(([number, one, many]) => (number === 0 ? [] : [counted(number, one, many)]))
  return [
    [
      `${path}: ${counted(animals, 'animal')} in ${counted(boxes.size, 'photo')}, confidence ${threshold} or more`,
      ...told,
    ].join('; '),
  ]
}

function warningsOf(photos: readonly Photo[], found: Matches['found'], threshold: number): string[] {
  const failed = photos.filter((photo) => found.get(photo)?.failure !== undefined)
  const several = photos.filter((photo) => {
    const sure = found.get(photo)?.animals.filter(({ confidence }) => confidence >= threshold) ?? []
    return photo.identity !== undefined && photo.box === undefined && sure.length > 1
  })
  const names = (list: readonly Photo[]) =>
    shortList(
      list.map(({ filename }) => filename),
      3,
    )
  const animals = [...found.values()].flatMap((file) => file.animals)
  const surest = largest(animals.map(({ confidence }) => confidence))
  const unused =
    animals.length === 0
      ? 'the detector found no animal on these photos: all stay whole'
      : `no animal is as sure as ${threshold}, the surest ${surest}: all photos stay whole, unless \`confidence\` is lower`
  return [
    ...(photos.length > 0 && found.size > 0 && !(surest >= threshold) ? [unused] : []),
    ...(failed.length === 0
      ? []
      : [`the detector could not read ${counted(failed.length, 'photo')}: ${names(failed)}`]),
    ...(several.length === 0
      ? []
      : [
          `${counted(several.length, 'photo of one individual has', 'photos of one individual have')} several animals, the surest is taken: ${names(several)}`,
        ]),
  ]
}
