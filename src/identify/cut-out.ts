import { existsSync } from 'node:fs'
import type { Photo } from '../data/index.ts'
import { isTransparent } from '../images/index.ts'

/** From this share of photos on, the animals of a side count as cut out. */
const cutOutShare = 0.9

/** Photos of one table come from one place: the first tell of all whether files have an alpha channel. */
export const mostLookedAt = 32

/** Kinds of files with an alpha channel, by their names. */
export const mayHaveAlpha = /\.(png|webp|tiff?|avif)$/i

/**
 * Whether places that are found on these photos lie on the animals: nearly all have a mask, a box, or pixels that are transparent around the animal.
 * Elsewhere mud, grass and branches have places too.
 */
export async function areCutOut(photos: readonly Photo[]): Promise<boolean> {
  const whole = photos.filter(({ box, mask }) => box === undefined && mask === undefined)
  if (photos.length - whole.length >= cutOutShare * photos.length) return true
  const looked = whole.slice(0, mostLookedAt)
  const transparent = await Promise.all(looked.map(isCutOut))
  const share = transparent.filter((is) => is).length / looked.length
  return photos.length - whole.length + share * whole.length >= cutOutShare * photos.length
}

/** A file that is not there may have been: a gallery on disk does without its photos. */
async function isCutOut({ path }: Photo): Promise<boolean> {
  return mayHaveAlpha.test(path) && (!existsSync(path) || (await isTransparent(path)))
}
