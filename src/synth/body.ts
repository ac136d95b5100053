import type { Rng } from '../base/index.ts'

/** A tapered capsule of the body in rest-pose coordinates: x towards the nose, y up; the ground is at y = −0.8. */
interface BoneSpec {
  readonly name: string
  readonly parent: string | undefined
  /** Joint it turns about. */
  readonly from: readonly [number, number]
  readonly to: readonly [number, number]
  readonly radii: readonly [number, number]
  /** 0: limbs of the far side and the tail, painted first; 1: everything else. */
  readonly layer: 0 | 1
  /** Distance of its axis from the body's middle plane, towards the viewer. */
  readonly depth: number
}

/** A bone and the rigid motion from posed to rest coordinates: rest = (c·x + s·y + tx, −s·x + c·y + ty). */
export interface PosedBone extends BoneSpec {
  readonly c: number
  readonly s: number
  readonly tx: number
  readonly ty: number
}

/** Joint angles in radians, counterclockwise with the animal facing right. */
export type Pose = Readonly<Record<string, number>>

const bone = (
  name: string,
  parent: string | undefined,
  from: readonly [number, number],
  to: readonly [number, number],
  radii: readonly [number, number],
  depth = 0,
  layer: 0 | 1 = 1,
): BoneSpec => ({ name, parent, from, to, radii, layer, depth })

const leg = (side: 'near' | 'far'): BoneSpec[] => {
  const layer = side === 'near' ? 1 : 0
  const depth = side === 'near' ? 0.13 : -0.13
  return [
    bone(`${side}Shoulder`, 'chest', [0.5, 0], [0.44, -0.33], [0.24, 0.145], depth, layer),
    bone(`${side}Forearm`, `${side}Shoulder`, [0.44, -0.32], [0.47, -0.62], [0.135, 0.088], depth, layer),
    bone(`${side}Forepaw`, `${side}Forearm`, [0.47, -0.64], [0.5, -0.71], [0.082, 0.085], depth, layer),
    bone(`${side}Foretoes`, `${side}Forepaw`, [0.49, -0.72], [0.6, -0.735], [0.078, 0.06], depth, layer),
    bone(`${side}Thigh`, 'rump', [-0.5, 0], [-0.42, -0.31], [0.29, 0.17], depth, layer),
    bone(`${side}Shank`, `${side}Thigh`, [-0.42, -0.3], [-0.6, -0.52], [0.15, 0.085], depth, layer),
    bone(`${side}Hock`, `${side}Shank`, [-0.61, -0.5], [-0.56, -0.69], [0.08, 0.072], depth, layer),
    bone(`${side}Hindtoes`, `${side}Hock`, [-0.56, -0.72], [-0.43, -0.737], [0.076, 0.058], depth, layer),
  ]
}

/** The skeleton, parents before children. */
const skeleton: readonly BoneSpec[] = [
  bone('loin', undefined, [0.05, 0.02], [-0.35, 0.04], [0.335, 0.325]),
  bone('rump', 'loin', [-0.3, 0.05], [-0.55, 0.05], [0.325, 0.32]),
  bone('chest', 'loin', [0, 0.02], [0.48, 0.04], [0.335, 0.355]),
  bone('neck', 'chest', [0.52, 0.1], [0.94, 0.2], [0.28, 0.215]),
  bone('skull', 'neck', [0.96, 0.21], [1.09, 0.22], [0.225, 0.205]),
  bone('muzzle', 'skull', [1.14, 0.17], [1.3, 0.11], [0.155, 0.108]),
  bone('jaw', 'skull', [1.08, 0.08], [1.26, 0.035], [0.125, 0.075]),
  bone('ear', 'skull', [0.98, 0.4], [0.965, 0.435], [0.07, 0.062]),
  bone('farEar', 'skull', [1.1, 0.39], [1.115, 0.435], [0.06, 0.045], -0.1, 0),
  ...leg('near'),
  ...leg('far'),
  bone('tail1', 'rump', [-0.78, 0.16], [-0.96, 0.02], [0.09, 0.07], 0, 0),
  bone('tail2', 'tail1', [-0.95, 0.03], [-1.07, -0.2], [0.07, 0.064], 0, 0),
  bone('tail3', 'tail2', [-1.06, -0.18], [-1.12, -0.42], [0.064, 0.06], 0, 0),
  bone('tail4', 'tail3', [-1.11, -0.4], [-1.22, -0.57], [0.06, 0.052], 0, 0),
]

/** How an animal stands or walks; `stride` is where in its step it is, radians. */
export function walkingPose(stride: number, gait: number, rng: Rng): Pose {
  const swing = (phase: number) => gait * Math.sin(stride + phase)
  const lift = (phase: number) => gait * Math.max(0, Math.cos(stride + phase))
  const leg = (side: string, fore: number, hind: number): Record<string, number> => ({
    [`${side}Shoulder`]: 0.75 * swing(fore) + rng.normal(0, 0.04),
    [`${side}Forearm`]: -0.1 * gait - 0.7 * lift(fore) + rng.normal(0, 0.04),
    [`${side}Forepaw`]: -0.4 * lift(fore) - 0.5 * swing(fore),
    [`${side}Thigh`]: 0.7 * swing(hind) + rng.normal(0, 0.04),
    [`${side}Shank`]: -0.45 * lift(hind) + 0.1 * gait,
    [`${side}Hock`]: 0.25 * lift(hind) - 0.15 * gait,
    [`${side}Hindtoes`]: -0.5 * swing(hind),
  })
  const tail = rng.normal(0, 0.25)
  return {
    rump: rng.normal(0, 0.05),
    chest: rng.normal(0, 0.05),
    neck: rng.normal(-0.08, 0.17),
    skull: rng.normal(0, 0.1),
    ear: rng.normal(0, 0.12),
    tail1: rng.normal(0.1, 0.15),
    tail2: tail,
    tail3: tail + rng.normal(0, 0.15),
    tail4: -Math.abs(rng.normal(0.5, 0.4)),
    ...leg('near', 0, 2.2),
    ...leg('far', Math.PI, 2.2 + Math.PI),
  }
}

/** Forward kinematics: every bone turned about its joint, then moved with its parent. */
export function poseBones(pose: Pose): PosedBone[] {
  const posed = new Map<string, PosedBone>()
  for (const spec of skeleton) {
    const parent = spec.parent === undefined ? undefined : posed.get(spec.parent)
    const { c, s, tx, ty } = parent ?? { c: 1, s: 0, tx: 0, ty: 0 }
    const angle = pose[spec.name] ?? 0
    const cos = Math.cos(angle)
    const sin = Math.sin(angle)
    const [jx, jy] = spec.from
    // rest = R(−angle)(parent's rest − joint) + joint
    posed.set(spec.name, {
      ...spec,
      c: cos * c - sin * s,
      s: cos * s + sin * c,
      tx: cos * (tx - jx) + sin * (ty - jy) + jx,
      ty: -sin * (tx - jx) + cos * (ty - jy) + jy,
    })
  }
  return [...posed.values()]
}

/** Where a rest-pose point of a bone is now. */
export function posedPoint({ c, s, tx, ty }: PosedBone, x: number, y: number): [number, number] {
  return [c * (x - tx) - s * (y - ty), s * (x - tx) + c * (y - ty)]
}

/** Lowest point of the near and far paws, where the ground must be. */
export function lowestPoint(bones: readonly PosedBone[]): number {
  return Math.min(
    ...bones.flatMap((b) => [posedPoint(b, ...b.from)[1] - b.radii[0], posedPoint(b, ...b.to)[1] - b.radii[1]]),
  )
}
