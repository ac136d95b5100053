import { createHash } from 'node:crypto'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import {
  check,
  type FileContent,
  makeFolder,
  parseJson,
  parseStrictly,
  readRegular,
  readSealedJson,
  resolveBeside,
  resolveInside,
  settlePath,
  writeFileAtomic,
  writeSealedJson,
} from '../base/index.ts'
import type { Photo } from '../data/index.ts'
import { outlineSchema } from '../images/index.ts'
import { bytesOf, decodeNpy, npyHeader } from '../tensor/index.ts'
import type { PhotoEmbeddings } from './embed.ts'
import type { Embedder } from './embedder.ts'

const fileName = z.string().regex(/^[\w.-]+$/, { error: 'expected a plain file name' })
const hash = z.string().regex(/^[0-9a-f]{64}$/, { error: 'expected a SHA-256' })
const part = z.strictObject({ file: fileName, sha256: hash })
const localSchema = part.extend({ name: z.string(), fingerprint: hash })

/** What `gallery.json` says. */
const indexSchema = z.strictObject({
  format: z.literal('rosette-gallery'),
  version: z.literal(1),
  model: z.strictObject({
    name: z.string(),
    fingerprint: hash,
    size: z.int().positive(),
    flipAveraging: z.boolean(),
  }),
  photos: part,
  embeddings: part,
  /** Of one extractor, or a list of several. */
  local: z.union([localSchema, z.array(localSchema).readonly()]).optional(),
})

/** The entries for local features, however many there are. */
export function localsOf(local: z.output<typeof indexSchema>['local']): readonly z.output<typeof localSchema>[] {
  if (local === undefined) return []
  return 'file' in local ? [local] : local
}

const photoSchema = z.strictObject({
  filename: z.string().min(1),
  contentHash: hash,
  identity: z.string().optional(),
  encounter: z.string().optional(),
  timestamp: z.string().optional(),
  flank: z.string().optional(),
  camera: z.string().optional(),
  box: z.strictObject({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }).optional(),
  mask: z.strictObject({ path: z.string(), sha256: hash, outline: outlineSchema.optional() }).optional(),
  extra: z.record(z.string(), z.string()).optional(),
})
const photosSchema = z.array(photoSchema)

/** The file that says what a gallery holds; it is written last. */
export const indexFile = 'gallery.json'

/** What helps where a file of a gallery is damaged. */
function anew(folder: string): string {
  return `make the gallery anew from its photos: \`writeGallery(${JSON.stringify(folder)})\``
}

/** What a gallery's `gallery.json` says. @throws InputError where it is malformed, or was edited or damaged since it was written. */
export function readIndex(folder: string): z.output<typeof indexSchema> {
  return readSealedJson(join(folder, indexFile), indexSchema, { hint: anew(folder), mayLackSeal: true })
}

/** The model that made a gallery's embeddings, by name and by a hash of all that decides its numbers. */
export type GalleryModel = Readonly<z.output<typeof indexSchema>['model']>

/** Local features that a gallery keeps beside its embeddings: whose they are, and the file as whoever made them wrote it. */
export interface GalleryLocal {
  /** What found them, in words and by a hash of all that decides them. */
  readonly name: string
  readonly fingerprint: string
  readonly content: FileContent
}

/** A gallery read back: its photos' paths are where `images` says that they lie, or their file names. */
export interface Gallery extends PhotoEmbeddings {
  readonly model: GalleryModel
}

/** True for a folder that `writeGallery` made. */
export function isGallery(path: string): boolean {
  settlePath(path)
  return existsSync(join(path, indexFile))
}

/** A model as a gallery records it. */
export async function galleryModel(embedder: Embedder): Promise<GalleryModel> {
  return {
    name: embedder.name,
    fingerprint: await embedder.fingerprint(),
    size: embedder.size,
    flipAveraging: embedder.tta !== 'none',
  }
}

/**
 * Writes embedded photos as a gallery: `embeddings-….npy` float32 [photos, size], `photos-….json` with labels, boxes and the SHA-256 of each
 * file, a `local-….safetensors` for each kind of local features, in the photos' order, and `gallery.json`, which names all with their hashes. That one is written last, so that a gallery is the old one or the new
 * one, whatever happens; what the old one named is then removed.
 */
export function writeGallery(
  folder: string,
  model: GalleryModel,
  embedded: PhotoEmbeddings,
  locals: readonly GalleryLocal[] = [],
): void {
  const { embeddings, photos, contentHashes } = embedded
  makeFolder(folder)
  const table = photos.map((photo, i) => recordOf(photo, contentHashes[i]!))
  const index = {
    format: 'rosette-gallery',
    version: 1,
    model,
    photos: writePart(folder, 'photos', 'json', [Buffer.from(`${JSON.stringify(table, undefined, 1)}\n`)]),
    embeddings: writePart(folder, 'embeddings', 'npy', [
      npyHeader([embeddings.count, embeddings.dim]),
      bytesOf(embeddings.data),
    ]),
  }
  const written = locals.map((local) => writeLocal(folder, local))
  const [only, ...more] = written
  const listed = only === undefined ? {} : { local: more.length === 0 ? only : written }
  writeSealedJson(join(folder, indexFile), { ...index, ...listed })
  const current = new Set([index.photos.file, index.embeddings.file, ...written.map(({ file }) => file)])
  for (const name of readdirSync(folder))
    if (/^(photos|embeddings|local)-[0-9a-f]{16}\.(json|npy|safetensors)$/.test(name) && !current.has(name))
      rmSync(join(folder, name))
}

/**
 * Reads a gallery folder; every file is held against its hash in the index. With `model` it must be the one that
 * embedded the photos; with `images` photos are looked for there. @throws InputError naming the file that is damaged,
 * missing or malformed, and the two models where they differ.
 */
export function readGallery(
  folder: string,
  { model, images }: { readonly model?: GalleryModel | undefined; readonly images?: string | undefined } = {},
): Gallery {
  const index = readIndex(folder)
  if (model !== undefined) checkSameModel(folder, index.model, model)
  const photosPath = placeOfPart(folder, index.photos)
  const table = readPart(photosPath, index.photos)
  const records = parseStrictly(photosSchema, parseJson(table.toString('utf8'), photosPath), photosPath)
  const npyPath = placeOfPart(folder, index.embeddings)
  const { shape, data } = decodeNpy(readPart(npyPath, index.embeddings), npyPath)
  const expected = [records.length, index.model.size]
  check(
    shape.length === 2 && shape[0] === expected[0] && shape[1] === expected[1],
    `${npyPath}: expected [${expected}] numbers, got [${shape}]`,
  )
  return {
    model: index.model,
    embeddings: { count: records.length, dim: index.model.size, data },
    photos: records.map((record) => photoOf(record, images)),
    contentHashes: records.map(({ contentHash }) => contentHash),
    skipped: [],
  }
}

/**
 * What a gallery becomes with more photos. Those that it has already (same file, same box) are counted; what was not known of one, as who it shows, is taken
 * from the new table. @throws InputError where a photo has one individual in the gallery and another in the table.
 */
export function appended(
  gallery: PhotoEmbeddings,
  added: PhotoEmbeddings,
): { readonly gallery: PhotoEmbeddings; readonly known: number; readonly named: number } {
  const keyOf = ({ box, mask }: Photo, contentHash: string) =>
    JSON.stringify([contentHash, box ?? null, mask?.sha256 ?? null])
  const photos = [...gallery.photos]
  const places = new Map(photos.map((photo, i) => [keyOf(photo, gallery.contentHashes[i]!), i]))
  const rows: number[] = []
  let named = 0
  added.photos.forEach((photo, row) => {
    const place = places.get(keyOf(photo, added.contentHashes[row]!))
    if (place === undefined) rows.push(row)
    else {
      const before = photos[place]!
      photos[place] = completed(before, photo)
      if (before.identity === undefined && photo.identity !== undefined) named++
    }
  })
  const { dim } = gallery.embeddings
  const data = new Float32Array((photos.length + rows.length) * dim)
  data.set(gallery.embeddings.data)
  rows.forEach((row, i) =>
    data.set(added.embeddings.data.subarray(row * dim, (row + 1) * dim), (photos.length + i) * dim),
  )
  return {
    gallery: {
      embeddings: { ...gallery.embeddings, count: photos.length + rows.length, data },
      photos: [...photos, ...rows.map((row) => added.photos[row]!)],
      contentHashes: [...gallery.contentHashes, ...rows.map((row) => added.contentHashes[row]!)],
      skipped: [...gallery.skipped, ...added.skipped],
    },
    known: added.photos.length - rows.length,
    named,
  }
}

/** A photo of the gallery with what a table knows of it besides. */
function completed(photo: Photo, more: Photo): Photo {
  check(
    photo.identity === undefined || more.identity === undefined || photo.identity === more.identity,
    `${more.filename}: it is '${photo.identity}' in the gallery, as ${photo.filename}, and '${more.identity}' in what is added`,
    'correct the table, or make the gallery anew',
  )
  const { identity, encounter, timestamp, flank, camera } = photo
  return {
    ...photo,
    identity: identity ?? more.identity,
    encounter: encounter ?? more.encounter,
    timestamp: timestamp ?? more.timestamp,
    flank: flank ?? more.flank,
    camera: camera ?? more.camera,
    extra: { ...more.extra, ...photo.extra },
  }
}

function checkSameModel(folder: string, made: GalleryModel, asked: GalleryModel): void {
  const flip = ({ flipAveraging }: GalleryModel) => (flipAveraging ? 'with flip averaging' : 'without flip averaging')
  check(
    made.fingerprint === asked.fingerprint,
    `${folder}: its embeddings were made by ${made.name} (${made.fingerprint.slice(0, 12)}, ${flip(made)}), and this model is ${asked.name} (${asked.fingerprint.slice(0, 12)}, ${flip(asked)})`,
    twoModelsHint(made, asked),
  )
}

/** Two checkpoints of a run, and two trainings of one preset, have one name. */
function twoModelsHint(made: GalleryModel, asked: GalleryModel): string {
  const cure =
    'embeddings of two models cannot be compared: ask with the model that made the gallery, or make it anew with this one'
  if (made.name !== asked.name || made.size !== asked.size || made.flipAveraging !== asked.flipAveraging) return cure
  return `${cure}; two models may have one name: those of another checkpoint, precision or training, and exports of an older rosette`
}

function recordOf(
  { filename, identity, encounter, timestamp, flank, camera, box, mask, extra }: Photo,
  contentHash: string,
) {
  return { filename, contentHash, identity, encounter, timestamp, flank, camera, box, mask, extra }
}

function photoOf({ contentHash: _, extra = {}, ...known }: z.output<typeof photoSchema>, images?: string): Photo {
  const { filename } = known
  const path = images === undefined ? filename : resolveInside(images, filename, 'gallery', { links: 'anywhere' })
  return { ...known, path, extra }
}

/** A file that is named by what it holds, and its hash. */
export interface Part {
  readonly file: string
  readonly sha256: string
}

function writeLocal(
  folder: string,
  { name, fingerprint, content }: GalleryLocal,
): Part & Omit<GalleryLocal, 'content'> {
  const pieces =
    typeof content === 'string' ? [Buffer.from(content)] : content instanceof Uint8Array ? [content] : content
  return { ...writePart(folder, 'local', 'safetensors', pieces), name, fingerprint }
}

/** Writes a file that is named by what it holds. */
function writePart(folder: string, name: string, extension: string, content: readonly Uint8Array[]): Part {
  const digest = createHash('sha256')
  for (const piece of content) digest.update(piece)
  const sha256 = digest.digest('hex')
  const file = `${name}-${sha256.slice(0, 16)}.${extension}`
  writeFileAtomic(join(folder, file), content)
  return { file, sha256 }
}

/** Where a file lies that the index names, in the words in which the folder was named. @throws InputError for a name that leads elsewhere. */
export function placeOfPart(folder: string, { file }: Pick<Part, 'file'>): string {
  resolveBeside(join(folder, indexFile), file)
  return join(folder, file)
}

/** A file that the index names. @throws InputError where it is missing or has other contents. */
export function readPart(path: string, { sha256 }: Part): Buffer {
  check(existsSync(path), `${path}: missing, and ${indexFile} names it`, anew(dirname(path)))
  const bytes = readRegular(path, 'array')
  check(
    createHash('sha256').update(bytes).digest('hex') === sha256,
    `${path}: damaged: its contents are not those that ${indexFile} was written with`,
    anew(dirname(path)),
  )
  return bytes
}
