import { check, InputError } from '../base/index.ts'
import {
  checkListed,
  decodePhoto,
  describePhoto,
  eachPhoto,
  listOf,
  type Manifest,
  type Photo,
  type PhotoFile,
  type ReadPhoto,
  readPhotos,
  type Skipped,
} from '../data/index.ts'
import { type CaptionKind, captionsLeftOut, hasPhotoHeader, type ImageRGBA } from '../images/index.ts'
import type { Embeddings } from '../retrieval/index.ts'
import { batchesUnderWay, inBatches } from './batches.ts'
import { type Embedder, type PreparedPhoto, prepareFor } from './embedder.ts'

/** checking: headers are looked at; looking up: files are read, to find their embeddings in the cache. */
export type PrepareStage = 'checking' | 'looking up'

/** Which photos may be left out of an embedding, and who is told how far it is. */
export interface EmbedOptions {
  /** Photos that cannot be used are left out and listed; otherwise they are an error that lists them all. */
  readonly skipUnreadable?: boolean | undefined
  /** Photos with more pixels are refused. */
  readonly limitPixels?: number | undefined
  /** No photo left is no error. */
  readonly mayBeEmpty?: boolean | undefined
  /** What is embedded in place of a decoded photo; the photo itself unless given. */
  readonly inPlaceOf?: ((image: ImageRGBA, photo: Photo) => Promise<ImageRGBA>) | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  /** Called for each photo that was decoded, with the kinds of captions that were left out of it: none of most. */
  readonly onCaption?: ((photo: Photo, kinds: readonly CaptionKind[]) => void) | undefined
  /** Called for what comes before embedding, photo by photo. */
  readonly onPrepare?: ((stage: PrepareStage, done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** The embeddings of a few photos in a row. */
export interface EmbeddedPhotos {
  readonly photos: readonly Photo[]
  /** SHA-256 of each file's bytes. */
  readonly contentHashes: readonly string[]
  /** [photos, size], L2-normalised. */
  readonly data: Float32Array
  /** Left out since the batch before. */
  readonly skipped: readonly Skipped[]
}

/**
 * Photos embedded, in their order: row i of `embeddings` [count, D] and `contentHashes[i]` (SHA-256 of the file)
 * belong to `photos[i]`.
 */
export interface PhotoEmbeddings {
  readonly embeddings: Embeddings
  /** Those that were skipped left out. */
  readonly photos: readonly Photo[]
  readonly contentHashes: readonly string[]
  readonly skipped: readonly Skipped[]
}

/**
 * Embeds photos and gives them batch by batch, in their order: memory does not grow with the number of photos. The next photos are
 * decoded while the model works. Where the last photos were skipped, the last batch has none.
 *
 * Headers are looked at first: where a row is wrong or a file is missing or no photo, nothing is embedded, and photos are decoded
 * only to tell everything at once. Where damage inside a file is met later, embedding stops and decoding goes on likewise.
 * @throws InputError listing everything that is wrong with rows and files; the signal's reason when it aborts.
 */
export async function* embedBatches(
  embedder: Embedder,
  source: Manifest | readonly Photo[],
  options: EmbedOptions = {},
): AsyncGenerator<EmbeddedPhotos, void, undefined> {
  const {
    skipUnreadable = false,
    mayBeEmpty,
    limitPixels,
    inPlaceOf,
    onProgress,
    onPrepare,
    onCaption,
    signal,
  } = options
  const { name, photos, problems } = listOf(source)
  if (problems.length > 0) checkListed(source, { skipUnreadable })
  const skipped: Skipped[] = []
  let told = 0
  const tell = (count: number) => {
    if (count > told) onProgress?.(count, photos.length)
    told = Math.max(told, count)
  }
  const prepare = async (file: PhotoFile) => {
    const decoded = await decodePhoto(file, limitPixels)
    const image = inPlaceOf === undefined ? decoded : await inPlaceOf(decoded, file.photo)
    const captions = new Set(embedder.geometries.flatMap((seen) => captionsLeftOut(image, seen)))
    onCaption?.(file.photo, [...captions])
    return prepareFor(embedder, image, file.photo.box)
  }
  const ahead = batchesUnderWay(embedder) * embedder.batchSize
  async function* usable(): AsyncGenerator<Usable> {
    let spoilt = !skipUnreadable && !(await headersFit(photos, { limitPixels, signal, onPrepare }))
    let done = 0
    for await (const found of readPhotos(source, prepare, { skipUnreadable, mayBeEmpty, signal, ahead })) {
      done++
      if ('made' in found) {
        if (!spoilt) yield { ...found, done }
      } else if (skipUnreadable) skipped.push(found)
      else spoilt = true
      if (spoilt) tell(done)
    }
    check(!spoilt, `${name}: files changed while they were read`, 'run the command again')
  }
  for await (const { done, ...batch } of inBatches(usable(), embedder, (rows) => embedRows(embedder, rows))) {
    signal?.throwIfAborted()
    yield { ...batch, skipped: skipped.splice(0) }
    tell(done)
  }
  if (skipped.length > 0) yield { photos: [], contentHashes: [], data: new Float32Array(0), skipped }
  tell(photos.length)
}

/** Embeds photos and keeps the embeddings: 3 kB a photo at 768 numbers. @throws as embedBatches does. */
export async function embedPhotos(
  embedder: Embedder,
  source: Manifest | readonly Photo[],
  options: EmbedOptions = {},
): Promise<PhotoEmbeddings> {
  const { size } = embedder
  const data = new Float32Array(listOf(source).photos.length * size)
  const photos: Photo[] = []
  const contentHashes: string[] = []
  const skipped: Skipped[] = []
  for await (const batch of embedBatches(embedder, source, options)) {
    data.set(batch.data, photos.length * size)
    photos.push(...batch.photos)
    contentHashes.push(...batch.contentHashes)
    skipped.push(...batch.skipped)
  }
  const embeddings = {
    count: photos.length,
    dim: size,
    data: data.subarray(0, photos.length * size),
    fusion: embedder.fusion,
  }
  return { embeddings, photos, contentHashes, skipped }
}

/** A photo that can be embedded; `done` counts the photos up to it, skipped ones among them. */
interface Usable extends ReadPhoto<PreparedPhoto> {
  readonly done: number
}

async function embedRows(embedder: Embedder, rows: readonly Usable[]) {
  const { size } = embedder
  const data = await embedder.embed(rows.map(({ made }) => made))
  const wrong = data.findIndex((value) => !Number.isFinite(value))
  if (wrong !== -1) {
    const { photo } = rows[Math.floor(wrong / size)]!
    throw new InputError(`${embedder.source}: gives ${data[wrong]} for ${describePhoto(photo)}: it cannot be used`)
  }
  return {
    photos: rows.map(({ photo }) => photo),
    contentHashes: rows.map(({ contentHash }) => contentHash),
    data,
    done: rows.at(-1)!.done,
  }
}

async function headersFit(
  photos: readonly Photo[],
  { limitPixels, signal, onPrepare }: Pick<EmbedOptions, 'limitPixels' | 'signal' | 'onPrepare'>,
): Promise<boolean> {
  const tell = (done: number, total: number) => onPrepare?.('checking', done, total)
  tell(0, photos.length)
  const look = ({ path }: Photo) => hasPhotoHeader(path, limitPixels)
  for await (const fits of eachPhoto(photos, look, { signal, onDone: tell })) if (!fits) return false
  return true
}
