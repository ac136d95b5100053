import { type PosedBone, posedPoint } from './body.ts'

/** How the animal's plane lies in the picture. */
export interface Camera {
  /** Pixels per body unit. */
  readonly scale: number
  /** Pixel of the body's origin column, and of the ground under its feet. */
  readonly centreX: number
  readonly groundPy: number
  /** Body y that stands on `groundPy`. */
  readonly groundY: number
  /** 1 faces right, −1 left. */
  readonly facing: 1 | -1
  readonly rollRad: number
  /** Turned out of the picture's plane: lengths shrink by its cosine, the nearer end grows. */
  readonly yawRad: number
}

/** One layer of the animal, per pixel. */
export interface Figure {
  /** Anti-aliased coverage. */
  readonly coverage: Float32Array
  /** Rest-pose body coordinates of what is seen. */
  readonly restX: Float32Array
  readonly restY: Float32Array
  /** Distance from the body's middle plane towards the viewer, body units. */
  readonly relief: Float32Array
  /** Pixels [left, right) × [top, bottom) outside which coverage is 0. */
  readonly box: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number }
}

/** Width of the smooth union of bones, body units. */
const softness = 0.03

/**
 * Rasterises bones: distance −κ log Σ exp(−dᵢ/κ) to the union (a smooth minimum in any order), and coordinates, relief
 * averaged with the same weights, which bends the coat smoothly round joints.
 */
export function drawFigure(bones: readonly PosedBone[], camera: Camera, width: number, height: number): Figure {
  const size = width * height
  const figure = {
    coverage: new Float32Array(size),
    restX: new Float32Array(size),
    restY: new Float32Array(size),
    relief: new Float32Array(size),
    box: { left: width, right: 0, top: height, bottom: 0 },
  }
  const flat = Float64Array.from(bones.flatMap((b) => capsule(b)))
  const project = projection(camera)
  for (let py = 0; py < height; py++) {
    for (let px = 0; px < width; px++) {
      const at = project(px + 0.5, py + 0.5)
      const [x, y] = [at[0], at[1]]
      if (x < -1.6 || x > 1.7 || y < -1.2 || y > 0.9) continue
      drawPixel(figure, py * width + px, px, py, flat, x, y, at[2])
    }
  }
  return figure
}

const fields = 16

/** How far beyond its radius a bone still counts, body units. */
const reach = 0.12

function capsule(bone: PosedBone): number[] {
  const { c, s, tx, ty, from, to, radii, depth } = bone
  const bx = to[0] - from[0]
  const by = to[1] - from[1]
  const across = 1 / (bx * bx + by * by)
  return [...bounds(bone), c, s, tx, ty, from[0], from[1], bx, by, across, radii[0], radii[1] - radii[0], depth]
}

/** Left, right, bottom and top, in posed body coordinates, outside which a bone does not count; a little wider, for rounding. */
function bounds(bone: PosedBone): number[] {
  const [x0, y0] = posedPoint(bone, ...bone.from)
  const [x1, y1] = posedPoint(bone, ...bone.to)
  const far = Math.max(...bone.radii) + reach + 1e-6
  return [Math.min(x0, x1) - far, Math.max(x0, x1) + far, Math.min(y0, y1) - far, Math.max(y0, y1) + far]
}

function drawPixel(
  figure: Figure & { readonly box: { left: number; right: number; top: number; bottom: number } },
  i: number,
  px: number,
  py: number,
  flat: Float64Array,
  x: number,
  y: number,
  pixels: number,
): void {
  let total = 0
  let restX = 0
  let restY = 0
  let relief = 0
  for (let bone = 0; bone < flat.length; bone += fields) {
    if (x < flat[bone]! || x > flat[bone + 1]! || y < flat[bone + 2]! || y > flat[bone + 3]!) continue
    const o = bone + 4
    const c = flat[o]!
    const s = flat[o + 1]!
    const qx = c * x + s * y + flat[o + 2]! - flat[o + 4]!
    const qy = c * y - s * x + flat[o + 3]! - flat[o + 5]!
    const bx = flat[o + 6]!
    const by = flat[o + 7]!
    const t = Math.min(1, Math.max(0, (qx * bx + qy * by) * flat[o + 8]!))
    const radius = flat[o + 9]! + t * flat[o + 10]!
    const nx = qx - t * bx
    const ny = qy - t * by
    const squared = nx * nx + ny * ny
    if (squared > (radius + reach) * (radius + reach)) continue
    const weight = Math.exp((radius - Math.sqrt(squared)) / softness)
    // The flank turns away from the viewer towards its outline: the coat is wrapped round, and looks narrower there.
    const round = radius + 1.5 * softness // the union is wider than its bones
    const share = Math.min(1, squared / (round * round))
    const wrap = 0.22 * share
    total += weight
    restX += weight * (qx + flat[o + 4]! + wrap * nx)
    restY += weight * (qy + flat[o + 5]! + wrap * ny)
    relief += weight * (flat[o + 11]! + round * Math.sqrt(1 - share))
  }
  if (total === 0) return
  const coverage = Math.min(1, Math.max(0, softness * Math.log(total) * pixels + 0.5))
  figure.restX[i] = restX / total
  figure.restY[i] = restY / total
  figure.relief[i] = relief / total
  if (coverage === 0) return
  figure.coverage[i] = coverage
  const { box } = figure
  box.left = Math.min(box.left, px)
  box.right = Math.max(box.right, px + 1)
  box.top = Math.min(box.top, py)
  box.bottom = Math.max(box.bottom, py + 1)
}

/** From a pixel to posed body coordinates, and the pixels per body unit there. The returned tuple is reused. */
function projection(camera: Camera): (px: number, py: number) => readonly [number, number, number] {
  const { scale, centreX, groundPy, groundY, facing, rollRad, yawRad } = camera
  const cos = Math.cos(rollRad)
  const sin = Math.sin(rollRad)
  const shrink = Math.cos(yawRad)
  const growth = 0.22 * Math.sin(yawRad)
  const out: [number, number, number] = [0, 0, 0]
  return (px, py) => {
    const dx = (px - centreX) / scale
    const dy = (groundPy - py) / scale
    const across = (facing * (cos * dx - sin * dy)) / shrink
    // Size at body column x is 1 + growth · x, so the picture's column is x + growth · x² / 2, solved for small growth.
    const x = across / (1 + (growth * across) / 2)
    const size = 1 + growth * x
    out[0] = x
    out[1] = (cos * dy + sin * dx) / size + groundY
    out[2] = scale * size
    return out
  }
}
