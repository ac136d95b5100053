import { check } from '../base/index.ts'
import type { ImageRGBA } from './decode.ts'
import type { Region } from './resize.ts'

/** A bounding box in pixels of the upright photo, fractions allowed: left, top, width, height. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Alpha from which a pixel counts as the animal: half, so that the soft edge of a mask does not widen its box. */
const maskThreshold = 128

/**
 * The whole pixels that a box touches, cut to the image, and to what of that is a photograph unless the box lies beside it; the whole photograph
 * without a box. @throws InputError where box and image do not meet.
 */
export function boxRegion(image: ImageRGBA, box?: Box): Region {
  const whole = { x: 0, y: 0, width: image.width, height: image.height }
  const photograph = image.photograph ?? whole
  const region = box === undefined ? whole : touched(image, box)
  return overlap(region, photograph) ?? region
}

function overlap(a: Region, b: Region): Region | undefined {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)]
  const width = Math.min(a.x + a.width, b.x + b.width) - x
  const height = Math.min(a.y + a.height, b.y + b.height) - y
  return width > 0 && height > 0 ? { x, y, width, height } : undefined
}

function touched(image: ImageRGBA, box: Box): Region {
  const x = Math.max(0, Math.floor(box.x))
  const y = Math.max(0, Math.floor(box.y))
  const right = Math.min(image.width, Math.ceil(box.x + box.width))
  const bottom = Math.min(image.height, Math.ceil(box.y + box.height))
  check(
    right > x && bottom > y,
    `box: ${box.width}×${box.height} at (${box.x}, ${box.y}) lies outside of a photo of ${image.width}×${image.height}`,
  )
  return { x, y, width: right - x, height: bottom - y }
}

/**
 * The bounding box of the mask inside `region`, widened on each side by `margin` of its own width and height and cut to
 * `region`; `region` itself where nothing is masked (no alpha channel) or everything is.
 */
export function maskRegion(image: ImageRGBA, region: Region, margin: number): Region {
  let left = region.x + region.width
  let right = -1
  let top = -1
  let bottom = -1
  for (let y = region.y; y < region.y + region.height; y++) {
    const row = y * image.width
    let x = region.x
    const end = region.x + region.width
    while (x < end && image.data[(row + x) * 4 + 3]! < maskThreshold) x++
    if (x === end) continue
    let last = end - 1
    while (image.data[(row + last) * 4 + 3]! < maskThreshold) last--
    left = Math.min(left, x)
    right = Math.max(right, last)
    if (top === -1) top = y
    bottom = y
  }
  if (right === -1) return region
  const marginX = Math.round(margin * (right + 1 - left))
  const marginY = Math.round(margin * (bottom + 1 - top))
  const x = Math.max(region.x, left - marginX)
  const y = Math.max(region.y, top - marginY)
  return {
    x,
    y,
    width: Math.min(region.x + region.width, right + 1 + marginX) - x,
    height: Math.min(region.y + region.height, bottom + 1 + marginY) - y,
  }
}
