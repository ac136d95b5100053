import type { Rng } from '../base/index.ts'
import { blur, gaussian } from './blur.ts'
import { type Canvas, type Colour, canvas, mixColour, smoothstep } from './canvas.ts'
import { type NoiseTile, noiseAt } from './noise.ts'
import { type Flora, paintBlade, paintLeaf, paintTrunk, tint } from './plants.ts'

const placeKinds = ['forest', 'grass', 'savanna', 'river'] as const
type PlaceKind = (typeof placeKinds)[number]

/**
 * A camera's post, painted once. All individuals walk past the same posts, and what is fixed there (background, plants in
 * front, where sun falls through the trees) is the same for all, so that it is no evidence of who walks by: with a window
 * and plants drawn for each encounter, a network fitted its training photos by their backgrounds and learned no coat.
 */
export interface Place {
  readonly kind: PlaceKind
  /** A margin larger than a photo, for a camera that shakes. */
  readonly backdrop: Canvas
  /** Row of the backdrop where the ground meets what stands behind. */
  readonly horizon: number
  readonly flora: Flora
  /** Only ever forked: for what else is fixed at this place. */
  readonly rng: Rng
}

/** The backdrop's margin beyond a photo, of the photo's width. */
const shakeMargin = 0.06

const florae: readonly Flora[] = [
  { dark: [0.07, 0.13, 0.05], bright: [0.42, 0.56, 0.22] },
  { dark: [0.09, 0.12, 0.06], bright: [0.56, 0.58, 0.27] },
  { dark: [0.2, 0.16, 0.08], bright: [0.77, 0.68, 0.38] },
  { dark: [0.06, 0.12, 0.08], bright: [0.34, 0.5, 0.3] },
]

const soils: readonly Colour[] = [
  [0.5, 0.4, 0.28],
  [0.62, 0.52, 0.38],
  [0.4, 0.31, 0.22],
  [0.57, 0.44, 0.3],
]

/** Paints place number `index`; kinds take turns. */
export function paintPlace(index: number, rng: Rng, widthPx: number, heightPx: number, noise: NoiseTile): Place {
  const kind = placeKinds[index % placeKinds.length]!
  const margin = Math.ceil(widthPx * shakeMargin)
  const width = widthPx + margin
  const height = heightPx + margin
  const flora = kind === 'grass' ? rng.pick(florae.slice(1, 3)) : rng.pick(florae)
  const place: Place = { kind, backdrop: canvas(width, height), horizon: height * rng.uniform(0.52, 0.66), flora, rng }
  const soil = rng.pick(soils)
  paintDistance(place, rng.fork('distance'), noise)
  if (kind === 'forest') paintThicket(place, rng.fork('thicket'))
  else paintTreeline(place, rng.fork('treeline'))
  defocus(place, widthPx * rng.uniform(0.005, 0.014))
  paintGround(place, soil, rng.fork('ground'), noise)
  paintStanding(place, rng.fork('standing'))
  defocus(place, widthPx * rng.uniform(0.002, 0.005))
  return place
}

/** The camera focuses on the animal: what lies behind it is soft. */
function defocus({ backdrop }: Place, sigmaPx: number): void {
  const { rgb, width, height } = backdrop
  rgb.set(blur(rgb, width, height, gaussian(sigmaPx), gaussian(sigmaPx)))
}

/** Sky above a line of trees, or the dimness of a forest. */
function paintDistance({ backdrop, horizon, kind, flora }: Place, rng: Rng, noise: NoiseTile): void {
  const { width, rgb } = backdrop
  const open = kind !== 'forest'
  const skyTop: Colour = rng.pick([
    [0.52, 0.66, 0.85],
    [0.72, 0.76, 0.8],
    [0.6, 0.68, 0.74],
  ])
  const skyLow: Colour = mixColour(skyTop, [0.95, 0.92, 0.86], 0.6)
  const canopy = horizon * rng.uniform(0.15, open ? 0.6 : 0.05)
  const [sx, sy] = [rng.uniform(0, 256), rng.uniform(0, 256)]
  const zoom = 256 / width
  for (let y = 0; y < horizon + 0.04 * backdrop.height; y++) {
    for (let x = 0; x < width; x++) {
      const crown = canopy + horizon * 0.5 * (noiseAt(noise, sx + x * zoom * 0.7, sy) - 0.5)
      const texture =
        0.45 * noiseAt(noise, sx + x * zoom * 1.6, sy + y * zoom * 1.6) +
        0.55 * noiseAt(noise, sy + x * zoom * 5, sx + y * zoom * 5)
      const wood = mixColour(flora.dark, flora.bright, smoothstep(0.3, 0.75, texture) * (open ? 0.5 : 0.3))
      const colour = mixColour(
        mixColour(skyTop, skyLow, y / horizon),
        mixColour(wood, skyLow, open ? 0.22 : 0.04),
        smoothstep(crown - 2, crown + 3, y + 8 * (texture - 0.5)),
      )
      const at = 3 * (y * width + x)
      for (let k = 0; k < 3; k++) rgb[at + k] = colour[k]!
    }
  }
}

/** Hazy crowns of far trees, the near ones lower and clearer. */
function paintTreeline({ backdrop, horizon, flora }: Place, rng: Rng): void {
  const { width, height, rgb } = backdrop
  const haze: Colour = [rgb[0]!, rgb[1]!, rgb[2]!]
  const low = horizon * rng.uniform(0.45, 0.8)
  const count = 240
  for (let n = 0; n < count; n++) {
    const near = n / count
    const length = height * rng.uniform(0.05, 0.13)
    paintLeaf(backdrop, {
      x: rng.uniform(-length, width),
      y: low + (horizon - low) * (0.25 * near + rng.uniform(0, 0.85)),
      length,
      width: length * rng.uniform(0.5, 0.9),
      angleRad: rng.normal(0, 0.25),
      colour: mixColour(tint(flora, 0.15 + 0.3 * rng.uniform(), rng), haze, 0.3 - 0.2 * near),
    })
  }
}

/** Soil, trampled grass or water below the horizon, finer towards the distance. */
function paintGround({ backdrop, horizon, kind, flora }: Place, soil: Colour, rng: Rng, noise: NoiseTile): void {
  const { width, height, rgb } = backdrop
  const [sx, sy] = [rng.uniform(0, 256), rng.uniform(0, 256)]
  const zoom = 256 / width
  const bank = kind === 'river' ? horizon + (height - horizon) * rng.uniform(0.3, 0.45) : -1
  const grassy = kind === 'grass' ? 0.75 : rng.uniform(0.1, 0.5)
  const meadow = mixColour(flora.dark, flora.bright, 0.55)
  const waver = 0.06 * height
  for (let y = Math.floor(horizon - waver); y < height; y++) {
    const near = Math.max(0, y - horizon) / (height - horizon)
    const squeeze = 3.2 - 2 * near
    for (let x = 0; x < width; x++) {
      if (y < horizon + waver * (noiseAt(noise, sy + x * zoom * 1.5, sx) - 0.5) * (kind === 'river' ? 0 : 1)) continue
      const coarse = noiseAt(noise, sx + x * zoom * 0.9, sy + y * zoom * squeeze)
      const fine = noiseAt(noise, sy + x * zoom * 3.1, sx + y * zoom * 3.1 * squeeze)
      const patch = smoothstep(0.62, 0.38, coarse) * grassy
      let colour = mixColour(soil, meadow, patch)
      let shade = (0.72 + 0.3 * near) * (0.6 + 0.55 * fine + 0.3 * coarse)
      if (y < bank + 6 * (coarse - 0.5)) {
        const above = Math.max(0, Math.round(2 * horizon - y)) * width + x
        const mirrored: Colour = [rgb[3 * above]!, rgb[3 * above + 1]!, rgb[3 * above + 2]!]
        colour = mixColour(mirrored, [0.4, 0.42, 0.36], 0.45)
        shade = 0.85 + 0.5 * (noiseAt(noise, sx + x * zoom * 0.5, sy + y * zoom * 7) - 0.5)
      }
      const at = 3 * (y * width + x)
      for (let k = 0; k < 3; k++) rgb[at + k] = colour[k]! * shade
    }
  }
}

/** Trunks and leaves behind the animal, dark ones first. */
function paintThicket({ backdrop, horizon, flora }: Place, rng: Rng): void {
  const { width, height } = backdrop
  for (let n = rng.int(3) + 1; n > 0; n--) {
    const w = rng.uniform(0.02, 0.06) * width
    const at = { x: rng.uniform(0, width), top: -2, bottom: horizon + 3, width: w, lean: rng.normal(0, w) }
    paintTrunk(backdrop, at, mixColour([0.3, 0.24, 0.18], flora.dark, rng.uniform(0, 0.6)), rng)
  }
  const size = height / 15
  const count = 280
  for (let n = 0; n < count; n++) {
    const light = n / count
    const length = size * rng.uniform(0.7, 1.7)
    paintLeaf(backdrop, {
      x: rng.uniform(-size, width),
      y: rng.uniform(-size, horizon * 1.02),
      length,
      width: length * rng.uniform(0.3, 0.55),
      angleRad: rng.uniform(-0.6, 2.4),
      colour: tint(flora, 0.08 + 0.62 * light * rng.uniform(0.4, 1), rng),
    })
  }
}

/** Grass that stands on the ground, far rows first, and stones. */
function paintStanding({ backdrop, horizon, flora, kind }: Place, rng: Rng): void {
  const { width, height } = backdrop
  const tall = kind === 'grass' ? 0.3 : 0.09
  const count = kind === 'grass' ? 380 : kind === 'forest' ? 110 : 150
  for (let n = 0; n < count; n++) {
    const depth = n / count
    const y = horizon + (kind === 'grass' ? 0.75 : 0.45 * depth) * depth * (height - horizon)
    paintBlade(backdrop, {
      x: rng.uniform(-10, width + 10),
      y: y + 2,
      height: height * tall * (0.5 + 0.5 * depth) * rng.uniform(0.5, 1.15),
      width: height * 0.011 * (0.6 + 0.7 * depth),
      bend: rng.normal(0, height * tall * 0.28),
      colour: tint(flora, 0.3 + 0.45 * depth, rng),
    })
  }
}
