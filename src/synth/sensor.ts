import type { Rng } from '../base/index.ts'
import type { ImageRGBA } from '../images/index.ts'
import { blur, gaussian, line } from './blur.ts'
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
  const defocus = gaussian(Math.max(blurPx, 0.25))
  return blur(rgb, width, height, motionPx === 0 ? defocus : line(motionPx), defocus)
}
