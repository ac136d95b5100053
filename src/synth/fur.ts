import { type Canvas, type Colour, clamp01, smoothstep } from './canvas.ts'
import { type CoatMap, coatChannels, coatDomain } from './coat.ts'
import type { Figure } from './figure.ts'
import { type NoiseTile, noiseAt } from './noise.ts'

/** The direction the light comes from (x right, y up, z to the viewer; unit length) and how much comes from everywhere. */
export interface Sun {
  readonly x: number
  readonly y: number
  readonly z: number
  readonly ambient: number
}

/** Base tones, the same for every individual: colour must not tell them apart. */
interface FurTones {
  readonly back: Colour
  readonly flank: Colour
  readonly pale: Colour
  readonly inside: Colour
}

const furTones: FurTones = {
  back: [0.7, 0.47, 0.22],
  flank: [0.83, 0.62, 0.34],
  pale: [0.93, 0.86, 0.72],
  inside: [0.58, 0.36, 0.15],
}

const black: Colour = [0.085, 0.065, 0.05]
const amber: Colour = [0.85, 0.68, 0.25]

/** How fur is lit, and where its hair lies. */
export interface FurLook {
  readonly sun: Sun
  readonly pixelsPerUnit: number
  readonly shade: number
  readonly noise: NoiseTile
  /** Where the noise of single hairs begins: hair is ruffled from photo to photo, so that it is no evidence of the place. 0 unless given. */
  readonly grain?: readonly [number, number]
}

/** Lays one layer of the animal over the canvas: coat by rest coordinates, light by the relief's slope, and into the mask. */
export function paintFur(on: Canvas, figure: Figure, coat: CoatMap, look: FurLook): void {
  const { width } = on
  const { coverage, restX, restY, relief, box } = figure
  const [hairX, hairY] = look.grain ?? [0, 0]
  const marks = new Float32Array(coatChannels)
  const colour: [number, number, number] = [0, 0, 0]
  for (let py = box.top; py < box.bottom; py++) {
    for (let px = box.left; px < box.right; px++) {
      const i = py * width + px
      const a = coverage[i]!
      if (a === 0) continue
      const x = restX[i]!
      const y = restY[i]!
      readCoat(coat, x, y, marks)
      furColour(colour, marks, y, noiseAt(look.noise, x * 90 + hairX, y * 260 + hairY))
      const light = look.shade * lightAt(relief, i, width, look.sun, look.pixelsPerUnit)
      const rest = 1 - a
      for (let k = 0; k < 3; k++) on.rgb[3 * i + k] = on.rgb[3 * i + k]! * rest + colour[k]! * light * a
      on.mask[i] = a + on.mask[i]! * rest
    }
  }
}

function furColour(out: [number, number, number], marks: Float32Array, y: number, fibre: number): void {
  const dorsal = smoothstep(-0.1, 0.38, y)
  const pale = clamp01(marks[2]!)
  const inside = 0.75 * marks[1]!
  const ink = marks[0]!
  const eye = marks[3]!
  const grain = 0.82 + 0.36 * fibre
  for (let k = 0; k < 3; k++) {
    let v = furTones.flank[k]! + (furTones.back[k]! - furTones.flank[k]!) * dorsal
    v += (furTones.pale[k]! - v) * pale
    v += (furTones.inside[k]! - v) * inside
    v *= grain
    v += (black[k]! * (0.6 + 0.8 * fibre) - v) * ink
    v += (amber[k]! - v) * eye
    out[k] = v
  }
}

/** Ambient + diffuse · max(0, n · sun), the normal from the relief's differences. */
function lightAt(relief: Float32Array, i: number, width: number, sun: Sun, pixelsPerUnit: number): number {
  const dx = ((relief[i + 1] ?? 0) - (relief[i - 1] ?? 0)) * 0.5 * pixelsPerUnit
  const dy = ((relief[i - width] ?? 0) - (relief[i + width] ?? 0)) * 0.5 * pixelsPerUnit
  const nx = Math.max(-2.5, Math.min(2.5, -dx))
  const ny = Math.max(-2.5, Math.min(2.5, -dy))
  const cosine = (nx * sun.x + ny * sun.y + sun.z) / Math.sqrt(nx * nx + ny * ny + 1)
  return sun.ambient + (1 - sun.ambient) * 1.25 * Math.max(0, cosine)
}

/** Bilinear, clamped at the borders, into [0, 1]. */
function readCoat(coat: CoatMap, x: number, y: number, out: Float32Array): void {
  const { width, height, texelsPerUnit, data } = coat
  const u = Math.min(width - 1.001, Math.max(0, (x - coatDomain.left) * texelsPerUnit - 0.5))
  const v = Math.min(height - 1.001, Math.max(0, (y - coatDomain.bottom) * texelsPerUnit - 0.5))
  const column = Math.floor(u)
  const row = Math.floor(v)
  const fx = u - column
  const fy = v - row
  const at = coatChannels * (row * width + column)
  const above = at + coatChannels * width
  for (let k = 0; k < coatChannels; k++) {
    const low = data[at + k]! * (1 - fx) + data[at + coatChannels + k]! * fx
    const high = data[above + k]! * (1 - fx) + data[above + coatChannels + k]! * fx
    out[k] = (low * (1 - fy) + high * fy) / 255
  }
}
