import { counted } from '../base/index.ts'
import { fewOrMany } from './few-or-many.ts'
import { byCodeUnit, type Photo, shortList } from './manifest.ts'

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

/** A warning for each group of identical files, those under different identities first and loudly; where there are many, one for all of a kind. */
export function identicalFileWarnings(photos: readonly Photo[], contentHashes: readonly string[]): string[] {
  const { contradicting, others } = groupsOf(photos, contentHashes)
  return [...contradictions(contradicting), ...repetitions(others)]
}

/**
 * The same of a gallery, which is asked often: of groups under one identity, which change no answer, the number of files alone.
 */
export function identicalInGalleryWarnings(photos: readonly Photo[], contentHashes: readonly string[]): string[] {
  const { contradicting, others } = groupsOf(photos, contentHashes)
  const spare = others.reduce((count, group) => count + group.length - 1, 0)
  const subject = counted(spare, 'photo of the gallery is', 'photos of the gallery are')
  const told = spare === 0 ? [] : [`${subject} the same file as another one of the same individual`]
  return [...contradictions(contradicting), ...told]
}

/** Identical files under different identities, and all others. */
function groupsOf(photos: readonly Photo[], contentHashes: readonly string[]) {
  const groups = identicalFiles(photos, contentHashes)
  const contradicts = (group: readonly Photo[]) => identitiesIn(group).length > 1
  return { contradicting: groups.filter(contradicts), others: groups.filter((group) => !contradicts(group)) }
}

function identitiesIn(group: readonly Photo[]): string[] {
  return [...new Set(group.flatMap(({ identity }) => identity ?? []))].sort(byCodeUnit)
}

function repetitions(groups: readonly (readonly Photo[])[]): string[] {
  return fewOrMany(groups, {
    alone: (group) => `identical files: ${namesOf(group)}`,
    above: (count) => `identical files, ${counted(count, 'time')}`,
    below: namesOf,
  })
}

function contradictions(groups: readonly (readonly Photo[])[]): string[] {
  const what = 'IDENTICAL FILES UNDER DIFFERENT IDENTITIES'
  const whose = (group: readonly Photo[]) => `(${shortList(identitiesIn(group))})`
  return fewOrMany(groups, {
    alone: (group) => `${what} ${whose(group)}: ${namesOf(group)}`,
    above: (count) => `${what}, ${counted(count, 'time')}`,
    below: (group) => `${namesOf(group)} ${whose(group)}`,
  })
}

function namesOf(group: readonly Photo[]): string {
  return shortList(group.map(({ filename }) => filename))
}
