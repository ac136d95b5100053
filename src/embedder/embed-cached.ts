import { contentHashOf, eachPhoto, type Manifest, type Photo, type Skipped } from '../data/index.ts'
import { type EmbedOptions, embedBatches, embedPhotos, type PhotoEmbeddings } from './embed.ts'
import type { Embedder } from './embedder.ts'
import { type EmbeddingCache, embeddingCache } from './embedding-cache.ts'

/** As for an embedding without a cache, and where the cache lies. */
export interface CachedEmbedOptions extends EmbedOptions {
  /** Where embeddings are kept; beside the other caches unless given. */
  readonly cacheDir?: string | undefined
}

/**
 * As `embedPhotos`, but a photo that this model has embedded before is read and hashed only: its embedding comes from the cache.
 * What is new is kept there, unless the model warns that a photo's numbers depend on the others of its batch. @throws as `embedPhotos` does, and CacheError where the cache cannot be written.
 */
export async function embedCached(
  embedder: Embedder,
  manifest: Manifest,
  options: CachedEmbedOptions = {},
): Promise<PhotoEmbeddings> {
  if ((embedder.warnings ?? []).length > 0) return embedPhotos(embedder, manifest, options) // a photo's numbers depend on its neighbours
  const { cacheDir, onProgress } = options
  const { photos } = manifest
  const { size } = embedder
  options.onPrepare?.('looking up', 0, photos.length) // a large model's fingerprint takes long too
  const cache = embeddingCache(await embedder.fingerprint(), size, cacheDir)
  const known = manifest.problems.length > 0 ? [] : await knownPhotos(cache, photos, options)
  const vectors = new Map<Photo, { readonly contentHash: string; readonly embedding: Float32Array }>()
  photos.forEach((photo, i) => {
    if (known[i] !== undefined) vectors.set(photo, known[i])
  })
  const found = vectors.size
  onProgress?.(found, photos.length)
  const missing = photos.filter((photo) => !vectors.has(photo))
  const rest = { ...manifest, photos: missing }
  const progress = { onProgress: (done: number) => onProgress?.(found + done, photos.length), mayBeEmpty: found > 0 }
  const skipped: Skipped[] = []
  const batches = missing.length === 0 ? [] : embedBatches(embedder, rest, { ...options, ...progress })
  for await (const batch of batches) {
    skipped.push(...batch.skipped)
    batch.photos.forEach((photo, row) => {
      const contentHash = batch.contentHashes[row]!
      const embedding = batch.data.slice(row * size, (row + 1) * size)
      cache.write(contentHash, photo, embedding)
      vectors.set(photo, { contentHash, embedding })
    })
  }
  const kept = photos.filter((photo) => vectors.has(photo))
  const data = new Float32Array(kept.length * size)
  kept.forEach((photo, row) => data.set(vectors.get(photo)!.embedding, row * size))
  return {
    embeddings: { count: kept.length, dim: size, data, fusion: embedder.fusion },
    photos: kept,
    contentHashes: kept.map((photo) => vectors.get(photo)!.contentHash),
    skipped,
  }
}

/** Each photo's hash and embedding where the cache has it. A file that cannot be read is told when it is embedded. */
async function knownPhotos(cache: EmbeddingCache, photos: readonly Photo[], { signal, onPrepare }: EmbedOptions) {
  const look = async (photo: Photo) => {
    const contentHash = await contentHashOf(photo.path).catch(() => undefined)
    if (contentHash === undefined) return undefined
    const embedding = cache.read(contentHash, photo)
    return embedding && { contentHash, embedding }
  }
  const known: Awaited<ReturnType<typeof look>>[] = []
  const onDone = (done: number, total: number) => onPrepare?.('looking up', done, total)
  for await (const found of eachPhoto(photos, look, { signal, onDone })) known.push(found)
  return known
}
