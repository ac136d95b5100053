import { existsSync } from 'node:fs'
import { counted, oneLine } from '../base/index.ts'
import type { Photo } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import type { Identification } from '../identify/index.ts'

/**
 * That photos of a gallery, which a page shows beside answers, are other files by now than those that were embedded, in words; undefined where
 * all are the same. Those that are not there are told as such by the page.
 */
export async function replacedWords(
  found: readonly Identification[],
  { photos, contentHashes }: Pick<PhotoEmbeddings, 'photos' | 'contentHashes'>,
): Promise<string | undefined> {
  const { contentHashOf, eachPhoto } = await import('../data/index.ts')
  const shown = new Set(found.flatMap(({ candidates }) => candidates.flatMap(shownOf)))
  const listed = photos.flatMap((photo, i) => (shown.has(photo) ? [{ photo, hash: contentHashes[i]! }] : []))
  const look = async ({ photo, hash }: (typeof listed)[number]) => {
    if (!existsSync(photo.path)) return []
    return (await contentHashOf(photo.path).catch(() => hash)) === hash ? [] : [photo]
  }
  const replaced: Photo[] = []
  for await (const other of eachPhoto(listed, look)) replaced.push(...other)
  const [first] = replaced
  if (first === undefined) return undefined
  const one = replaced.length === 1
  const files = `the ${one ? 'file' : 'files'} of ${counted(replaced.length, 'photo')} of the gallery ${one ? 'is' : 'are'}`
  return `${files} not what the gallery was made of (the first: ${oneLine(first.filename)}): pictures show what lies there now, all else is said of what it was made of, which may be another animal; make the gallery anew`
}

function shownOf({ photo, photos = [] }: Identification['candidates'][number]): Photo[] {
  return [photo, ...photos.map((shown) => shown.photo)]
}
