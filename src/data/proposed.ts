import { counted } from '../base/index.ts'
import { keyOf } from './column-names.ts'
import type { Manifest, Photo, Problem, SplitSide } from './manifest.ts'
import { nobodyTest } from './nobody.ts'

const yes = new Set(['yes', 'y', 'true', 't', '1', 'x', 'proposed', 'ja', 'oui', 'si', 'sim'])
const no = new Set(['no', 'n', 'false', 'f', '0', 'known', 'nein', 'non', 'nao'])
const isNothing = nobodyTest()

/** Whether a cell says that the photo's identity is a guess of models; undefined for a word that says neither. An empty cell says no. */
export function proposedOf(cell: string): boolean | undefined {
  if (isNothing(cell)) return false
  const key = keyOf(cell)
  return yes.has(key) ? true : no.has(key) ? false : undefined
}

/** True for cells that say of each photo whether its identity was proposed: one at least says so. */
export function saysProposed(cells: readonly string[]): boolean {
  return cells.every((cell) => proposedOf(cell) !== undefined) && cells.some((cell) => !isNothing(cell))
}

/** What is wrong with a row's cell, or with a proposed identity on a side of the split that is scored. */
export function proposedProblem(
  where: string,
  { cell, split }: { readonly cell: string; readonly split: SplitSide | undefined },
): Problem | undefined {
  const proposed = proposedOf(cell)
  if (proposed === undefined)
    return { where, what: `expected yes or no in the column of proposed identities, got '${cell}'` }
  if (!proposed || (split !== 'validation' && split !== 'test')) return undefined
  return {
    where,
    what: 'a proposed identity cannot validate or be tested: it is a guess',
    hint: 'write train into the column of the split, or confirm the identity and empty the column of proposed ones',
  }
}

/**
 * The manifest without photos whose identity was proposed, which a note tells: a guess is nothing to score by, and no name to give to
 * others.
 */
export function withoutProposed(manifest: Manifest): Manifest {
  const photos = withNames(manifest.photos)
  const count = manifest.photos.length - photos.length
  if (count === 0) return manifest
  const note = `${counted(count, 'photo with a proposed identity is', 'photos with proposed identities are')} left out: these are guesses, which only train`
  return { ...manifest, photos, notes: [...(manifest.notes ?? []), note] }
}

/** Those whose identity is not a guess. */
export function withNames(photos: readonly Photo[]): Photo[] {
  return photos.filter(({ proposed }) => proposed !== true)
}
