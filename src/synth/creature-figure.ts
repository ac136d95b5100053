import type { Rng } from '../base/index.ts'
import { type Canvas, type Colour, cover, mixColour } from './canvas.ts'
import type { Capsule, CreaturePart, Place3 } from './creature.ts'
import { type NoiseTile, noiseAt } from './noise.ts'

/** From where an animal is seen. */
export interface Viewpoint {
  /** Direction of its nose, radians: 0 to the right of the picture, π/2 away from the viewer, −π/2 towards. */
  readonly yawRad: number
  /** How far from above. */
  readonly pitchRad: number
  readonly rollRad: number
  /** Distance in backs; near ones look larger in front. */
  readonly distance: number
}

/** Capsules as the viewer sees them: x to the right, y up, z towards the viewer. */
export function seenFrom(body: readonly Capsule[], view: Viewpoint): readonly Capsule[] {
  const [cy, sy] = [Math.cos(view.yawRad), Math.sin(view.yawRad)]
  const [cp, sp] = [Math.cos(view.pitchRad), Math.sin(view.pitchRad)]
  const [cr, sr] = [Math.cos(view.rollRad), Math.sin(view.rollRad)]
  const turn = ([x, y, z]: Place3): Place3 => {
    const [ax, az] = [x * cy + z * sy, z * cy - x * sy]
    const [by, bz] = [y * cp - az * sp, az * cp + y * sp]
    const near = view.distance / (view.distance - bz)
    return [near * (ax * cr - by * sr), near * (ax * sr + by * cr), bz]
  }
  return body.map((capsule) => {
    const [from, to] = [turn(capsule.from), turn(capsule.to)]
    const scale = ([, , z]: Place3) => view.distance / (view.distance - z)
    return { ...capsule, from, to, radii: [capsule.radii[0] * scale(from), capsule.radii[1] * scale(to)] as const }
  })
}

/** The smallest upright rectangle around capsules. */
export function extentOf(
  seen: readonly Capsule[],
): readonly [left: number, right: number, bottom: number, top: number] {
  const ends = seen.flatMap(({ from, to, radii }) => [[from, radii[0]] as const, [to, radii[1]] as const])
  return [
    Math.min(...ends.map(([p, r]) => p[0] - r)),
    Math.max(...ends.map(([p, r]) => p[0] + r)),
    Math.min(...ends.map(([p, r]) => p[1] - r)),
    Math.max(...ends.map(([p, r]) => p[1] + r)),
  ]
}

/** How an animal is coloured. */
export interface Hide {
  readonly parts: Readonly<Record<CreaturePart, Colour>>
  readonly belly: Colour
  readonly pattern: 'plain' | 'stripes' | 'spots' | 'patches'
  readonly marks: Colour
  /** Marks for each back length. */
  readonly density: number
  readonly offset: number
}

export function drawHide(rng: Rng): Hide {
  const any = (): Colour => [rng.uniform(0.02, 0.9), rng.uniform(0.02, 0.8), rng.uniform(0.02, 0.7)]
  const earthy = (): Colour => {
    const light = rng.uniform(0.03, 0.75)
    const warm = rng.uniform(0.5, 1)
    return [light, light * (0.5 + 0.5 * warm) * rng.uniform(0.8, 1), light * warm * rng.uniform(0.6, 1)]
  }
  const base = rng.chance(0.75) ? earthy() : any()
  const like = (spread: number): Colour => mixColour(base, earthy(), rng.uniform(0, spread))
  return {
    parts: {
      torso: base,
      leg: rng.chance(0.4) ? like(0.9) : base,
      head: rng.chance(0.4) ? like(0.6) : base,
      horn: earthy(),
      tail: rng.chance(0.3) ? like(0.9) : base,
      mane: like(0.9),
    },
    belly: rng.chance(0.5) ? mixColour(base, [0.85, 0.82, 0.75], rng.uniform(0.2, 0.8)) : base,
    pattern: rng.pick(['plain', 'plain', 'stripes', 'spots', 'patches']),
    marks: rng.chance(0.5) ? mixColour(base, [0.02, 0.02, 0.02], 0.8) : mixColour(base, [0.95, 0.93, 0.9], 0.8),
    density: rng.uniform(4, 14),
    offset: rng.uniform(0, 256),
  }
}

/** Where on a canvas an animal stands: pixel = (x − left) · sx, (top − y) · sy. */
export interface Framing {
  readonly left: number
  readonly top: number
  /** Pixels a back, across and down. */
  readonly sx: number
  readonly sy: number
}

/** Direction of the light and how much comes from everywhere. */
export interface Lamp {
  readonly towards: Place3
  readonly ambient: number
}

/** Paints an animal by depth. What it covers joins the canvas's mask where `masked`. */
export function paintCreature(
  on: Canvas,
  seen: readonly Capsule[],
  look: {
    readonly hide: Hide
    readonly framing: Framing
    readonly lamp: Lamp
    readonly noise: NoiseTile
    readonly masked: boolean
  },
): void {
  const { width, height } = on
  const { framing: f } = look
  const depth = new Float32Array(width * height).fill(Number.NEGATIVE_INFINITY)
  const nearest = new Int16Array(width * height).fill(-1)
  seen.forEach((capsule, k) => {
    const [left, right, bottom, top] = extentOf([capsule])
    const x0 = Math.max(0, Math.floor((left - f.left) * f.sx))
    const x1 = Math.min(width - 1, Math.ceil((right - f.left) * f.sx))
    const y0 = Math.max(0, Math.floor((f.top - top) * f.sy))
    const y1 = Math.min(height - 1, Math.ceil((f.top - bottom) * f.sy))
    for (let py = y0; py <= y1; py++)
      for (let px = x0, i = py * width + x0; px <= x1; px++, i++) {
        const z = depthAt(capsule, f.left + (px + 0.5) / f.sx, f.top - (py + 0.5) / f.sy)
        if (z <= depth[i]!) continue
        depth[i] = z
        nearest[i] = k
      }
  })
  for (let i = 0; i < nearest.length; i++) {
    const capsule = seen[nearest[i]!]
    if (capsule === undefined) continue
    const [px, py] = [i % width, Math.floor(i / width)]
    const hit = hitAt(capsule, f.left + (px + 0.5) / f.sx, f.top - (py + 0.5) / f.sy)
    cover(on, i, shaded(capsule, hit, look), 1, 1)
    if (look.masked) on.mask[i] = 1
  }
}

interface Hit {
  readonly z: number
  readonly t: number
  /** Unit vector out of the surface. */
  readonly normal: Place3
}

/** How far along a capsule's axis it is nearest to a line of sight, 0 to 1. */
function shareAlong({ from, to }: Capsule, x: number, y: number): number {
  const bx = to[0] - from[0]
  const by = to[1] - from[1]
  const length = bx * bx + by * by
  return length < 1e-9 ? 1 : Math.min(1, Math.max(0, ((x - from[0]) * bx + (y - from[1]) * by) / length))
}

/** z where a line of sight meets a capsule, its cross-section taken for a circle; −∞ where it passes by. */
function depthAt(capsule: Capsule, x: number, y: number): number {
  const { from, to, radii } = capsule
  const t = shareAlong(capsule, x, y)
  const radius = radii[0] + t * (radii[1] - radii[0])
  const nx = x - from[0] - t * (to[0] - from[0])
  const ny = y - from[1] - t * (to[1] - from[1])
  const left = radius * radius - nx * nx - ny * ny
  return left <= 0 ? Number.NEGATIVE_INFINITY : from[2] + t * (to[2] - from[2]) + Math.sqrt(left)
}

function hitAt(capsule: Capsule, x: number, y: number): Hit {
  const { from, to, radii } = capsule
  const t = shareAlong(capsule, x, y)
  const radius = radii[0] + t * (radii[1] - radii[0])
  const [nx, ny] = [(x - from[0] - t * (to[0] - from[0])) / radius, (y - from[1] - t * (to[1] - from[1])) / radius]
  const nz = Math.sqrt(Math.max(0, 1 - nx * nx - ny * ny))
  return { z: from[2] + t * (to[2] - from[2]) + nz * radius, t, normal: [nx, ny, nz] }
}

function shaded(
  { part, from, to }: Capsule,
  { t, normal, z }: Hit,
  { hide, lamp, noise }: { readonly hide: Hide; readonly lamp: Lamp; readonly noise: NoiseTile },
): Colour {
  const [x, y] = [from[0] + t * (to[0] - from[0]) + 0.5 * normal[0], from[1] + t * (to[1] - from[1]) + 0.3 * normal[1]]
  const own = hide.parts[part]
  const under =
    part === 'torso' && normal[1] < -0.35 ? mixColour(own, hide.belly, Math.min(1, (-0.35 - normal[1]) * 3)) : own
  const grain = noiseAt(noise, hide.offset + 40 * x, hide.offset + 40 * y + 17 * z)
  const marked = part === 'horn' ? 0 : markAt(hide, noise, x, y)
  const colour = mixColour(under, hide.marks, marked)
  const [lx, ly, lz] = lamp.towards
  const lit = lamp.ambient + (1 - lamp.ambient) * Math.max(0, normal[0] * lx + normal[1] * ly + normal[2] * lz)
  const shade = lit * (0.8 + 0.4 * grain)
  return [colour[0] * shade, colour[1] * shade, colour[2] * shade]
}

/** Share of the marks' colour at a place of the hide. */
function markAt({ pattern, density, offset }: Hide, noise: NoiseTile, x: number, y: number): number {
  switch (pattern) {
    case 'plain':
      return 0
    case 'stripes': {
      const wave = Math.sin(2 * Math.PI * (density * x + 1.5 * noiseAt(noise, offset + 30 * x, offset + 30 * y)))
      return wave > 0.45 ? 0.85 : 0
    }
    case 'spots':
      return noiseAt(noise, offset + 6 * density * x, offset + 6 * density * y) > 0.6 ? 0.85 : 0
    case 'patches':
      return noiseAt(noise, offset + 1.6 * density * x, offset + 1.6 * density * y) > 0.55 ? 0.9 : 0
  }
}
