import { check } from '../base/index.ts'
import type { Placed } from '../images/index.ts'
import { asFloat32, type Tensor } from '../tensor/index.ts'
import { type Component, componentsOf, groupComponents, type ValueMap } from './components.ts'
import type { SegmenterOutput } from './description.ts'
import type { LocatedAnimal, PhotoSides } from './located.ts'
import { widened } from './place.ts'

/**
 * A segmenter's output as a map of probabilities: [1, 1, H, W] and [1, H, W] as they are, of [1, C, H, W] what is not `background`.
 * @throws InputError beginning with `where` for another shape.
 */
export function probabilityMap(output: Tensor, { activation, background }: SegmenterOutput, where: string): ValueMap {
  const { shape } = output
  const [channels, height, width] = shape.length === 3 ? [1, shape[1]!, shape[2]!] : [shape[1]!, shape[2]!, shape[3]!]
  check(
    (shape.length === 3 || shape.length === 4) && shape[0] === 1 && channels! >= 1,
    `${where}: expected a map [1, 1, H, W], [1, C, H, W] or [1, H, W], got [${shape.join(', ')}]`,
  )
  const { data } = asFloat32(output)
  if (channels === 1) {
    check(activation !== 'softmax', `${where}: softmax needs several channels, got 1`)
    return { width: width!, height: height!, data: activation === 'none' ? data : data.map(sigmoid) }
  }
  check(
    background !== undefined && background < channels!,
    `${where}: expected which of the ${channels} channels is the background (0 to ${channels! - 1}), got ${background}`,
    'state it as output.background',
  )
  return { width: width!, height: height!, data: animalOf(data, channels!, background, activation) }
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value))
}

/** 1 − p(background) after a softmax; else the most of the other channels. [C, H·W] → [H·W]. */
function animalOf(
  data: Float32Array,
  channels: number,
  background: number,
  activation: SegmenterOutput['activation'],
): Float32Array {
  const size = data.length / channels
  const out = new Float32Array(size)
  for (let i = 0; i < size; i++) {
    let most = Number.NEGATIVE_INFINITY // over all for softmax, so that no power overflows; else over the animals
    for (let c = 0; c < channels; c++)
      if (c !== background || activation === 'softmax') most = Math.max(most, data[c * size + i]!)
    if (activation === 'softmax') {
      let sum = 0
      for (let c = 0; c < channels; c++) sum += Math.exp(data[c * size + i]! - most)
      out[i] = 1 - Math.exp(data[background * size + i]! - most) / sum
    } else out[i] = activation === 'sigmoid' ? sigmoid(most) : most
  }
  return out
}

/** Where a photo lies in a map: among the pixels of the network's input, which has as many or more. */
export interface MapPlace extends Placed {
  readonly inputWidthPx: number
  readonly inputHeightPx: number
}

/** The animals of a map, the largest first, each with its mask in the photo's own pixels. */
export function animalsOfMap(
  map: ValueMap,
  { threshold, margin }: Pick<SegmenterOutput, 'threshold' | 'margin'>,
  photo: PhotoSides,
  place: MapPlace,
): LocatedAnimal[] {
  const { labels, components } = componentsOf(map, threshold)
  const groups = groupComponents(components, map.width * map.height)
  return groups.flatMap((group) => {
    const own = new Set(group.map(({ label }) => label))
    const data = map.data.map((value, i) => (labels[i] === 0 || own.has(labels[i]!) ? value : 0))
    const mask = enlarged({ ...map, data }, threshold, photo, place)
    const box = boxOfMask(mask, photo)
    if (box === undefined) return []
    return [{ box: widened(box, margin, photo), confidence: meanOf(group), mask }]
  })
}

function meanOf(group: readonly Component[]): number {
  const pixels = group.reduce((sum, part) => sum + part.pixels, 0)
  return group.reduce((sum, part) => sum + part.mean * part.pixels, 0) / pixels
}

/**
 * 255 where the map, bilinear between the centers of its pixels, is at least the threshold at the center of a photo's pixel.
 * [height, width] of the photo.
 */
function enlarged(map: ValueMap, threshold: number, { width, height }: PhotoSides, place: MapPlace): Uint8Array {
  const columns = samples(width, place.leftPx, place.widthPx, place.inputWidthPx, map.width)
  const rows = samples(height, place.topPx, place.heightPx, place.inputHeightPx, map.height)
  const out = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    const above = rows.first[y]! * map.width
    const below = Math.min(map.height - 1, rows.first[y]! + 1) * map.width
    const v = rows.part[y]!
    for (let x = 0; x < width; x++) {
      const left = columns.first[x]!
      const right = Math.min(map.width - 1, left + 1)
      const u = columns.part[x]!
      const upper = map.data[above + left]! * (1 - u) + map.data[above + right]! * u
      const lower = map.data[below + left]! * (1 - u) + map.data[below + right]! * u
      if (upper * (1 - v) + lower * v >= threshold) out[y * width + x] = 255
    }
  }
  return out
}

/** For each pixel of a side of the photo: the pixel of the map before it, and how far it is to the next. */
function samples(side: number, offset: number, placed: number, input: number, mapped: number) {
  const first = new Int32Array(side)
  const part = new Float32Array(side)
  for (let i = 0; i < side; i++) {
    const at = ((offset + ((i + 0.5) * placed) / side) * mapped) / input - 0.5
    const within = Math.min(mapped - 1, Math.max(0, at))
    first[i] = Math.floor(within)
    part[i] = within - first[i]!
  }
  return { first, part }
}

function boxOfMask(mask: Uint8Array, { width, height }: PhotoSides) {
  let [left, top, right, bottom] = [width, height, -1, -1]
  for (let y = 0; y < height; y++) {
    const row = mask.subarray(y * width, (y + 1) * width)
    const first = row.indexOf(255)
    if (first === -1) continue
    left = Math.min(left, first)
    right = Math.max(right, row.lastIndexOf(255))
    top = Math.min(top, y)
    bottom = y
  }
  return right === -1 ? undefined : { x: left, y: top, width: right + 1 - left, height: bottom + 1 - top }
}
