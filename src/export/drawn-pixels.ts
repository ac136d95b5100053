import { type Geometry, prepareImage } from '../images/index.ts'
import { studio } from '../synth/index.ts'

/** Drawn jaguars that exports are tried on: an export has no other photos. */
export const drawnPhotos = 8

/** One photo each of so many individuals, as pixels [heightPx, widthPx, 3]. */
export function drawnPixels(geometry: Geometry): Uint8Array[] {
  const from = studio({ identities: drawnPhotos, photosPerIdentity: 2, seed: 'int8' })
  return Array.from({ length: drawnPhotos }, (_, identity) => {
    const photo = from.photos.find((candidate) => candidate.identity === identity)!
    return prepareImage(from.render(photo), geometry)
  })
}
