import { type Plane, plane } from './plane.ts'

const levels = 256
/** Tiles a side. */
const tiles = 8
/** A level's share of a tile beyond this multiple of the even share is spread over all levels: noise in flat places stays small. */
const limit = 2

/**
 * Contrast equalised place by place (CLAHE; Zuiderveld 1994): in each of 8 × 8 tiles brightness becomes its rank among the tile's pixels, slopes
 * limited, and between tiles' centres the four maps around are mixed. A coat in shade comes out as one in the sun. Brightness 0 to 1.
 */
export function equalise(source: Plane): Plane {
  const { width, height, data } = source
  const maps = tileMaps(source)
  const out = plane(width, height)
  const columns = mixes(width)
  for (const [y, row] of mixes(height).entries()) {
    for (let x = 0; x < width; x++) {
      const column = columns[x]!
      const value = levelOf(data[y * width + x]!)
      const at = (r: number, c: number) => maps[(r * tiles + c) * levels + value]!
      const above = at(row.low, column.low) * (1 - column.share) + at(row.low, column.high) * column.share
      const below = at(row.high, column.low) * (1 - column.share) + at(row.high, column.high) * column.share
      out.data[y * width + x] = above * (1 - row.share) + below * row.share
    }
  }
  return out
}

function levelOf(value: number): number {
  return Math.min(levels - 1, Math.max(0, Math.round(value * (levels - 1))))
}

/** [tiles, tiles, 256]: what each level becomes in each tile. */
function tileMaps({ width, height, data }: Plane): Float32Array {
  const maps = new Float32Array(tiles * tiles * levels)
  for (let r = 0; r < tiles; r++) {
    for (let c = 0; c < tiles; c++) {
      const [top, bottom] = tileSpan(r, height)
      const [left, right] = tileSpan(c, width)
      const counts = new Float64Array(levels)
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++) {
          const level = levelOf(data[y * width + x]!)
          counts[level] = counts[level]! + 1
        }
      maps.set(rankMap(counts, (bottom - top) * (right - left)), (r * tiles + c) * levels)
    }
  }
  return maps
}

/** First and last pixel of a tile; every tile has one at least. */
function tileSpan(index: number, size: number): [number, number] {
  const begin = Math.min(size - 1, Math.floor((index * size) / tiles))
  return [begin, Math.max(begin + 1, Math.floor(((index + 1) * size) / tiles))]
}

/** The cumulative share of pixels, counts above the limit spread evenly. */
function rankMap(counts: Float64Array, pixels: number): Float32Array {
  const most = (limit * pixels) / levels
  const excess = counts.reduce((sum, count) => sum + Math.max(0, count - most), 0)
  const map = new Float32Array(levels)
  let sum = 0
  for (let level = 0; level < levels; level++) {
    sum += Math.min(counts[level]!, most) + excess / levels
    map[level] = sum / pixels
  }
  return map
}

interface Mix {
  readonly low: number
  readonly high: number
  readonly share: number
}

/** For each pixel of a side the tiles whose centres are before and after it, and the share of the second. */
function mixes(size: number): Mix[] {
  return Array.from({ length: size }, (_, i) => {
    const at = ((i + 0.5) * tiles) / size - 0.5
    const low = Math.floor(at)
    const clamp = (tile: number) => Math.min(tiles - 1, Math.max(0, tile))
    return { low: clamp(low), high: clamp(low + 1), share: at - low }
  })
}
