import { dirname } from 'node:path'
import * as z from 'zod'
import { check, counted, InputError, optionText } from '../base/index.ts'
import { type GivenBox, placeBoxes } from './boxes.ts'
import { boundsOf, type Drawn, outlineMask, readSegmentation } from './coco-outline.ts'
import { inForm } from './json-file.ts'
import { describePhoto, type Manifest, type Photo, type Problem, shortList, type TableReading } from './manifest.ts'
import { masksUnread } from './masks.ts'
import type { ResolvedOpenOptions } from './open.ts'
import { photoFinder } from './photo-finder.ts'
import { splitSideOf } from './split-column.ts'

const id = z.union([z.number(), z.string()])

const cocoSchema = z.object({
  images: z.array(
    z.looseObject({ id, file_name: z.string(), width: z.number().nullish(), height: z.number().nullish() }),
  ),
  annotations: z.array(
    z.looseObject({
      image_id: id,
      category_id: id.nullish(),
      bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]).nullish().or(z.tuple([])),
      segmentation: z.unknown().optional(),
    }),
  ),
  categories: z.array(z.looseObject({ id, name: z.string() })).nullish(),
})

type Coco = z.output<typeof cocoSchema>
type Annotation = Coco['annotations'][number]
type Image = Coco['images'][number]

/** The keys of an annotation, its attributes or its image that hold a field, the first found winning. */
const keys = {
  identity: [
    'identity',
    'individual',
    'individual_id',
    'individualID',
    'individual_name',
    'individual_uuid',
    'animal_id',
    'name',
    'name_id',
    'individual_ids', // of WBIA: all annotations of the individual, by their ids
  ],
  encounter: [
    'encounter',
    'encounter_id',
    'sighting',
    'sighting_id',
    'occurrence',
    'occurrence_id',
    'event_id',
    'seq_id',
  ],
  timestamp: ['timestamp', 'datetime', 'date_captured', 'date'],
  flank: ['flank', 'side', 'viewpoint'],
  camera: ['camera', 'camera_id', 'station', 'location'],
  split: ['split', 'subset', 'dataset_split', 'original_split', 'set'],
} as const satisfies Record<string, readonly string[]>

type CocoField = keyof typeof keys

/**
 * Annotations of COCO: boxes in pixels, masks by their segmentation, and the individual under a key of the annotation or of its attributes, or, where `columns` says
 * `identity=category`, the category. An image without an annotation is a photo of nobody known.
 * @throws InputError where it is no COCO file, or no key has individuals where they are needed.
 */
export function openCoco(path: string, json: unknown, options: ResolvedOpenOptions): Manifest {
  const { images, annotations, categories } = inForm(path, json, cocoSchema, "COCO's annotations")
  const named = withSplitKey(keysOf(path, { images, annotations }, options.columns ?? {}), { images, annotations })
  const folder = options.images ?? dirname(path)
  const finder = photoFinder([folder], folder)
  const categoryNames = new Map((categories ?? []).map((category) => [String(category.id), category.name]))
  const annotated = new Map<string, Annotation[]>()
  for (const annotation of annotations) {
    const list = annotated.get(String(annotation.image_id))
    if (list === undefined) annotated.set(String(annotation.image_id), [annotation])
    else list.push(annotation)
  }
  const known = new Set(images.map((image) => String(image.id)))
  const astray = annotations.filter((annotation) => !known.has(String(annotation.image_id))).length
  check(
    astray === 0,
    `${path}: ${counted(astray, 'annotation names', 'annotations name')} an image_id that no image has`,
  )
  const problems: Problem[] = []
  const found = images.flatMap((image, i) => {
    options.onFile?.('listing', i, images.length)
    const place = finder.find(image.file_name)
    if ('what' in place) {
      problems.push({ where: `image ${image.id} '${image.file_name}'`, ...place })
      return []
    }
    const list: readonly (Annotation | undefined)[] = annotated.get(String(image.id)) ?? [undefined]
    return list.map((annotation): Animal => {
      const photo = photoOf(place.path, { image, annotation, named, categoryNames })
      const stated = image.width && image.height ? { width: image.width, height: image.height } : undefined
      const drawn = readSegmentation(annotation?.segmentation, stated)
      if (typeof drawn === 'string') problems.push({ where: describePhoto(photo), what: drawn })
      return { photo, stated, bbox: annotation?.bbox, drawn: typeof drawn === 'string' ? undefined : drawn }
    })
  })
  if (options.requireIdentity)
    checkIndividuals(
      path,
      found.map(({ photo }) => photo),
      annotations,
      categoryNames,
    )
  const placed = withPlaces(path, found, options)
  return {
    kind: 'coco',
    source: path,
    photos: placed.photos,
    reading: readingOf(named, annotations),
    notes: [`annotations of COCO: ${annotations.length} on ${counted(images.length, 'image')}`, ...placed.notes],
    warnings: [...finder.warnings(), ...placed.warnings],
    problems: [...problems, ...placed.problems],
  }
}

/** An annotation whose photo is known. */
interface Animal {
  readonly photo: Photo
  /** The size that the file says the image has. */
  readonly stated: GivenBox['stated']
  readonly bbox: Annotation['bbox']
  readonly drawn: Drawn | undefined
}

/** The photos with box and mask. What has an outline and no box gets the box around it. */
function withPlaces(
  path: string,
  animals: readonly Animal[],
  options: ResolvedOpenOptions,
): Pick<Manifest, 'photos' | 'problems' | 'warnings'> & { readonly notes: readonly string[] } {
  const boxed = animals.flatMap(({ photo, stated, bbox, drawn }) => {
    const [x, y, width, height] = bbox ?? []
    const has = x !== undefined && y !== undefined && width !== undefined && height !== undefined
    const numbers = has ? ([x, y, width, height] as const) : drawn && boundsOf(drawn, stated)
    return numbers === undefined ? [] : [{ photo, path: photo.path, where: describePhoto(photo), numbers, stated }]
  })
  const { boxes, turns, notes, warnings } = placeBoxes(boxed, {
    where: path,
    called: 'bbox',
    formats: options.boxFormat === undefined ? ['xywh', 'xyxy'] : [options.boxFormat],
    onSize: options.onSize,
  })
  const indexOf = new Map(boxed.map(({ photo }, i) => [photo, i]))
  const problems: Problem[] = []
  const photos = animals.map(({ photo, drawn }): Photo => {
    const i = indexOf.get(photo)
    const box = i === undefined ? undefined : boxes[i]
    if (typeof box === 'string') problems.push({ where: describePhoto(photo), what: box })
    return {
      ...photo,
      box: typeof box === 'string' ? undefined : box,
      ...(drawn === undefined ? {} : { mask: outlineMask(path, drawn, i === undefined ? 1 : turns[i]!) }),
    }
  })
  const masks = photos.filter(({ mask }) => mask !== undefined).length
  const without = animals.filter(({ bbox, drawn }) => bbox?.length === 4 && drawn === undefined).length
  const rest = without === 0 ? '' : `; ${without} annotations have none`
  return {
    photos,
    problems,
    warnings,
    notes: [
      ...notes,
      ...(masks === 0 ? [] : [`${counted(masks, 'mask')} by their segmentation${rest}; ${masksUnread}`]),
    ],
  }
}

/** Field → the keys that hold it in this file, the first found winning. */
type NamedKeys = Readonly<Record<CocoField, readonly string[]>>

function keysOf(
  where: string,
  { images, annotations }: Pick<Coco, 'images' | 'annotations'>,
  columns: Readonly<Record<string, string>>,
): NamedKeys {
  const foreign = Object.keys(columns).filter((field) => !Object.hasOwn(keys, field))
  check(
    foreign.length === 0,
    `${where}: no field '${foreign[0]}' in COCO's annotations`,
    `there are ${Object.keys(keys).join(', ')}, as in ${optionText({ columns: { identity: 'category' } })}`,
  )
  const places = [...annotations, ...annotations.map(({ attributes }) => attributes), ...images].map(asObject)
  const there = new Set(
    places.flatMap((place) =>
      Object.entries(place).flatMap(([key, value]) => (textOf(value) === undefined ? [] : [key])),
    ),
  )
  const keyOf = (field: CocoField) =>
    columns[field] === undefined
      ? keys[field].filter((key) => there.has(key))
      : [columns[field]].filter((key) => key !== '-') // none, as in tables
  return {
    identity: keyOf('identity'),
    encounter: keyOf('encounter'),
    timestamp: keyOf('timestamp'),
    flank: keyOf('flank'),
    camera: keyOf('camera'),
    split: keyOf('split'),
  }
}

/** A key for the split is one where all that stands under it names a side. */
function withSplitKey(named: NamedKeys, { images, annotations }: Pick<Coco, 'images' | 'annotations'>): NamedKeys {
  const places = [...annotations, ...annotations.map(({ attributes }) => attributes), ...images].map(asObject)
  const isSide = (key: string) =>
    places.every((place) => splitSideOf(textOf(Reflect.get(place, key)) ?? '') !== undefined)
  return { ...named, split: named.split.filter(isSide) }
}

/** Keys of an annotation that say nothing of the animal. */
const formal = new Set(['id', 'image_id', 'category_id', 'bbox', 'area', 'iscrowd', 'segmentation', 'attributes'])

/** Which keys were taken for what, and which keys of annotations no field has. */
function readingOf(named: NamedKeys, annotations: readonly Annotation[]): TableReading {
  const taken = Object.entries(named).flatMap(([field, keys]) =>
    keys.length === 0 ? [] : [[field, keys.join(' or ')]],
  )
  const own = new Set(
    annotations.flatMap((annotation) => [...Object.keys(annotation), ...Object.keys(asObject(annotation.attributes))]),
  )
  const used = new Set([...formal, ...Object.values(named).flat()])
  return { columns: Object.fromEntries(taken), left: [...own].filter((key) => !used.has(key)) }
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}

interface CocoEntry {
  readonly image: Image
  readonly annotation: Annotation | undefined
  readonly named: NamedKeys
  readonly categoryNames: ReadonlyMap<string, string>
}

function photoOf(path: string, { image, annotation, named, categoryNames }: CocoEntry): Photo {
  const category = annotation?.category_id == null ? undefined : categoryNames.get(String(annotation.category_id))
  const places = [annotation, annotation?.attributes, image].map(asObject)
  const valueOf = (field: CocoField): string | undefined => {
    for (const key of named[field]) {
      if (key === 'category' && category !== undefined) return category
      const value = places.map((place) => textOf(Reflect.get(place, key))).find((text) => text !== undefined)
      if (value !== undefined) return value
    }
    return undefined
  }
  return {
    filename: image.file_name,
    path,
    identity: valueOf('identity'),
    encounter: valueOf('encounter'),
    timestamp: valueOf('timestamp'),
    flank: valueOf('flank'),
    camera: valueOf('camera'),
    ...(named.split.length === 0 ? {} : { split: splitSideOf(valueOf('split') ?? '') ?? 'none' }),
    box: undefined,
    extra: category === undefined ? {} : { category },
  }
}

/** Text and numbers; of a list with one of them that, as WBIA writes individual_ids. */
function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.length === 1 ? textOf(value[0]) : undefined
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function checkIndividuals(
  path: string,
  photos: readonly Photo[],
  annotations: readonly Annotation[],
  categoryNames: ReadonlyMap<string, string>,
): void {
  if (photos.length === 0 || photos.some(({ identity }) => identity !== undefined)) return
  const own = [...new Set(annotations.flatMap((annotation) => Object.keys(annotation)))]
  const names = shortList([...categoryNames.values()], 4)
  const named = optionText({ columns: { identity: '…' } })
  throw new InputError(
    `${path}: individuals are needed, and no key of its annotations has them; their keys are ${own.join(', ')}`,
    names === ''
      ? `name the key with ${named}`
      : `name the key with ${named}; are the categories (${names}) individuals? ${optionText({ columns: { identity: 'category' } })}`,
  )
}
