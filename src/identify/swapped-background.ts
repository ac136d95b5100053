import { Rng } from '../base/index.ts'
import { decodePhoto, type Photo, photoKey } from '../data/index.ts'
import { type ImageRGBA, readPhotoFile } from '../images/index.ts'

/** Half opaque counts as the animal. */
const opaque = 128

/** Draws made for a photo before any other one will do. */
const draws = 32

/**
 * Sets the animal of each photo on another photo's background: that of an individual, and of an encounter, that are not its own, drawn by lot from
 * (seed, the photo's name). The other photo is stretched to the size of this one; where its own animal was, its mean background colour stands. A
 * photo without a mask stays as it is, and its alpha stays in any case. Give it photos that have masks, or may have.
 */
export function swappedBackground(
  photos: readonly Photo[],
  { seed = 0, limitPixels }: { readonly seed?: number; readonly limitPixels?: number | undefined } = {},
): (image: ImageRGBA, photo: Photo) => Promise<ImageRGBA> {
  return async (image, photo) => {
    if (!hasBackground(image)) return image
    const rng = new Rng(`swapped background/${seed}/${photoKey(photo)}`)
    for (let draw = 0; draw < draws; draw++) {
      const other = photos[rng.int(photos.length)]!
      if (!isElsewhere(photo, other)) continue
      const scene = await decodePhoto({ photo: other, bytes: await readPhotoFile(other.path) }, limitPixels)
      if (hasBackground(scene)) return onScene(image, scene)
    }
    return image
  }
}

function isElsewhere(photo: Photo, other: Photo): boolean {
  if (other.path === photo.path || other.identity === photo.identity) return false
  return photo.encounter === undefined || other.encounter !== photo.encounter
}

function hasBackground({ data }: ImageRGBA): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i]! < opaque) return true
  return false
}

/** The animal of `image`, and around it what `scene` has there. */
function onScene(image: ImageRGBA, scene: ImageRGBA): ImageRGBA {
  const mean = meanBackground(scene)
  const data = new Uint8Array(image.data) // slice() of a Buffer would not copy
  for (let y = 0; y < image.height; y++) {
    const row = Math.floor((y * scene.height) / image.height) * scene.width
    for (let x = 0; x < image.width; x++) {
      const at = 4 * (y * image.width + x)
      if (data[at + 3]! >= opaque) continue
      const from = 4 * (row + Math.floor((x * scene.width) / image.width))
      const isAnimal = scene.data[from + 3]! >= opaque
      for (let c = 0; c < 3; c++) data[at + c] = isAnimal ? mean[c]! : scene.data[from + c]!
    }
  }
  return { ...image, data }
}

function meanBackground({ data }: ImageRGBA): readonly number[] {
  const sums = [0, 0, 0]
  let count = 0
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3]! >= opaque) continue
    count++
    for (let c = 0; c < 3; c++) sums[c] = sums[c]! + data[i + c]!
  }
  return sums.map((sum) => Math.round(sum / count))
}
