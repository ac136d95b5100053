import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { check, InputError, inOrder } from '../base/index.ts'
import {
  checkProblems,
  describePhoto,
  type Manifest,
  type Photo,
  type Problem,
  type Skipped,
  skippedFor,
  unreadableProblem,
} from '../data/index.ts'
import {
  decodeDefaults,
  decodeImage,
  type Geometry,
  hasPhotoHeader,
  prepareImage,
  readPhotoFile,
} from '../images/index.ts'
import type { Embeddings } from '../retrieval/index.ts'
import { zeros } from '../tensor/index.ts'
import type { Embedder } from './embedder.ts'

export interface EmbedOptions {
  /** Photos that cannot be used are left out and listed; otherwise they are an error that lists them all. */
  readonly skipUnreadable?: boolean | undefined
  /** Photos with more pixels are refused. */
  readonly limitPixels?: number | undefined
  /** No photo left is no error. */
  readonly mayBeEmpty?: boolean | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** The embeddings of a few photos in a row. */
export interface EmbeddedPhotos {
  readonly photos: readonly Photo[]
  /** SHA-256 of each file's bytes. */
  readonly contentHashes: readonly string[]
  /** [photos, size], L2-normalised. */
  readonly data: Float32Array
}

/** All photos embedded. */
export interface PhotoEmbeddings {
  readonly embeddings: Embeddings
  /** Those that were skipped left out. */
  readonly photos: readonly Photo[]
  readonly contentHashes: readonly string[]
  readonly skipped: readonly Skipped[]
}

/**
 * Embeds photos batch by batch, as many batches at once as the model has lanes, and hands each to `take` in their order: memory
 * does not grow with the number of photos. The next photos are decoded while the model works. Returns what was skipped.
 *
 * Headers are looked at first: where a row is wrong or a file is missing or no photo, nothing is embedded, and photos are decoded
 * only to tell everything at once. Where damage inside a file is met later, embedding stops and decoding goes on likewise.
 * @throws InputError listing everything that is wrong with rows and files; the signal's reason when it aborts.
 */
export async function embedInBatches(
  embedder: Embedder,
  source: Manifest | readonly Photo[],
  options: EmbedOptions,
  take: (batch: EmbeddedPhotos) => void | Promise<void>,
): Promise<readonly Skipped[]> {
  const manifest = 'photos' in source ? source : undefined
  const photos = 'photos' in source ? source.photos : source
  const { skipUnreadable = false, limitPixels = decodeDefaults.limitPixels, onProgress, signal } = options
  const { batchSize, lanes, geometry } = embedder
  const problems: Problem[] = [...(manifest?.problems ?? [])]
  const skipped: Skipped[] = []
  let batch: PreparedPhoto[] = []
  let done = 0
  let told = 0
  const tell = (count: number) => {
    if (count > told) onProgress?.(count, photos.length)
    told = count
  }
  const fit = skipUnreadable || (problems.length === 0 && (await headersFit(photos, limitPixels, signal)))
  const underWay: { readonly embedded: Promise<EmbeddedPhotos>; readonly done: number }[] = []
  const takeUntil = async (left: number) => {
    while (underWay.length > left) {
      const { embedded, done } = underWay.shift()!
      await take(await embedded)
      tell(done)
      signal?.throwIfAborted()
    }
  }
  const flush = async () => {
    if (!fit || problems.length > 0) {
      underWay.length = 0
      tell(done)
    } else if (batch.length > 0) {
      const embedded = embedBatch(embedder, batch)
      embedded.catch(() => {}) // told when it is taken, or never
      underWay.push({ embedded, done })
      await takeUntil(lanes) // one more than are worked at, so that no lane waits
    }
    batch = []
  }
  // Each photo in the making is held whole in memory; what is ahead, only its pixels as the network sees them.
  const pool = { lanes: Math.min(4, availableParallelism() + 1), ahead: (lanes + 1) * batchSize }
  for await (const found of inOrder(photos.length, (i) => prepare(photos[i]!, geometry, limitPixels), pool)) {
    signal?.throwIfAborted()
    done++
    if ('pixels' in found) batch.push(found)
    else if (skipUnreadable) skipped.push(found)
    else problems.push(unreadableProblem(found))
    if (batch.length === batchSize) await flush()
  }
  await flush()
  await takeUntil(0)
  tell(done)
  checkProblems(manifest?.source ?? 'photos', problems)
  check(fit, `${manifest?.source ?? 'photos'}: files changed while they were read`, 'run the command again')
  const left = photos.length - skipped.length
  check(
    left > 0 || options.mayBeEmpty === true,
    `${manifest?.source ?? 'photos'}: no photo is left${skipped.map(listed).join('')}`,
  )
  return skipped
}

async function headersFit(
  photos: readonly Photo[],
  limitPixels: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const look = (i: number) => hasPhotoHeader(photos[i]!.path, limitPixels)
  for await (const fits of inOrder(photos.length, look, { lanes: 4, ahead: 16 })) {
    signal?.throwIfAborted()
    if (!fits) return false
  }
  return true
}

/** Embeds photos and keeps the embeddings: 3 kB a photo at 768 numbers. @throws as embedInBatches does. */
export async function embedPhotos(
  embedder: Embedder,
  source: Manifest | readonly Photo[],
  options: EmbedOptions = {},
): Promise<PhotoEmbeddings> {
  const total = 'photos' in source ? source.photos.length : source.length
  const { size } = embedder
  const data = new Float32Array(total * size)
  const photos: Photo[] = []
  const contentHashes: string[] = []
  const skipped = await embedInBatches(embedder, source, options, (batch) => {
    data.set(batch.data, photos.length * size)
    photos.push(...batch.photos)
    contentHashes.push(...batch.contentHashes)
  })
  const embeddings = { count: photos.length, dim: size, data: data.subarray(0, photos.length * size) }
  return { embeddings, photos, contentHashes, skipped }
}

export interface PreparedPhoto {
  readonly photo: Photo
  readonly pixels: Uint8Array
  readonly contentHash: string
}

/** A photo as the network sees it. @throws InputError naming the file that cannot be used. */
export async function preparePhoto(
  photo: Photo,
  geometry: Geometry,
  limitPixels: number = decodeDefaults.limitPixels,
): Promise<PreparedPhoto> {
  const bytes = await readPhotoFile(photo.path)
  const contentHash = createHash('sha256').update(bytes).digest('hex')
  const image = await decodeImage(bytes, { limitPixels, name: photo.path })
  return { photo, pixels: prepareImage(image, geometry, photo.box), contentHash }
}

async function prepare(photo: Photo, geometry: Geometry, limitPixels: number): Promise<PreparedPhoto | Skipped> {
  try {
    return await preparePhoto(photo, geometry, limitPixels)
  } catch (error) {
    if (error instanceof InputError) return skippedFor(photo, error)
    throw error
  }
}

async function embedBatch(embedder: Embedder, batch: readonly PreparedPhoto[]): Promise<EmbeddedPhotos> {
  const { geometry, size } = embedder
  const pixels = zeros('uint8', [batch.length, geometry.heightPx, geometry.widthPx, 3])
  batch.forEach((photo, b) => pixels.data.set(photo.pixels, b * photo.pixels.length))
  const data = await embedder.batch(pixels)
  const wrong = data.findIndex((value) => !Number.isFinite(value))
  if (wrong !== -1) {
    const { photo } = batch[Math.floor(wrong / size)]!
    throw new InputError(`${embedder.source}: gives ${data[wrong]} for ${describePhoto(photo)}: it cannot be used`)
  }
  return { photos: batch.map(({ photo }) => photo), contentHashes: batch.map((p) => p.contentHash), data }
}

function listed({ photo, reason }: Skipped): string {
  return `\n  ${describePhoto(photo)}: ${reason}`
}
