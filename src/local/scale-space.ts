import { blur } from './blur.ts'
import { type Plane, plane } from './plane.ts'
import type { SiftConfig } from './sift-config.ts'

/** The photo at one resolution, ever more blurred. */
export interface Octave {
  /** [layers + 3], each k = 2^(1 / layers) times as blurred as the one before, the first of σ `sigma` in its own pixels. */
  readonly gaussians: readonly Plane[]
  /** [layers + 2]: the differences of neighbours. */
  readonly differences: readonly Plane[]
  /** Pixels of the photo that a pixel here is. */
  readonly pixel: number
}

/** A photo's own blur, as Lowe assumes it: the camera's. */
const cameraSigma = 0.5

/** Smaller octaves hold no keypoint that could be described. */
const smallestSidePx = 16

/** Octaves from the finest to the coarsest; an octave begins with the one before, twice as blurred, every second pixel. */
export function scaleSpace(photo: Plane, config: SiftConfig): Octave[] {
  const octaves: Octave[] = []
  let pixel = config.doubled ? 0.5 : 1
  const own = cameraSigma / pixel
  let base = blur(config.doubled ? doubled(photo) : photo, Math.sqrt(Math.max(config.sigma ** 2 - own ** 2, 0.01)))
  while (Math.min(base.width, base.height) >= smallestSidePx) {
    const gaussians = blurred(base, config)
    const differences = gaussians.slice(1).map((next, i) => difference(next, gaussians[i]!))
    octaves.push({ gaussians, differences, pixel })
    base = halved(gaussians[config.layers]!)
    pixel *= 2
  }
  return octaves
}

/** Blur adds up in squares: σᵢ² = (σ kⁱ)² − (σ kⁱ⁻¹)². */
function blurred(base: Plane, { layers, sigma }: SiftConfig): Plane[] {
  const planes = [base]
  const k = 2 ** (1 / layers)
  for (let i = 1; i < layers + 3; i++) {
    const before = sigma * k ** (i - 1)
    planes.push(blur(planes[i - 1]!, before * Math.sqrt(k * k - 1)))
  }
  return planes
}

function difference(a: Plane, b: Plane): Plane {
  const out = plane(a.width, a.height)
  for (let i = 0; i < out.data.length; i++) out.data[i] = a.data[i]! - b.data[i]!
  return out
}

/** Twice the size by linear interpolation: pixel 2i is pixel i, and 2i + 1 the mean of i and i + 1. */
function doubled({ width, height, data }: Plane): Plane {
  const out = plane(2 * width, 2 * height)
  for (let y = 0; y < out.height; y++) {
    const above = (y >> 1) * width
    const below = Math.min(height - 1, (y + 1) >> 1) * width
    for (let x = 0; x < out.width; x++) {
      const left = x >> 1
      const right = Math.min(width - 1, (x + 1) >> 1)
      out.data[y * out.width + x] =
        0.25 * (data[above + left]! + data[above + right]! + data[below + left]! + data[below + right]!)
    }
  }
  return out
}

function halved({ width, height, data }: Plane): Plane {
  const out = plane(Math.max(1, width >> 1), Math.max(1, height >> 1))
  for (let y = 0; y < out.height; y++)
    for (let x = 0; x < out.width; x++) out.data[y * out.width + x] = data[2 * y * width + 2 * x]!
  return out
}
