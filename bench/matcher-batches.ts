import { Rng } from '../src/base/index.ts'
import { coatStridePx } from '../src/models/index.ts'
import { type CoatPair, type CoatPairs, type CoatPhoto, correspondingPixels } from '../src/synth/index.ts'
import { type Tensor, zeros } from '../src/tensor/index.ts'

/** What a step learns from. Letters: G groups, each of two pairs that are each other's rivals; N corresponding places of a pair. */
export interface BatchShape {
  readonly groups: number
  /** Side of the photos. */
  readonly sizePx: number
  /** N, at most. */
  readonly places: number
  /** Places of each photo that are not the coat. */
  readonly background: number
}

/** Two groups of 96 px, 128 places of a pair: a pair shows some 250 cells of a coat. */
export const batchDefaults: BatchShape = { groups: 2, sizePx: 96, places: 128, background: 32 }

/** Rows that a pair has in a batch. */
export const rowsOf = ({ places, background }: BatchShape): number => places + background

/** The names and shapes of what a step is fed beside its state. M rows of a pair, all a's photos before all b's. */
export type BatchFeeds = Record<'photos' | 'reading' | 'isPair' | 'isPlace', Tensor<'float32'>>

/**
 * The groups of a step, drawn: `photos` [4G, S, S, 1], brightness; `reading` [4G, M, cells], the weights with which a row reads the cells (a place of a
 * coat lies between four); `isPair` and `isPlace` [G, 2M]. A pure function of its arguments.
 */
export function drawBatch(pairs: CoatPairs, shape: BatchShape, first: number, difficulty: number): BatchFeeds {
  const { groups, sizePx } = shape
  const rows = rowsOf(shape)
  const cells = (sizePx / coatStridePx) ** 2
  const feeds: BatchFeeds = {
    photos: zeros('float32', [4 * groups, sizePx, sizePx, 1]),
    reading: zeros('float32', [4 * groups, rows, cells]),
    isPair: zeros('float32', [groups, 2 * rows]),
    isPlace: zeros('float32', [groups, 2 * rows]),
  }
  for (let group = 0; group < groups; group++) {
    pairs.rivals(first + group, difficulty).forEach((pair, member) => {
      const at = 2 * group + member
      pair.photos.forEach(({ image }, side) => {
        const image0 = (side * 2 * groups + at) * sizePx * sizePx
        for (let i = 0; i < sizePx * sizePx; i++) feeds.photos.data[image0 + i] = brightnessAt(image.data, i)
      })
      fillPlaces(feeds, pair, { shape, at, rng: new Rng(`places/${first + group}/${member}`) })
    })
  }
  return feeds
}

/** 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), of 1. */
function brightnessAt(data: Uint8Array, pixel: number): number {
  return (0.299 * data[4 * pixel]! + 0.587 * data[4 * pixel + 1]! + 0.114 * data[4 * pixel + 2]!) / 255
}

function fillPlaces(
  { reading, isPair, isPlace }: BatchFeeds,
  { photos: [a, b] }: CoatPair,
  { shape, at, rng }: { readonly shape: BatchShape; readonly at: number; readonly rng: Rng },
): void {
  const { places, sizePx, groups, background } = shape
  const rows = rowsOf(shape)
  const side = sizePx / coatStridePx
  const read = (image: number, row: number, x: number, y: number) =>
    readBilinear(reading.data, (image * rows + row) * side * side, { side, x, y })
  const found = rng.shuffle(correspondingPixels(a, b, cellCentres(a, sizePx, true))).slice(0, places)
  found.forEach(({ from, to }, row) => {
    read(at, row, ...cellPosition(from, sizePx))
    read(2 * groups + at, row, ...cellPosition(to, sizePx))
    isPair.data[at * rows + row] = 1
    isPlace.data[at * rows + row] = 1
  })
  const grounds = [a, b].map((photo) => rng.shuffle([...cellCentres(photo, sizePx, false)]))
  const count = Math.min(background, ...grounds.map((ground) => ground.length))
  for (let n = 0; n < count; n++) {
    const row = places + n
    grounds.forEach((ground, which) => {
      read(which * 2 * groups + at, row, ...cellPosition(ground[n]!, sizePx))
    })
    isPlace.data[at * rows + row] = 1
  }
}

/** A pixel in the middle of every cell that shows the coat, or of every one that shows no animal. */
function* cellCentres({ coat, image }: CoatPhoto, sizePx: number, onCoat: boolean): Generator<number> {
  for (let y = coatStridePx / 2; y < sizePx; y += coatStridePx) {
    for (let x = coatStridePx / 2; x < sizePx; x += coatStridePx) {
      const pixel = y * sizePx + x
      const isCoat = !Number.isNaN(coat[2 * pixel]!)
      if (onCoat ? isCoat : !isCoat && image.data[4 * pixel + 3]! < 26) yield pixel
    }
  }
}

/** Where a pixel's centre lies among the centres of cells. */
function cellPosition(pixel: number, sizePx: number): [number, number] {
  const [x, y] = [pixel % sizePx, Math.floor(pixel / sizePx)]
  return [(x + 0.5) / coatStridePx - 0.5, (y + 0.5) / coatStridePx - 0.5]
}

function readBilinear(
  weights: Float32Array,
  at: number,
  { side, x, y }: { readonly side: number; readonly x: number; readonly y: number },
): void {
  const [cx, cy] = [x, y].map((v) => Math.min(side - 1, Math.max(0, v))) as [number, number]
  const [x0, y0] = [Math.min(side - 2, Math.floor(cx)), Math.min(side - 2, Math.floor(cy))]
  const [fx, fy] = [cx - x0, cy - y0]
  weights[at + y0 * side + x0] = (1 - fx) * (1 - fy)
  weights[at + y0 * side + x0 + 1] = fx * (1 - fy)
  weights[at + (y0 + 1) * side + x0] = (1 - fx) * fy
  weights[at + (y0 + 1) * side + x0 + 1] = fx * fy
}
