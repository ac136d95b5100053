import { CacheError, hashPhotos, type Photo, photoKey } from '../data/index.ts'
import { type Embedder, embedPhotos } from '../embedder/index.ts'
import { type Embeddings, pairCosines } from '../retrieval/index.ts'
import { nearestAcross } from '../study/index.ts'
import type { PairedPhoto, ShownPair } from './pair-figures.ts'
import { makeThumbnails } from './thumbnails.ts'

/** A photo that trained and one that validates, as near as their run found them. */
export interface CrossPhotos {
  readonly train: Photo
  readonly validation: Photo
  readonly bits: number
}

/** Photos near each other across a border, with pictures. */
export interface CertificateSection {
  readonly title: string
  readonly pairs: readonly ShownPair[]
}

/** What a certificate is made from. */
export interface CertificateInput {
  readonly photos: readonly Photo[]
  /** [photos, D]. */
  readonly embeddings: Embeddings
  readonly excludeSame: 'encounter' | undefined
  readonly crossPhotos: readonly CrossPhotos[]
}

/** How photos are read, and who is told how far it is. */
export interface CertificateOptions {
  readonly limitPixels?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** Longer side of the pictures, and how many pairs of a run's split are shown. */
const [picturePx, shownAtMost] = [240, 6] as const

/**
 * The nearest pairs across each border of a report: training and validation photos, where a run recorded them, and the photos that a ranking may find for
 * each other, by perceptual hash and by cosine. Where no hashes can be kept the cosines alone tell. @throws as makeThumbnails does.
 */
export async function certificateSections(
  embedder: Embedder,
  input: CertificateInput,
  options: CertificateOptions,
): Promise<CertificateSection[]> {
  const sections = [await trainedSection(embedder, input.crossPhotos, options), await rankedSection(input, options)]
  return sections.filter(({ pairs }) => pairs.length > 0)
}

async function trainedSection(
  embedder: Embedder,
  cross: readonly CrossPhotos[],
  options: CertificateOptions,
): Promise<CertificateSection> {
  const shown = cross.slice(0, shownAtMost)
  const photos = distinct(shown.flatMap(({ train, validation }) => [train, validation]))
  const rows = new Map(photos.map((photo, i) => [photoKey(photo), i]))
  const { limitPixels, signal } = options
  const embedded =
    photos.length === 0 ? undefined : await embedPhotos(embedder, photos, { limitPixels, ...(signal && { signal }) })
  const shownPhotos = await pictured(photos, options)
  const row = (photo: Photo) => rows.get(photoKey(photo))!
  const column = (side: 'train' | 'validation') => Int32Array.from(shown, (pair) => row(pair[side]))
  const cosines = embedded && pairCosines(embedded.embeddings, column('train'), column('validation'))
  const pairs = shown.map(({ train, validation, bits }, i): ShownPair => {
    const [a, b] = [shownPhotos[row(train)]!, shownPhotos[row(validation)]!]
    return {
      photos: [
        { ...a, side: 'train' },
        { ...b, side: 'validation' },
      ],
      ...{ by: 'hash', bits, cosine: cosines?.[i] ?? null },
      sameIdentity: train.identity === validation.identity,
    }
  })
  return { title: 'Nearest photos of training and validation', pairs }
}

async function rankedSection(input: CertificateInput, options: CertificateOptions): Promise<CertificateSection> {
  const { photos, embeddings, excludeSame } = input
  const hashes = await hashesOf(photos, options)
  const apart = (a: Photo, b: Photo) =>
    a.path !== b.path && !(excludeSame === 'encounter' && a.encounter !== undefined && a.encounter === b.encounter)
  const { signal } = options
  const found = await nearestAcross({ photos, hashes, embeddings, apart, signal })
  const rows = [...new Set(found.flatMap(({ a, b }) => [a, b]))]
  const made = await pictured(
    rows.map((row) => photos[row]!),
    options,
  )
  const shown = new Map(rows.map((row, i) => [row, made[i]!]))
  const pairs = found.map(({ a, b, ...near }): ShownPair => ({ photos: [shown.get(a)!, shown.get(b)!], ...near }))
  return { title: 'Nearest photos that may be found for each other', pairs }
}

/** Undefined where the cache cannot be written: a report needs no cache. */
async function hashesOf(photos: readonly Photo[], options: CertificateOptions): Promise<Uint32Array | undefined> {
  const { limitPixels, signal, onProgress } = options
  try {
    const given = { limitPixels, ...(signal && { signal }), ...(onProgress && { onProgress }) }
    return (await hashPhotos(photos, given)).hashes
  } catch (error) {
    if (error instanceof CacheError) return undefined
    throw error
  }
}

async function pictured(photos: readonly Photo[], { limitPixels, signal }: CertificateOptions): Promise<PairedPhoto[]> {
  const pictures = await makeThumbnails(photos, { longSidePx: picturePx, limitPixels, signal })
  return photos.map((photo, i) => ({
    name: photo.filename,
    identity: photo.identity ?? '',
    encounter: photo.encounter ?? '',
    side: photo.split ?? '',
    picture: pictures[i],
  }))
}

function distinct(photos: readonly Photo[]): Photo[] {
  return [...new Map(photos.map((photo) => [photoKey(photo), photo])).values()]
}
