import type { Rng } from '../base/index.ts'
import type { Canvas } from './canvas.ts'
import type { Sun } from './fur.ts'
import { type NoiseTile, noiseAt } from './noise.ts'

/** The light of an encounter and what the camera makes of it. */
export interface Light {
  readonly infrared: boolean
  readonly sun: Sun
  readonly exposure: number
  /** Red gain over blue gain is its square. */
  readonly warmth: number
  readonly contrast: number
  /** Strength of the sunlight's flecks under trees, 0 … 1. */
  readonly dapple: number
  /** Darkening at the corners; strong where a flash is the only light. */
  readonly vignette: number
}

/** Day with probability 0.8, else an infrared flash from the camera. */
export function drawLight(rng: Rng, forest: boolean): Light {
  const infrared = rng.chance(0.2)
  const angle = rng.uniform(-0.9, 0.9)
  const z = infrared ? 0.93 : rng.uniform(0.35, 0.7)
  const plane = Math.sqrt(1 - z * z)
  return {
    infrared,
    sun: {
      x: plane * Math.sin(angle),
      y: plane * Math.cos(angle),
      z,
      ambient: infrared ? 0.35 : rng.uniform(0.4, 0.65),
    },
    exposure: infrared ? rng.uniform(0.75, 1.15) : Math.exp(rng.normal(0.04, 0.17)),
    warmth: Math.exp(rng.normal(0, 0.09)),
    contrast: Math.exp(rng.normal(0, 0.13)),
    dapple: infrared ? 0 : rng.uniform(0, forest ? 0.35 : 0.12),
    vignette: infrared ? rng.uniform(0.5, 0.9) : rng.uniform(0, 0.2),
  }
}

/** The same light with what changes from shot to shot: a cloud, and the camera's automatic exposure and white balance. */
export function shotLight(light: Light, rng: Rng): Light {
  return {
    ...light,
    exposure: light.exposure * Math.exp(rng.normal(0, 0.1)),
    warmth: light.warmth * Math.exp(rng.normal(0, 0.05)),
    contrast: light.contrast * Math.exp(rng.normal(0, 0.06)),
  }
}

/** Develops the painted scene in place: flecks (where the `trees` let the sun through) of sun, exposure, temperature, contrast, vignette, infrared's grey. */
export function develop(on: Canvas, light: Light, trees: Rng, noise: NoiseTile): void {
  const { width, height, rgb } = on
  const [dappleX, dappleY] = [trees.uniform(0, 256), trees.uniform(0, 256)]
  const { exposure, warmth, contrast, vignette, infrared, dapple } = light
  const gains = [exposure * warmth, exposure, exposure / warmth]
  const zoom = 256 / width
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 3 * (y * width + x)
      const cx = (2 * x) / width - 1
      const cy = (2 * y) / height - 1.1
      let gain = 1 - vignette * Math.min(1, 0.75 * (cx * cx + cy * cy))
      if (dapple > 0) {
        const fleck = noiseAt(noise, dappleX + x * zoom * 0.8, dappleY + y * zoom * 0.8)
        gain *= 1 + dapple * Math.max(-1, Math.min(1, 6 * (fleck - 0.52)))
      }
      if (infrared) {
        // Chlorophyll and fur both reflect the near infrared: greens come out as bright as the coat.
        const grey = 0.36 * rgb[at]! + 0.5 * rgb[at + 1]! + 0.1 * rgb[at + 2]!
        rgb[at] = rgb[at + 1] = rgb[at + 2] = tone(grey * gain * exposure, contrast)
      } else {
        for (let k = 0; k < 3; k++) rgb[at + k] = tone(rgb[at + k]! * gain * gains[k]!, contrast)
      }
    }
  }
}

/** Contrast about mid grey, with a soft shoulder instead of clipped highlights. */
function tone(value: number, contrast: number): number {
  const v = 0.42 + (value - 0.42) * contrast
  return v < 0.8 ? v : 0.8 + 0.2 * (1 - Math.exp(-(v - 0.8) / 0.2))
}
