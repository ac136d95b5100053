import { createHash } from 'node:crypto'
import * as z from 'zod'
import { type Orientation, type Outline, type PhotoSize, runLengths } from '../images/index.ts'
import type { Numbers } from './box-format.ts'
import type { MaskFile } from './manifest.ts'

/** An outline before its photo is known. */
export type Drawn =
  | Omit<Extract<Outline, { readonly kind: 'polygons' }>, 'orientation'>
  | Omit<Extract<Outline, { readonly kind: 'runs' }>, 'orientation'>

type Size = Pick<PhotoSize, 'width' | 'height'>

/**
 * COCO's `segmentation`: polygons, or runs as a list or as text. Undefined where there is none; a text says what is wrong with one. `image` is the
 * size that the annotated image is said to have.
 */
export function readSegmentation(value: unknown, image: Size | undefined): Drawn | undefined | string {
  if (value === undefined || value === null || value === '') return undefined
  const drawn = Array.isArray(value) ? readPolygons(value, image) : readRuns(value)
  if (drawn === undefined || typeof drawn === 'string') return drawn
  const [, , width, height] = boundsOf(drawn, image)
  return width > 0 && height > 0 ? drawn : 'segmentation: no pixel is in it'
}

const polygonForm = 'segmentation: expected polygons as lists of x and y in turn, three points or more'

function readPolygons(value: readonly unknown[], image: Size | undefined): Drawn | undefined | string {
  if (value.length === 0) return undefined
  const lists: readonly unknown[] = value.every((number) => typeof number === 'number') ? [value] : value
  const polygons = lists.filter((list) => !Array.isArray(list) || list.length > 0)
  if (!polygons.every(isPolygon)) return polygonForm
  if (polygons.length === 0) return undefined
  if (polygons.every((polygon) => polygon.every((at) => at >= 0 && at <= 1)))
    return "segmentation: expected pixels, got fractions: multiply them by the image's width and height"
  return { kind: 'polygons', polygons, ...image }
}

function isPolygon(list: unknown): list is number[] {
  return Array.isArray(list) && list.length >= 6 && list.length % 2 === 0 && list.every((at) => Number.isFinite(at))
}

const side = z.int().positive()

const runsSchema = z.object({
  size: z.tuple([side, side]),
  counts: z.union([z.string(), z.array(z.number())]),
})

function readRuns(value: unknown): Drawn | string {
  const { success, data } = runsSchema.safeParse(value)
  if (!success)
    return `segmentation: expected polygons, or runs with size ([height, width]) and counts, got ${JSON.stringify(value).slice(0, 60)}`
  const { counts } = data
  const [height, width] = data.size
  const lengths = runLengths(counts)
  if (lengths === undefined) return "segmentation: its counts are neither lengths nor COCO's text of them"
  const pixels = lengths.reduce((sum, length) => sum + length, 0)
  if (pixels !== width * height)
    return `segmentation: its counts are ${pixels} pixels, expected ${width} × ${height} as its size says`
  return { kind: 'runs', counts, width, height }
}

/** The box around an outline: left, top, width, height in pixels of `image`, or else of the outline's own picture. */
export function boundsOf(drawn: Drawn, image?: Size): Numbers {
  const [left, top, right, bottom] = drawn.kind === 'runs' ? runBounds(drawn) : polygonBounds(drawn)
  const [wider, higher] =
    image === undefined
      ? [1, 1]
      : [image.width / (drawn.width ?? image.width), image.height / (drawn.height ?? image.height)]
  return [left * wider, top * higher, (right - left) * wider, (bottom - top) * higher]
}

function polygonBounds({ polygons }: Extract<Drawn, { readonly kind: 'polygons' }>): Numbers {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const polygon of polygons)
    polygon.forEach((at, i) => {
      if (i % 2 === 0) [left, right] = [Math.min(left, at), Math.max(right, at)]
      else [top, bottom] = [Math.min(top, at), Math.max(bottom, at)]
    })
  return [left, top, right, bottom]
}

function runBounds({ counts, height }: Extract<Drawn, { readonly kind: 'runs' }>): Numbers {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  let at = 0
  runLengths(counts)?.forEach((length, i) => {
    const [first, last] = [at, at + length - 1]
    at += length
    if (i % 2 === 0 || length === 0) return
    const [from, to] = [Math.floor(first / height), Math.floor(last / height)]
    left = Math.min(left, from)
    right = Math.max(right, to + 1)
    top = from === to ? Math.min(top, first % height) : 0
    bottom = from === to ? Math.max(bottom, (last % height) + 1) : height
  })
  return [left, top, right, bottom]
}

/** The mask that an outline in a file of annotations is. */
export function outlineMask(path: string, drawn: Drawn, orientation: Orientation): MaskFile {
  const outline: Outline = { ...drawn, orientation }
  return { path, sha256: createHash('sha256').update(JSON.stringify(outline)).digest('hex'), outline }
}
