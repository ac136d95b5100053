import { describe, expect, it } from 'vitest'
import { mean, Rng } from '../base/index.ts'
import type { ImageRGBA } from '../images/index.ts'
import type { SyntheticPhoto } from './plan.ts'
import { studio } from './studio.ts'

// The jaguars must need the pattern: what sees only colours, layout or random features stays near chance. 12 identities
// (chance is about 0.12), 10 photos each, so the bound of 0.3 has room above chance and none for a leak.
const atMost = 0.3

describe.each([
  { seed: 0, testPhotosPerEncounter: 1 },
  { seed: 1, testPhotosPerEncounter: 3 },
])('without the pattern, seed $seed, up to $testPhotosPerEncounter photos an encounter', (options) => {
  const from = studio({
    ...options,
    identities: 12,
    photosPerIdentity: 1,
    testPhotosPerIdentity: 10,
    widthPx: 128,
    heightPx: 96,
  })
  const photos = from.photos.filter((p) => p.split === 'test')
  const images = photos.map(from.render)

  it.each([
    ['8×8×8 colour histogram', (image: ImageRGBA) => colourHistogram(image, false)],
    ['8×8×8 colour histogram of the animal', (image: ImageRGBA) => colourHistogram(image, true)],
    ['32×32 pixels', (image: ImageRGBA) => smallPixels(image, 32)],
    ['32×32 pixels less their mean', (image: ImageRGBA) => lessMean(smallPixels(image, 32))],
    ['an untrained convolutional network', untrainedNetwork()],
  ])('%s', (_, describePhoto) => {
    const features = images.map(describePhoto)
    expect(identityBalancedMap(photos, features, cosine)).toBeLessThan(atMost)
    expect(identityBalancedMap(photos, features, nearness)).toBeLessThan(atMost)
  })
})

it('the yardstick itself can tell individuals: told the identity it says 1, told nothing it says chance', () => {
  const photos = studio({ identities: 12, testPhotosPerIdentity: 10 }).photos.filter((p) => p.split === 'test')
  const told = photos.map((p) => Float64Array.from({ length: 12 }, (_, i) => (i === p.identity ? 1 : 0)))
  const rng = new Rng(5)
  const untold = photos.map(() => Float64Array.from({ length: 12 }, () => rng.normal()))
  expect(identityBalancedMap(photos, told, cosine)).toBe(1)
  expect(identityBalancedMap(photos, untold, cosine)).toBeLessThan(0.15)
})

type Similarity = (a: Float64Array, b: Float64Array) => number

/** Mean over identities of the mean over their photos of the average precision, each photo's gallery all the others. */
function identityBalancedMap(
  photos: readonly SyntheticPhoto[],
  features: readonly Float64Array[],
  similarity: Similarity,
): number {
  const precisions = new Map<string, number[]>()
  photos.forEach((query, q) => {
    const ranked = photos
      .map((photo, g) => ({ photo, g, score: similarity(features[q]!, features[g]!) }))
      .filter(({ g }) => g !== q)
      .sort((a, b) => b.score - a.score)
    const ranks = ranked.flatMap(({ photo }, r) => (photo.name === query.name ? [r + 1] : []))
    const precision = mean(ranks.map((rank, k) => (k + 1) / rank))
    precisions.set(query.name, [...(precisions.get(query.name) ?? []), precision])
  })
  return mean([...precisions.values()].map(mean))
}

function cosine(a: Float64Array, b: Float64Array): number {
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

/** −‖a − b‖² */
function nearness(a: Float64Array, b: Float64Array): number {
  return 2 * dot(a, b) - dot(a, a) - dot(b, b)
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

function colourHistogram({ data }: ImageRGBA, animalOnly: boolean): Float64Array {
  const bins = new Float64Array(512)
  for (let i = 0; i < data.length; i += 4) {
    if (animalOnly && data[i + 3]! < 128) continue
    const bin = (data[i]! >> 5) * 64 + (data[i + 1]! >> 5) * 8 + (data[i + 2]! >> 5)
    bins[bin] = bins[bin]! + 1
  }
  const total = bins.reduce((sum, v) => sum + v, 0)
  return bins.map((v) => v / total)
}

/** Box-averaged to side × side, channels interleaved, in [0, 1]. */
function smallPixels({ width, height, data }: ImageRGBA, side: number): Float64Array {
  const sums = new Float64Array(3 * side * side)
  const counts = new Float64Array(side * side)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = Math.floor((y * side) / height) * side + Math.floor((x * side) / width)
      counts[cell] = counts[cell]! + 1
      for (let k = 0; k < 3; k++) sums[3 * cell + k] = sums[3 * cell + k]! + data[4 * (y * width + x) + k]! / 255
    }
  }
  return sums.map((sum, i) => sum / counts[Math.floor(i / 3)]!)
}

function lessMean(values: Float64Array): Float64Array {
  const m = values.reduce((sum, v) => sum + v, 0) / values.length
  return values.map((v) => v - m)
}

/** Two random 3×3 convolutions of stride 2 with ReLU on 64×64 pixels, then means and standard deviations of 32 channels. */
function untrainedNetwork(): (image: ImageRGBA) => Float64Array {
  const rng = new Rng('untrained')
  const first = Float64Array.from({ length: 12 * 27 }, () => rng.normal(0, Math.sqrt(2 / 27)))
  const second = Float64Array.from({ length: 32 * 9 * 12 }, () => rng.normal(0, Math.sqrt(2 / 108)))
  return (image) => {
    const pixels = smallPixels(image, 64).map((v) => (v - 0.45) / 0.225)
    const map = convolve(convolve(pixels, 64, 3, first, 12), 31, 12, second, 32)
    const cells = map.length / 32
    const sums = new Float64Array(64)
    map.forEach((v, i) => {
      sums[i % 32] = sums[i % 32]! + v / cells
      sums[32 + (i % 32)] = sums[32 + (i % 32)]! + v ** 2 / cells
    })
    return sums.map((v, i) => (i < 32 ? v : Math.sqrt(v - sums[i - 32]! ** 2)))
  }
}

function convolve(
  from: Float64Array,
  side: number,
  inputs: number,
  weights: Float64Array,
  outputs: number,
): Float64Array {
  const small = Math.floor((side - 3) / 2) + 1
  const to = new Float64Array(small * small * outputs)
  for (let cell = 0; cell < small * small; cell++) {
    const y = 2 * Math.floor(cell / small)
    const x = 2 * (cell % small)
    for (let o = 0; o < outputs; o++) {
      let sum = 0
      for (let tap = 0; tap < 9; tap++) {
        const at = ((y + Math.floor(tap / 3)) * side + x + (tap % 3)) * inputs
        for (let c = 0; c < inputs; c++) sum += from[at + c]! * weights[(o * 9 + tap) * inputs + c]!
      }
      to[cell * outputs + o] = Math.max(0, sum)
    }
  }
  return to
}
