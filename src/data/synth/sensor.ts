import type { Rng } from '../../base/index.ts'
import type { ImageRGBA } from '../../images/index.ts'
import { type Canvas, clamp01 } from './canvas.ts'

/** What lens and sensor do to a photo. */
export interface Sensor {
  /** Standard deviation of the defocus, pixels. */
  readonly blurPx: number
  /** Length of the smear along the animal's walk, pixels. */
  readonly motionPx: number
  /** Standard deviation of the noise, of full scale. */
  readonly noise: number
  /** Where the noise tile is read from. */
  readonly noiseOffset: number
}

/** Mostly sharp and clean; night shots are noisier and smear more. Lengths scale with the photo's width. */
export function drawSensor(rng: Rng, infrared: boolean, widthPx: number): Sensor {
  const px = widthPx / 256
  return {
    blurPx: px * Math.max(0, rng.normal(0.3, 0.3)),
    motionPx: rng.chance(infrared ? 0.3 : 0.12) ? px * rng.uniform(1.5, 4) : 0,
    noise: infrared ? rng.uniform(0.008, 0.025) : rng.uniform(0.002, 0.012),
    noiseOffset: rng.int(1 << 16),
  }
}

/** Blurs, adds noise and rounds to 8 bits; alpha is the mask. */
export function expose(on: Canvas, sensor: Sensor, infrared: boolean, normals: Float32Array): ImageRGBA {
  const { width, height, mask } = on
  const rgb = smear(on, sensor)
  const data = new Uint8Array(4 * width * height)
  for (let i = 0; i < mask.length; i++) {
    for (let k = 0; k < 3; k++) {
      // Infrared has one channel, so one noise.
      const deviate = normals[(sensor.noiseOffset + (infrared ? i : 3 * i + k)) & 0xffff]!
      data[4 * i + k] = Math.round(255 * clamp01(rgb[3 * i + k]! + sensor.noise * deviate))
    }
    data[4 * i + 3] = Math.round(255 * clamp01(mask[i]!))
  }
  return { width, height, data }
}

function smear({ rgb, width, height }: Canvas, { blurPx, motionPx }: Sensor): Float32Array {
  if (blurPx < 0.3 && motionPx === 0) return rgb
  const gauss = (distance: number) => Math.exp(-0.5 * (distance / Math.max(blurPx, 0.25)) ** 2)
  const down = kernel(Math.ceil(2.2 * blurPx), gauss)
  const across =
    motionPx === 0 ? down : kernel(Math.ceil(motionPx / 2), (d) => clamp01(motionPx / 2 - Math.abs(d) + 0.5))
  return convolve(convolve(rgb, across, width, height, 3), down, height, width, 3 * width)
}

function kernel(reach: number, weightAt: (distance: number) => number): Float32Array {
  const weights = Float32Array.from({ length: 2 * reach + 1 }, (_, i) => weightAt(i - reach))
  const total = weights.reduce((sum, w) => sum + w, 0)
  return weights.map((w) => w / total)
}

/** Convolves along the axis of `length` steps of `stride`, repeating the border. */
function convolve(
  from: Float32Array,
  weights: Float32Array,
  length: number,
  others: number,
  stride: number,
): Float32Array {
  const to = new Float32Array(from.length)
  const reach = weights.length >> 1
  const otherStride = stride === 3 ? 3 * length : 3
  for (let other = 0; other < others; other++) {
    for (let step = 0; step < length; step++) {
      const at = other * otherStride + step * stride
      for (let w = -reach; w <= reach; w++) {
        const weight = weights[w + reach]!
        const source = other * otherStride + Math.min(length - 1, Math.max(0, step + w)) * stride
        to[at] = to[at]! + weight * from[source]!
        to[at + 1] = to[at + 1]! + weight * from[source + 1]!
        to[at + 2] = to[at + 2]! + weight * from[source + 2]!
      }
    }
  }
  return to
}
