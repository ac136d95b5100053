import type { Plane } from './plane.ts'

const bins = 36
/** Peaks from this share of the highest on are orientations too. */
const peakShare = 0.8
/** The window's σ in scales of the keypoint, and its radius in σ. */
const windowSigmas = 1.5
const windowRadius = 3

/**
 * The directions in which brightness rises most around a place, in radians from x towards y, 0 … 2π: peaks of a histogram of gradients
 * in 36 directions, weighted by their size and by closeness, smoothed, refined by a parabola (Lowe 2004, section 5).
 * `x`, `y` and `scalePx` are in the plane's pixels.
 */
export function orientationsAt(source: Plane, x: number, y: number, scalePx: number): number[] {
  const histogram = smoothed(gradientHistogram(source, Math.round(x), Math.round(y), scalePx))
  const highest = histogram.reduce((most, value) => Math.max(most, value), 0)
  const angles: number[] = []
  for (let bin = 0; bin < bins; bin++) {
    const left = histogram[(bin + bins - 1) % bins]!
    const here = histogram[bin]!
    const right = histogram[(bin + 1) % bins]!
    if (here <= left || here <= right || here < peakShare * highest) continue
    const peak = bin + (0.5 * (left - right)) / (left - 2 * here + right)
    angles.push((((peak + bins) % bins) / bins) * 2 * Math.PI)
  }
  return angles
}

function gradientHistogram({ width, height, data }: Plane, x: number, y: number, scalePx: number): Float64Array {
  const sigma = windowSigmas * scalePx
  const radius = Math.round(windowRadius * sigma)
  const histogram = new Float64Array(bins)
  for (let j = Math.max(1, y - radius); j <= Math.min(height - 2, y + radius); j++) {
    for (let i = Math.max(1, x - radius); i <= Math.min(width - 2, x + radius); i++) {
      const at = j * width + i
      const dx = data[at + 1]! - data[at - 1]!
      const dy = data[at + width]! - data[at - width]!
      const weight = Math.exp(-((i - x) ** 2 + (j - y) ** 2) / (2 * sigma * sigma))
      const bin = Math.round((Math.atan2(dy, dx) / (2 * Math.PI)) * bins)
      const to = (bin + bins) % bins
      histogram[to] = histogram[to]! + weight * Math.sqrt(dx * dx + dy * dy)
    }
  }
  return histogram
}

/** (1 4 6 4 1) / 16, around. */
function smoothed(histogram: Float64Array): Float64Array {
  const at = (bin: number) => histogram[(bin + bins) % bins]!
  return histogram.map(
    (_, bin) => (at(bin - 2) + at(bin + 2)) / 16 + (at(bin - 1) + at(bin + 1)) / 4 + (at(bin) * 6) / 16,
  )
}
