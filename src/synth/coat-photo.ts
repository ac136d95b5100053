import type { ImageRGBA } from '../images/index.ts'

/** A drawn photo that knows which place of which coat each of its pixels shows. Letters: H W its height and width in pixels. */
export interface CoatPhoto {
  /** Whose coat it is, one flank of one individual: coordinates of two photos mean the same place where this is the same. */
  readonly animal: string
  /** Alpha is the animal's mask. */
  readonly image: ImageRGBA
  /**
   * [H, W, 2]: rest-pose body coordinates x (towards the nose) and y (up) of what a pixel's centre shows, 1.2 from shoulder to rump; NaN where it
   * shows anything else: background, plants in front, legs of the far side.
   */
  readonly coat: Float32Array
  /** Pixels that a body unit takes, about. */
  readonly unitPx: number
}

/** The photo mirrored left to right: the coat of an animal that does not exist, so no place of it is a place of the photo's own. */
export function mirroredCoat({ animal, image, coat, unitPx }: CoatPhoto): CoatPhoto {
  const { width, height } = image
  const data = new Uint8Array(image.data.length)
  const turned = new Float32Array(coat.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [to, from] = [y * width + x, y * width + width - 1 - x]
      for (let k = 0; k < 4; k++) data[4 * to + k] = image.data[4 * from + k]!
      turned[2 * to] = coat[2 * from]!
      turned[2 * to + 1] = coat[2 * from + 1]!
    }
  }
  return { animal: `${animal}, mirrored`, image: { width, height, data }, coat: turned, unitPx }
}

/** A pixel of a photo, or undefined. */
export type PlaceFinder = (x: number, y: number) => number | undefined

/**
 * Finds places of a coat in a photo: from rest-pose coordinates (x, y) to the index of the pixel whose coordinates are nearest, undefined where no
 * pixel's are within `tolerancePx` of the photo's pixels.
 */
export function placeFinder({ coat, unitPx }: CoatPhoto, tolerancePx = 1): PlaceFinder {
  const reach = tolerancePx / unitPx
  const keyOf = (column: number, row: number) => (column + 4096) * 8192 + row + 4096
  const pixels = new Map<number, number[]>()
  for (let i = 0; 2 * i < coat.length; i++) {
    if (Number.isNaN(coat[2 * i]!)) continue
    const key = keyOf(Math.floor(coat[2 * i]! / reach), Math.floor(coat[2 * i + 1]! / reach))
    const own = pixels.get(key)
    if (own === undefined) pixels.set(key, [i])
    else own.push(i)
  }
  return (x, y) => {
    let [best, nearest] = [undefined as number | undefined, reach * reach]
    const [column, row] = [Math.floor(x / reach), Math.floor(y / reach)]
    for (let dc = -1; dc <= 1; dc++) {
      for (let dr = -1; dr <= 1; dr++) {
        for (const i of pixels.get(keyOf(column + dc, row + dr)) ?? []) {
          const distance = (coat[2 * i]! - x) ** 2 + (coat[2 * i + 1]! - y) ** 2
          if (distance <= nearest) [best, nearest] = [i, distance]
        }
      }
    }
    return best
  }
}

/**
 * Pixels of two photos that show one place of one coat: of `pixels` of photo a those that b shows too, each with b's pixel. None where the
 * photos are of two animals, or of an animal and its mirror image.
 */
export function correspondingPixels(
  a: CoatPhoto,
  b: CoatPhoto,
  pixels: Iterable<number>,
): { readonly from: number; readonly to: number }[] {
  if (a.animal !== b.animal) return []
  const find = placeFinder(b)
  return [...pixels].flatMap((from) => {
    const to = find(a.coat[2 * from]!, a.coat[2 * from + 1]!)
    return to === undefined ? [] : [{ from, to }]
  })
}
