import { statSync } from 'node:fs'
import { InputError } from '../base/index.ts'
import { contentHashOf, eachPhoto, type Photo, photoKey } from '../data/index.ts'
import { type RunData, RunFolder, readRunData } from '../run/index.ts'

/** A photo that a run saw in training. */
export interface Recognised {
  readonly side: 'train' | 'validation'
  /** What the run calls it: its `photoKey` there. */
  readonly key: string
  /** SHA-256 of its file, where it was recognised by that. */
  readonly contentHash?: string | undefined
}

/** Hashing many photos takes long. */
export interface HashWatch {
  readonly onHash?: ((done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** For each photo which of a run's photos it is; undefined for a photo that the run did not see. */
export interface RecognisedPhotos {
  readonly photos: readonly (Recognised | undefined)[]
  /** By the files' bytes, or, for a run that did not note them, by names. */
  readonly by: 'content' | 'name'
}

/**
 * Recognises the photos that a run was trained or validated on: by their content, whatever they are called now. Only files of a length
 * that the run noted are read. Where a file holds several animals, the box decides, then the name.
 */
export async function recognisePhotos(
  photos: readonly Photo[],
  data: RunData,
  watch: HashWatch = {},
): Promise<RecognisedPhotos> {
  if (data.contents === undefined) return { photos: byName(photos, data), by: 'name' }
  const known = entriesByContent(data)
  const hashes = await hashesOf(
    photos,
    new Set([...(data.bytes?.train ?? []), ...(data.bytes?.validation ?? [])]),
    watch,
  )
  const found = photos.map((photo, i) => {
    const entries = known.get(hashes[i] ?? '')
    return entries && closest(entries, photoKey(photo))
  })
  return { photos: found, by: 'content' }
}

/**
 * True where these may be a run's own photos: the content of one at least is that of a photo which it saw, or, for a run that noted
 * names alone, which anybody can guess, most of these are there.
 */
export async function areOwnPhotos(data: RunData, photos: readonly Photo[]): Promise<boolean> {
  const { train, validation, contents, bytes } = data
  if (contents === undefined) {
    const found = new Set(byName(photos, data).flatMap((one) => one?.key ?? []))
    return found.size > 0 && found.size >= new Set([...train, ...validation]).size / 2
  }
  const known = new Set([...contents.train, ...contents.validation])
  const lengths = new Set([...(bytes?.train ?? []), ...(bytes?.validation ?? [])])
  for (const { path } of photos) if (known.has((await hashOf(path, lengths)) ?? '')) return true
  return false
}

/** The photos among these whose file is, byte for byte, one that the run was trained on; undefined where the run did not note them. */
export function trainedFiles(contentHashes: readonly string[], { contents }: RunData): number[] | undefined {
  if (contents === undefined) return undefined
  const trained = new Set(contents.train)
  return contentHashes.flatMap((hash, i) => (trained.has(hash) ? [i] : []))
}

/** How many of these photos a run was trained on, by content; 0 where the run does not tell. */
export async function learnedPhotos(photos: readonly Photo[], run: string, watch: HashWatch = {}): Promise<number> {
  if (!new RunFolder(run).hasSplit()) return 0
  const { photos: found } = await recognisePhotos(photos, readRunData(run), watch)
  return found.filter((known) => known?.side === 'train').length
}

/** Of a run's photos by their names alone. */
export function byName(photos: readonly Photo[], { train, validation }: RunData): (Recognised | undefined)[] {
  const known = new Map<string, Recognised['side']>([
    ...validation.map((key) => [key, 'validation'] as const),
    ...train.map((key) => [key, 'train'] as const),
  ])
  return photos.map((photo) => {
    const key = photoKey(photo)
    const side = known.get(key)
    return side && { side, key }
  })
}

function entriesByContent(data: RunData): Map<string, Recognised[]> {
  const known = new Map<string, Recognised[]>()
  for (const side of ['train', 'validation'] as const) {
    data.contents?.[side].forEach((hash, i) => {
      const entries = known.get(hash) ?? []
      known.set(hash, entries)
      entries.push({ side, key: data[side][i] ?? '', contentHash: hash })
    })
  }
  return known
}

/** The same name and box, else the same box, else what was trained on: the list has that first. */
function closest(entries: readonly Recognised[], key: string): Recognised {
  const box = boxOf(key)
  return entries.find((entry) => entry.key === key) ?? entries.find((entry) => boxOf(entry.key) === box) ?? entries[0]!
}

/** The box of a `photoKey`, as text; '' where it has none. */
function boxOf(key: string): string {
  return /^\[".*",([^"]*)\]$/s.exec(key)?.[1] ?? ''
}

/** The file name of a `photoKey`. */
export function nameOf(key: string): string {
  return boxOf(key) === '' ? key : (JSON.parse(key) as [string])[0]
}

/** SHA-256 of the files of these lengths; undefined for others, and for files that cannot be read, which embedding tells. */
async function hashesOf(
  photos: readonly Photo[],
  lengths: ReadonlySet<number>,
  { signal, onHash }: HashWatch,
): Promise<(string | undefined)[]> {
  const hash = ({ path }: Photo) => hashOf(path, lengths)
  const hashes: (string | undefined)[] = []
  for await (const found of eachPhoto(photos, hash, { signal, onDone: onHash })) hashes.push(found)
  return hashes
}

async function hashOf(path: string, lengths: ReadonlySet<number>): Promise<string | undefined> {
  const size = statSync(path, { throwIfNoEntry: false })?.size
  if (size === undefined || !lengths.has(size)) return undefined
  try {
    return await contentHashOf(path)
  } catch (error) {
    if (error instanceof InputError) return undefined
    throw error
  }
}
