import { Rng } from '../base/index.ts'
import { type Canvas, type Colour, canvas, clamp01, cover } from './canvas.ts'
import { type Capsule, drawBody } from './creature.ts'
import {
  drawHide,
  extentOf,
  type Framing,
  type Lamp,
  paintCreature,
  seenFrom,
  type Viewpoint,
} from './creature-figure.ts'
import { paintScenery, paintScrub } from './creature-place.ts'
import { type NoiseTile, noiseTile } from './noise.ts'

/** The side that an animal turns to the viewer. */
export const facings = ['left', 'right', 'front', 'back'] as const
/** left and right: the flank that is seen, the nose being on that side of the picture; front and back: the nose towards the viewer, or away. */
export type Facing = (typeof facings)[number]

/** A drawn photo of some four-legged animal, or of none, and how it stands. */
export interface CreaturePhoto {
  /** [sizePx, sizePx, 3], RGB bytes. */
  readonly pixels: Uint8Array
  /** Shares of `facings`, of sum 1: between two where an animal stands between them; the same for all where there is none. */
  readonly facing: readonly [number, number, number, number]
}

/** |cos| of the nose's direction with the picture at which an animal shows its flank and its front alike: 70 degrees from a side view. */
const flankShare = 0.34

/** Pixels that each pixel of a photo is drawn with, in each direction. */
const fine = 1

/** Shares of photos: of no animal, of a black background, seen from any side; the others show one flank more or less. */
const [emptyShare, blackShare, anyShare] = [0.04, 0.25, 0.4]

/**
 * Draws photos of a square of `sizePx`, each from its key: an animal of random build, pose, hide and viewpoint, most often amid scenery, sometimes behind
 * plants or beside other animals, more or less cut off by the frame, whose proportions were squashed to a square. A difficulty below 1 draws fewer of the hard ones: at 0 a whole animal on black.
 * The same for the same key and difficulty.
 */
export function creatures(sizePx: number): (key: string, difficulty?: number) => CreaturePhoto {
  const noise = noiseTile(new Rng('creatures'))
  return (key, difficulty = 1) => creaturePhoto(key, { sizePx, noise, difficulty })
}

/** How large a photo is, what grain is drawn from, and the share of hard ones. */
interface PhotoOptions {
  readonly sizePx: number
  readonly noise: NoiseTile
  readonly difficulty: number
}

function creaturePhoto(key: string, { sizePx, noise, difficulty }: PhotoOptions): CreaturePhoto {
  const rng = new Rng(key)
  const side = sizePx * fine
  const aspect = Math.exp(rng.uniform(-0.35, 0.5)) // of the frame, width over height
  const on = canvas(side, side)
  const empty = rng.chance(emptyShare * difficulty)
  const black = !empty && rng.chance(1 - (1 - blackShare) * difficulty)
  const lamp = drawLamp(rng.fork('lamp'))
  if (!black) paintScenery(on, rng.fork('scenery'), noise)
  const others = black ? 0 : rng.chance(0.3 * difficulty) ? 1 + rng.int(2) : 0
  for (let i = 0; i < others; i++) paintOther(on, rng.fork(`other/${i}`), { aspect, lamp, noise })
  const view = viewpoint(rng.fork('view'))
  if (!empty) {
    const seen = seenFrom(drawBody(rng.fork('body')), view)
    const fill = black ? rng.uniform(0.85, 0.95) : rng.uniform(0.5, 1.2)
    const framing = frameOf(seen, side, { aspect, fill, rng: rng.fork('frame') })
    if (!black) paintShade(on, seen, framing)
    paintCreature(on, seen, { hide: drawHide(rng.fork('hide')), framing, lamp, noise, masked: true })
  }
  if (!black && rng.chance(0.5 * difficulty)) paintScrub(on, rng.fork('scrub'), noise)
  return {
    pixels: developed(on, rng.fork('camera')),
    facing: empty ? [0.25, 0.25, 0.25, 0.25] : facingOf(view),
  }
}

/** left, right, front, back: soft where an animal stands between two. */
function facingOf({ yawRad }: Viewpoint): readonly [number, number, number, number] {
  const [across, towards] = [Math.cos(yawRad), -Math.sin(yawRad)]
  const over = (value: number) => 1 / (1 + Math.exp(-(value - flankShare) / 0.06))
  const [left, right] = [over(-across), over(across)]
  const rest = Math.max(0, 1 - left - right)
  const front = rest / (1 + Math.exp(-towards / 0.2))
  const total = left + right + rest
  return [left / total, right / total, front / total, (rest - front) / total]
}

function viewpoint(rng: Rng): Viewpoint {
  const side = rng.chance(0.5) ? 0 : Math.PI
  return {
    yawRad: rng.chance(anyShare) ? rng.uniform(0, 2 * Math.PI) : side + rng.normal(0, 0.45),
    pitchRad: rng.uniform(-0.08, 0.35),
    rollRad: rng.normal(0, 0.05),
    distance: rng.uniform(4, 12),
  }
}

function drawLamp(rng: Rng): Lamp {
  const [x, y, z] = [rng.normal(0, 0.6), rng.uniform(0.3, 1.2), rng.uniform(-0.2, 1)]
  const length = Math.hypot(x, y, z)
  return { towards: [x / length, y / length, z / length], ambient: rng.uniform(0.3, 0.8) }
}

/** Fills the share `fill` of the frame with the animal, which is then cut off where that is more than all, and lies a little off the middle. */
function frameOf(
  seen: readonly Capsule[],
  side: number,
  { aspect, fill, rng }: { readonly aspect: number; readonly fill: number; readonly rng: Rng },
): Framing {
  const [left, right, bottom, top] = extentOf(seen)
  const height = Math.max((right - left) / aspect, top - bottom) / fill
  const width = height * aspect
  const [sx, sy] = [side / width, side / height]
  const loose = Math.max(0.04, (1 - fill) / 3)
  return {
    left: (left + right) / 2 - width * (0.5 + rng.normal(0, loose)),
    top: (top + bottom) / 2 + height * (0.5 + rng.normal(0, loose)),
    sx,
    sy,
  }
}

/** Another animal, behind or at the edge, that the photo is not about. */
function paintOther(
  on: Canvas,
  rng: Rng,
  { aspect, lamp, noise }: { readonly aspect: number; readonly lamp: Lamp; readonly noise: NoiseTile },
): void {
  const seen = seenFrom(drawBody(rng.fork('body')), viewpoint(rng.fork('view')))
  const framing = frameOf(seen, on.width, { aspect, fill: rng.uniform(0.2, 0.6), rng: rng.fork('frame') })
  const [dx, dy] = [rng.uniform(-0.6, 0.6), rng.uniform(-0.3, 0.3)]
  const moved = {
    ...framing,
    left: framing.left + (dx * on.width) / framing.sx,
    top: framing.top + (dy * on.height) / framing.sy,
  }
  paintCreature(on, seen, { hide: drawHide(rng.fork('hide')), framing: moved, lamp, noise, masked: false })
}

/** A dark ellipse under the feet. */
function paintShade(on: Canvas, seen: readonly Capsule[], { left, top, sx, sy }: Framing): void {
  const [from, to, bottom] = extentOf(seen)
  const [cx, cy] = [((from + to) / 2 - left) * sx, (top - bottom) * sy]
  const [rx, ry] = [((to - from) / 2) * sx, 0.08 * (to - from) * sy]
  for (let py = Math.max(0, Math.floor(cy - ry)); py < Math.min(on.height, cy + ry); py++)
    for (let px = Math.max(0, Math.floor(cx - rx)); px < Math.min(on.width, cx + rx); px++) {
      const r = ((px - cx) / rx) ** 2 + ((py - cy) / ry) ** 2
      if (r < 1) cover(on, py * on.width + px, [0.05, 0.05, 0.05], 1, 0.5 * (1 - r))
    }
}

/** Exposure, tint, blur and noise of a camera; a quarter of the photos are infrared. */
function developed(on: Canvas, rng: Rng): Uint8Array {
  const infrared = rng.chance(0.25)
  const [gain, gamma] = [rng.uniform(0.7, 1.5), rng.uniform(0.45, 1)]
  const tint: Colour = [rng.uniform(0.85, 1.15), 1, rng.uniform(0.8, 1.15)]
  const haze = rng.chance(0.3) ? rng.uniform(0, 0.3) : 0
  const grain = rng.uniform(0, 0.08)
  const small = shrunk(on)
  const soft = rng.chance(0.6) ? blurred(small) : small.rgb
  const curve = Uint8Array.from({ length: 1024 }, (_, i) => Math.round(255 * (i / 1023) ** gamma))
  const out = new Uint8Array(soft.length)
  for (let i = 0; i < out.length; i += 3) {
    const grey = 0.3 * soft[i]! + 0.6 * soft[i + 1]! + 0.1 * soft[i + 2]!
    const noise = 255 * grain * (rng.uniform() - 0.5)
    for (let c = 0; c < 3; c++) {
      const own = infrared ? grey : soft[i + c]! * tint[c]!
      const exposed = clamp01(gain * (own + (0.7 - own) * haze))
      out[i + c] = Math.max(0, Math.min(255, Math.round(curve[Math.round(1023 * exposed)]! + noise)))
    }
  }
  return out
}

/** Each pixel the mean of `fine`². */
function shrunk(on: Canvas): Canvas {
  const size = on.width / fine
  const small = canvas(size, size)
  for (let py = 0, from = 0; py < on.height; py++)
    for (let px = 0; px < on.width; px++, from += 3) {
      const to = 3 * (Math.floor(py / fine) * size + Math.floor(px / fine))
      for (let c = 0; c < 3; c++) small.rgb[to + c] = small.rgb[to + c]! + on.rgb[from + c]! / fine ** 2
    }
  return small
}

/** The mean of each pixel and its eight neighbours. */
function blurred({ rgb, width, height }: Canvas): Float32Array {
  const out = rgb.slice()
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++)
      for (let c = 0; c < 3; c++) {
        let sum = 0
        for (let dy = -1; dy <= 1; dy++)
          for (let dx = -1; dx <= 1; dx++) sum += rgb[3 * ((y + dy) * width + x + dx) + c]!
        out[3 * (y * width + x) + c] = sum / 9
      }
  return out
}
