import * as z from 'zod'
import { invariant } from '../base/index.ts'
import { upright } from './orientation.ts'
import { runLengths } from './run-lengths.ts'

const orientation = z.literal([1, 2, 3, 4, 5, 6, 7, 8])
const side = z.int().positive()

/**
 * Which pixels of a photo are the animal, as annotations write it. Polygons: x₁ y₁ x₂ y₂ … in pixels, each closed; what lies in any
 * of them is the animal. Runs: lengths of background and animal in turn, column by column, as COCO counts them. Both are of a picture of
 * `width` × `height`, the photo itself where these are missing, which `orientation` turns upright.
 */
export const outlineSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('polygons'),
    polygons: z.array(z.array(z.number()).readonly()).readonly(),
    width: side.optional(),
    height: side.optional(),
    orientation,
  }),
  z.strictObject({
    kind: z.literal('runs'),
    counts: z.union([z.string(), z.array(z.int().nonnegative()).readonly()]),
    width: side,
    height: side,
    orientation,
  }),
])

/** A mask as numbers, of which pixels are made only when the photo is decoded. */
export type Outline = z.output<typeof outlineSchema>

/** An upright photo's sides, in pixels. */
interface Size {
  readonly width: number
  readonly height: number
}

/** The photo as the outline's picture has it: not yet turned. */
export function outlineFrame(outline: Pick<Outline, 'orientation'>, { width, height }: Size): Size {
  return outline.orientation >= 5 ? { width: height, height: width } : { width, height }
}

/**
 * [height · width] of the upright photo: 255 where the animal is, else 0. Memory is a byte for each of the photo's pixels, whatever size the
 * outline says. A pixel counts by its middle.
 */
export function drawOutline(outline: Outline, size: Size): Uint8Array {
  const pixels = new Uint8Array(size.width * size.height)
  if (outline.kind === 'runs') drawRuns(pixels, outline, size)
  else for (const polygon of outline.polygons) drawPolygon(pixels, placed(polygon, outline, size), size)
  return pixels
}

type Polygons = Extract<Outline, { readonly kind: 'polygons' }>
type Runs = Extract<Outline, { readonly kind: 'runs' }>

/** A polygon's corners in pixels of the upright photo. */
function placed(polygon: readonly number[], outline: Polygons, size: Size): Float64Array {
  const frame = outlineFrame(outline, size)
  const { width = frame.width, height = frame.height } = outline
  const corners = new Float64Array(polygon.length)
  for (let i = 0; i + 1 < polygon.length; i += 2) {
    const [x, y] = [(polygon[i]! * frame.width) / width, (polygon[i + 1]! * frame.height) / height]
    corners.set(upright(outline.orientation, [x, y], size), i)
  }
  return corners
}

/**
 * Even–odd: each edge toggles, in every row whose middle it crosses, the first pixel to its right; the sum along a row then tells inside
 * from outside. Only the rows and columns that the polygon reaches are visited.
 */
function drawPolygon(pixels: Uint8Array, corners: Float64Array, { width, height }: Size): void {
  const points = corners.length / 2
  const within = (value: number, most: number) => Math.max(0, Math.min(most, value))
  const middle = (value: number, most: number) => within(Math.ceil(value - 0.5), most)
  let [left, right, top, bottom] = [width, 0, height, 0]
  for (let i = 0; i < points; i++) {
    left = Math.min(left, middle(corners[2 * i]!, width))
    right = Math.max(right, middle(corners[2 * i]!, width))
    top = Math.min(top, middle(corners[2 * i + 1]!, height))
    bottom = Math.max(bottom, middle(corners[2 * i + 1]!, height))
  }
  const columns = right - left + 1
  if (right <= left || bottom <= top) return
  const toggles = new Uint8Array(columns * (bottom - top))
  for (let i = 0; i < points; i++) {
    const j = (i + 1) % points
    const [x1, y1, x2, y2] = [corners[2 * i]!, corners[2 * i + 1]!, corners[2 * j]!, corners[2 * j + 1]!]
    const end = middle(Math.max(y1, y2), height)
    for (let y = middle(Math.min(y1, y2), height); y < end; y++) {
      const x = x1 + ((y + 0.5 - y1) * (x2 - x1)) / (y2 - y1)
      toggles[(y - top) * columns + Math.max(0, middle(x, width) - left)]! ^= 1
    }
  }
  for (let y = top; y < bottom; y++) {
    let inside = 0
    for (let x = left; x < right; x++) {
      inside ^= toggles[(y - top) * columns + x - left]!
      if (inside === 1) pixels[y * width + x] = 255
    }
  }
}

/** Walks the photo in the order of the runs, so that each is looked at once. */
function drawRuns(pixels: Uint8Array, { counts, width, height, orientation }: Runs, size: Size): void {
  const runs = runLengths(counts)
  invariant(runs !== undefined, 'runs: not checked')
  const frame = outlineFrame({ orientation }, size)
  let run = 0
  let end = runs[0] ?? 0
  let begin = { column: -1, run, end }
  for (let x = 0; x < frame.width; x++) {
    const column = Math.floor(((x + 0.5) * width) / frame.width)
    if (begin.column === column) ({ run, end } = begin)
    for (let y = 0; y < frame.height; y++) {
      const at = column * height + Math.floor(((y + 0.5) * height) / frame.height)
      while (at >= end && run + 1 < runs.length) end += runs[++run]!
      if (y === 0) begin = { column, run, end }
      if (run % 2 === 0 || at >= end) continue
      const [px, py] = upright(orientation, [x + 0.5, y + 0.5], size)
      pixels[Math.floor(py) * size.width + Math.floor(px)] = 255
    }
  }
}
