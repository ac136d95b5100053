import type { Rng } from '../base/index.ts'

/** A place in space: x along the animal's back towards the nose, y up, z towards its right; the back is 1 long. */
export type Place3 = readonly [x: number, y: number, z: number]

/** What of an animal a capsule is, which decides its colour. */
export type CreaturePart = 'torso' | 'leg' | 'head' | 'horn' | 'tail' | 'mane'

/** A tapered capsule between two places. */
export interface Capsule {
  readonly part: CreaturePart
  readonly from: Place3
  readonly to: Place3
  readonly radii: readonly [number, number]
}

/** The proportions that tell a giraffe from a badger. Lengths in backs. */
interface Build {
  /** Radius of the trunk, 0.15 … 0.36. */
  readonly trunk: number
  /** Leg below the trunk. */
  readonly legs: number
  readonly thickness: number
  readonly neck: number
  /** Direction of the neck, radians above the horizontal. */
  readonly neckRad: number
  readonly head: number
  readonly headRadius: number
  readonly gait: number
}

/** Shares of animals that graze, that lie, and that have horns, a mane. */
const [grazing, lying, horned, maned] = [0.2, 0.1, 0.4, 0.25]

/**
 * A four-legged animal of random proportions in a random pose: capsules that together are its body. No kind in particular, so that what is
 * learnt from many of them holds for most.
 */
export function drawBody(rng: Rng): readonly Capsule[] {
  const lies = rng.chance(lying)
  const build = drawBuild(rng, lies)
  return [
    ...trunk(build, rng),
    ...[1, -1].flatMap((side) => (lies ? folded(build, side, rng) : standing(build, side, rng))),
    ...foreparts(build, rng),
    ...tail(build, rng),
  ]
}

function drawBuild(rng: Rng, lies: boolean): Build {
  const trunk = rng.uniform(0.17, 0.34)
  const long = rng.chance(0.15)
  const neckRad = !lies && rng.chance(grazing) ? rng.uniform(-1.1, -0.3) : rng.uniform(-0.1, 1.2)
  const legs = lies ? 0 : rng.uniform(0.3, 0.95)
  return {
    trunk,
    legs,
    thickness: rng.uniform(0.035, 0.075),
    neck: long ? rng.uniform(0.6, 0.95) : rng.uniform(0.18, 0.6),
    neckRad,
    head: rng.uniform(0.2, 0.42),
    headRadius: rng.uniform(0.45, 0.75) * Math.min(trunk, 0.24),
    gait: rng.chance(0.35) ? rng.uniform(0, 0.12) : rng.uniform(0.15, 0.6),
  }
}

function trunk({ trunk }: Build, rng: Rng): Capsule[] {
  const [chest, belly, rump] = [rng.uniform(0.9, 1.15), rng.uniform(0.78, 1.05), rng.uniform(0.8, 1.1)]
  const sag = rng.uniform(-0.05, 0.04)
  return [
    capsule('torso', [0.42, 0, 0], [0, sag, 0], [trunk * chest, trunk * belly]),
    capsule('torso', [0, sag, 0], [-0.42, rng.uniform(-0.05, 0.08), 0], [trunk * belly, trunk * rump]),
    capsule('torso', [0.42, -0.3 * trunk, 0], [0.5, 0.1 * trunk, 0], [trunk * 0.85, trunk * 0.7]),
  ]
}

/** A fore and a hind leg of one side, swung about shoulder and hip. */
function standing({ trunk, legs, thickness, gait }: Build, side: number, rng: Rng): Capsule[] {
  const z = 0.45 * trunk * side
  const total = legs + 0.5 * trunk
  const top = -0.5 * trunk
  const leg = (x: number, joints: readonly (readonly [number, number])[], thigh: number): Capsule[] => {
    const angle = gait * Math.sin(rng.uniform(0, 2 * Math.PI))
    const place = ([dx, dy]: readonly [number, number]): Place3 => [
      x + dx * legs * Math.cos(angle) + dy * total * Math.sin(angle),
      top - dy * total * Math.cos(angle) + dx * legs * Math.sin(angle),
      z,
    ]
    const radii = [thigh, Math.max(1.4 * thickness, 0.55 * thigh), thickness * 1.1, thickness]
    return joints.slice(1).map((joint, i) => {
      const next = [radii[i]!, radii[Math.min(i + 1, radii.length - 1)]!] as const
      return capsule(i === 0 ? 'torso' : 'leg', place(joints[i]!), place(joint), next)
    })
  }
  const bend = rng.uniform(0.05, 0.18)
  const toe = rng.uniform(0.04, 0.14)
  const fore = [
    [0, 0],
    [-0.5 * bend, 0.42],
    [0, 0.72],
    [0.01, 0.97],
    [toe, 1],
  ] as const // prettier kept on one line
  const hind = [
    [0, 0],
    [bend, 0.36],
    [-bend, 0.66],
    [-0.02, 0.97],
    [toe, 1],
  ] as const
  const thigh = rng.uniform(0.45, 0.7) * trunk
  return [...leg(0.4, fore, thigh * 0.8), ...leg(-0.42, hind, thigh)]
}

/** Legs of an animal that lies: along the ground under its trunk. */
function folded({ trunk, thickness }: Build, side: number, rng: Rng): Capsule[] {
  const [y, z] = [-0.85 * trunk, 0.7 * trunk * side]
  const reach = rng.uniform(0.1, 0.45)
  return [
    capsule('torso', [-0.42, -0.4 * trunk, z], [-0.2, y, z], [0.55 * trunk, 2 * thickness]),
    capsule('leg', [-0.45, y, z], [-0.05, y, z], [1.5 * thickness, thickness]),
    capsule('leg', [0.4, -0.5 * trunk, z], [0.42 + 0.4 * reach, y, z], [0.35 * trunk, 1.5 * thickness]),
    capsule('leg', [0.42, y, z], [0.45 + reach, y, z], [1.5 * thickness, thickness]),
  ]
}

/** Neck, head, ears, and what some carry on them. */
function foreparts(build: Build, rng: Rng): Capsule[] {
  const { trunk, neck, neckRad, head, headRadius } = build
  const root: Place3 = [0.46, 0.35 * trunk, 0]
  const side = rng.normal(0, 0.12)
  const nape = along(root, neckRad, side, neck)
  const pitch = neckRad < -0.25 ? neckRad - rng.uniform(-0.2, 0.5) : rng.uniform(-0.9, 0.15)
  const turn = rng.chance(0.15) ? rng.uniform(-1.5, 1.5) : rng.normal(0, 0.25)
  const on = (forward: number, up: number, out = 0): Place3 => headPlace(nape, pitch, turn, [forward, up, out])
  const capsules = [
    capsule('torso', root, nape, [trunk * rng.uniform(0.55, 0.85), headRadius * rng.uniform(0.75, 1)]),
    capsule('head', on(0, 0), on(0.45 * head, -0.02), [headRadius, headRadius * 0.95]),
    capsule('head', on(0.45 * head, -0.02), on(head, -0.15 * headRadius), [
      0.8 * headRadius,
      headRadius * rng.uniform(0.35, 0.65),
    ]),
  ]
  const ear = rng.uniform(0.04, 0.22)
  const spread = rng.uniform(0.3, 1.2)
  const horn = rng.chance(horned) ? drawHorn(rng) : undefined
  for (const way of [1, -1]) {
    const base = on(-0.02, 0.75 * headRadius, 0.55 * headRadius * way)
    const tip = on(-0.3 * ear, 0.75 * headRadius + ear, (0.55 * headRadius + ear * spread) * way)
    capsules.push(capsule('head', base, tip, [rng.uniform(0.025, 0.06), 0.02]))
    if (horn !== undefined)
      for (const [from, to, radii] of horn)
        capsules.push(
          capsule(
            'horn',
            on(from[0], 0.8 * headRadius + from[1], (0.35 * headRadius + from[2]) * way),
            on(to[0], 0.8 * headRadius + to[1], (0.35 * headRadius + to[2]) * way),
            radii,
          ),
        )
  }
  if (rng.chance(maned)) {
    const drop = rng.uniform(-0.5, 0.5) * trunk
    const to: Place3 = [nape[0], nape[1] + 0.4 * drop, nape[2]]
    capsules.push(
      capsule('mane', [0.3, drop, 0], to, [trunk * rng.uniform(0.6, 1), headRadius * rng.uniform(0.9, 1.5)]),
    )
  }
  return capsules
}

type HornPiece = readonly [from: Place3, to: Place3, radii: readonly [number, number]]

/** A curve of short pieces above the brow, as [forward, up, out]. */
function drawHorn(rng: Rng): HornPiece[] {
  const pieces = 4
  const length = rng.uniform(0.12, 0.85) / pieces
  const [bend, out] = [rng.uniform(-0.5, 0.5), rng.uniform(0, 0.6)]
  const width = rng.uniform(0.015, 0.045)
  let angle = rng.uniform(0.2, 1.3)
  let at: Place3 = [0, 0, 0]
  return Array.from({ length: pieces }, (_, i): HornPiece => {
    const from = at
    at = [at[0] - length * Math.cos(angle), at[1] + length * Math.sin(angle), at[2] + length * out]
    angle += bend
    const shrink = (k: number) => width * (1 - (0.7 * k) / pieces)
    return [from, at, [shrink(i), shrink(i + 1)]]
  })
}

/** Three pieces, most often hanging. */
function tail({ trunk }: Build, rng: Rng): Capsule[] {
  const length = rng.chance(0.15) ? 0.06 : rng.uniform(0.1, 0.8)
  const radius = rng.uniform(0.02, rng.chance(0.2) ? 0.1 : 0.045)
  let angle = rng.chance(0.2) ? rng.uniform(-0.3, 1.2) : rng.uniform(-1.5, -0.6)
  const curl = rng.uniform(-0.3, 0.5)
  const sway = rng.normal(0, 0.15)
  let at: Place3 = [-0.42 - 0.75 * trunk, 0.35 * trunk, 0]
  return Array.from({ length: 3 }, () => {
    const from = at
    at = [at[0] - (length / 3) * Math.cos(angle), at[1] + (length / 3) * Math.sin(angle), at[2] + (length / 3) * sway]
    angle += curl
    return capsule('tail', from, at, [radius, radius])
  })
}

function capsule(part: CreaturePart, from: Place3, to: Place3, radii: readonly [number, number]): Capsule {
  return { part, from, to, radii }
}

function along([x, y, z]: Place3, pitch: number, turn: number, length: number): Place3 {
  return [
    x + length * Math.cos(pitch) * Math.cos(turn),
    y + length * Math.sin(pitch),
    z + length * Math.cos(pitch) * Math.sin(turn),
  ]
}

/** From [forward, up, out] of a head that is pitched and turned to the body's space. */
function headPlace(nape: Place3, pitch: number, turn: number, [forward, up, out]: Place3): Place3 {
  const ahead = forward * Math.cos(pitch) - up * Math.sin(pitch)
  return [
    nape[0] + ahead * Math.cos(turn) - out * Math.sin(turn),
    nape[1] + forward * Math.sin(pitch) + up * Math.cos(pitch),
    nape[2] + ahead * Math.sin(turn) + out * Math.cos(turn),
  ]
}
