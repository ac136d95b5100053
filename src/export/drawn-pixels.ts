import { type Geometry, type ImageRGBA, prepareImage } from '../images/index.ts'
import { studio } from '../synth/index.ts'

/** Drawn jaguars that exports are tried on: an export has no other photos. */
export const drawnPhotos = 8

/** One photo each of so many individuals, as pixels [heightPx, widthPx, 3]. */
export function drawnPixels(geometry: Geometry): Uint8Array[] {
  drawn ??= draw()
  return drawn.map((photo) => prepareImage(photo, geometry))
}

/** The same for every export, and drawn once a process: their coats take a second to paint. */
let drawn: readonly ImageRGBA[] | undefined

function draw(): ImageRGBA[] {
  const from = studio({ identities: drawnPhotos, photosPerIdentity: 2, seed: 'int8' })
  return Array.from({ length: drawnPhotos }, (_, identity) =>
    from.render(from.photos.find((candidate) => candidate.identity === identity)!),
  )
}
