import type { ImageRGBA } from './decode.ts'
import { geometryDefaults, prepareImage } from './geometry.ts'
import type { Box } from './region.ts'

/** Words of 32 bits: two of the difference hash, then two of the DCT's. */
export const hashWords = 4

/** Part of the key of every hash that is kept: changes whenever the same pixels would give other bits. */
export const hashVersion = 'dhash-phash/1'

/** A picture from which both 9 × 8 and 32 × 32 means are whole blocks: 288 = 9 · 32, 32 = 8 · 4. */
const raster = { ...geometryDefaults, widthPx: 288, heightPx: 32, kernel: 'bilinear' } as const

/**
 * Two fingerprints of 64 bits: pictures that look the same differ in few. [4] words of 32 bits.
 *
 * - words 0, 1, the difference hash: of the photo as 9 × 8 greys, where a pixel is brighter than the one to its left
 * - words 2, 3, the DCT's: of the photo as 32 × 32 greys, which of the 8 × 8 lowest frequencies of its DCT-II lie above their median
 *
 * Both as the Python package imagehash has them (dhash, phash), but for the averaging of pixels. The box of a photo is cut out first, a
 * mask is ignored. A mirrored photo has other bits: the other flank is not the same evidence.
 * @throws InputError where the box lies outside of the photo.
 */
export function perceptualHash(image: ImageRGBA, box?: Box): Uint32Array {
  const grey = greys(prepareImage(image, raster, box))
  const hash = new Uint32Array(hashWords)
  setBits(hash, 0, differences(blockMeans(grey, 9, 8)))
  setBits(hash, 2, lowFrequencies(blockMeans(grey, 32, 32)))
  return hash
}

/** In how many of 64 bits two words at `wordA` and `wordB` and those after them differ. */
export function hammingDistance(a: Uint32Array, wordA: number, b: Uint32Array, wordB: number): number {
  return bitCount(a[wordA]! ^ b[wordB]!) + bitCount(a[wordA + 1]! ^ b[wordB + 1]!)
}

/** Ones of 32 bits, summed in pairs, fours, eights (Warren, Hacker's Delight, 5-1). */
function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** Rec. 601 luma. */
function greys(rgb: Uint8Array): Float64Array {
  return Float64Array.from({ length: rgb.length / 3 }, (_, i) => {
    return 0.299 * rgb[3 * i]! + 0.587 * rgb[3 * i + 1]! + 0.114 * rgb[3 * i + 2]!
  })
}

/** [height, width] means of the raster's blocks. */
function blockMeans(grey: Float64Array, width: number, height: number): Float64Array {
  const [blockWidth, blockHeight] = [raster.widthPx / width, raster.heightPx / height]
  const means = new Float64Array(width * height)
  for (let y = 0; y < raster.heightPx; y++)
    for (let x = 0; x < raster.widthPx; x++)
      means[Math.floor(y / blockHeight) * width + Math.floor(x / blockWidth)]! += grey[y * raster.widthPx + x]!
  return means.map((sum) => sum / (blockWidth * blockHeight))
}

/** Greys that differ by less are the same: bits of an even wall are not the rounding's. */
const evenGrey = 1e-6

function differences(grey: Float64Array): boolean[] {
  return Array.from({ length: 64 }, (_, i) => {
    const at = Math.floor(i / 8) * 9 + (i % 8)
    return grey[at + 1]! > grey[at]! + evenGrey
  })
}

function lowFrequencies(grey: Float64Array): boolean[] {
  const rows = new Float64Array(32 * 8) // [32, 8]: the DCT along each row
  for (let y = 0; y < 32; y++)
    for (let u = 0; u < 8; u++) {
      let sum = 0
      for (let x = 0; x < 32; x++) sum += grey[y * 32 + x]! * cosines[u * 32 + x]!
      rows[y * 8 + u] = sum
    }
  const low = new Float64Array(64) // [8, 8]: then down each column
  for (let v = 0; v < 8; v++)
    for (let u = 0; u < 8; u++) {
      let sum = 0
      for (let y = 0; y < 32; y++) sum += rows[y * 8 + u]! * cosines[v * 32 + y]!
      low[v * 8 + u] = sum
    }
  const sorted = [...low].sort((a, b) => a - b)
  const middle = (sorted[31]! + sorted[32]!) / 2
  return Array.from(low, (value) => value > middle + evenGrey)
}

/** cos(π u (2x + 1) / 64), u < 8, x < 32. */
const cosines = Float64Array.from({ length: 8 * 32 }, (_, i) => {
  return Math.cos((Math.PI * Math.floor(i / 32) * (2 * (i % 32) + 1)) / 64)
})

function setBits(hash: Uint32Array, word: number, bits: readonly boolean[]): void {
  bits.forEach((bit, i) => {
    if (bit) hash[word + (i >> 5)]! |= 1 << (i & 31)
  })
}
