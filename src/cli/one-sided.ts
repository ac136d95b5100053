import type { Photo } from '../data/index.ts'
import { warn } from './say.ts'

/** Of photos whose animal is marked: nearly all, and next to none. */
const [most, least] = [0.9, 0.1]

/** Tells where animals marked by boxes or masks are compared with whole photos: an embedding then compares an animal with a landscape. */
export function warnOfOneSided(asked: readonly Photo[], known: readonly Photo[]): void {
  const [here, there] = [markedShare(asked), markedShare(known)]
  if (here >= most && there <= least)
    warn(
      'the photos asked about have boxes or masks of their animals, and the gallery has none: an animal is compared with whole photos. Make the gallery with the same options by `rosette gallery`, or use --locate, which looks at both',
    )
  if (there >= most && here <= least)
    warn(
      'the gallery has boxes or masks of its animals, and the photos asked about have none: whole photos are compared with animals. Give them --detections or --masks, or use --locate, which looks at both',
    )
}

function markedShare(photos: readonly Photo[]): number {
  const marked = photos.filter(({ box, mask }) => box !== undefined || mask !== undefined).length
  return photos.length === 0 ? 0 : marked / photos.length
}
