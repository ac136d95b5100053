import { byCodeUnit, listed, type Photo, shortList } from './manifest.ts'

/** Photos whose files are the same byte for byte, in groups of two files or more; of a file in several rows the first photo. */
export function identicalFiles(photos: readonly Photo[], contentHashes: readonly string[]): Photo[][] {
  const groups = new Map<string, Map<string, Photo>>()
  photos.forEach((photo, i) => {
    const files = groups.get(contentHashes[i]!) ?? new Map<string, Photo>()
    groups.set(contentHashes[i]!, files)
    if (!files.has(photo.path)) files.set(photo.path, photo)
  })
  return [...groups.values()].flatMap((files) => (files.size < 2 ? [] : [[...files.values()]]))
}

/** A line for each group of identical files, those under different identities first and loudly; beyond twenty their number. */
export function identicalFileWarnings(photos: readonly Photo[], contentHashes: readonly string[]): string[] {
  const loud: string[] = []
  const quiet: string[] = []
  for (const group of identicalFiles(photos, contentHashes)) {
    const known = group.flatMap(({ identity }) => (identity === undefined ? [] : [identity]))
    const identities = [...new Set(known)].sort(byCodeUnit)
    const names = shortList(group.map(({ filename }) => filename))
    if (identities.length < 2) quiet.push(`identical files: ${names}`)
    else loud.push(`IDENTICAL FILES UNDER DIFFERENT IDENTITIES (${shortList(identities)}): ${names}`)
  }
  return listed([...loud, ...quiet])
}
