import type { Rng } from '../base/index.ts'
import type { Canvas } from './canvas.ts'
import type { Camera } from './figure.ts'
import type { Place } from './place.ts'
import { paintBlade, paintLeaf, tint } from './plants.ts'

/**
 * Plants between camera and animal: grass about the feet, now and then leaves hanging into the frame. What they hide leaves
 * the mask. They belong to the place, and a breeze moves them from shot to shot.
 */
export function paintForeground(on: Canvas, place: Place, { camera, shot }: { camera: Camera; shot: Rng }): void {
  const rng = place.rng.fork('foreground')
  paintGrass(on, place, camera, rng.fork('grass'), shot.normal(0, 0.08))
  if (rng.chance(place.kind === 'forest' ? 0.6 : 0.2)) paintSpray(on, place, rng.fork('spray'), shot)
}

function paintGrass(on: Canvas, place: Place, camera: Camera, rng: Rng, breeze: number): void {
  const { width, height } = on
  const grass = place.kind === 'grass'
  const tall = height * (grass ? rng.uniform(0.14, 0.3) : rng.uniform(0.05, 0.15))
  const count = Math.round(grass ? rng.uniform(60, 130) : rng.uniform(8, 50))
  for (let n = 0; n < count; n++) {
    const depth = n / count
    const blade = tall * rng.uniform(0.45, 1.1) * (0.8 + 0.4 * depth)
    paintBlade(on, {
      x: rng.uniform(-10, width + 10),
      y: camera.groundPy + 3 + depth * (height - camera.groundPy + 10),
      height: blade,
      width: height * rng.uniform(0.009, 0.018),
      bend: blade * (rng.normal(0, 0.35) + breeze),
      colour: tint(place.flora, 0.55 + 0.35 * depth, rng),
    })
  }
}

/** A branch's leaves from the top or a side, over a tenth of the frame at most. */
function paintSpray(on: Canvas, place: Place, rng: Rng, shot: Rng): void {
  const { width, height } = on
  const side = rng.pick(['top', 'left', 'right'] as const)
  const [x, y, angle] =
    side === 'top'
      ? [rng.uniform(0.1, 0.9) * width, -4, Math.PI / 2]
      : [side === 'left' ? -4 : width + 4, rng.uniform(0.1, 0.7) * height, side === 'left' ? 0 : Math.PI]
  const reach = height * rng.uniform(0.12, 0.3)
  const sway = shot.normal(0, 0.06)
  for (let n = 5 + rng.int(8); n > 0; n--) {
    const along = rng.uniform(0, 0.75)
    const direction = angle + sway + rng.normal(0, 0.7)
    const length = height * rng.uniform(0.1, 0.17)
    paintLeaf(on, {
      x: x + Math.cos(angle + sway) * reach * along,
      y: y + Math.sin(angle + sway) * reach * along,
      length,
      width: length * rng.uniform(0.28, 0.5),
      angleRad: direction,
      colour: tint(place.flora, 0.6, rng),
    })
  }
}
