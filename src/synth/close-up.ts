import type { Rng } from '../base/index.ts'
import { type PosedBone, poseBones, posedPoint, walkingPose } from './body.ts'
import { type Canvas, canvas } from './canvas.ts'
import type { CoatMap } from './coat.ts'
import type { CoatPhoto } from './coat-photo.ts'
import { type Camera, drawFigure, type Figure } from './figure.ts'
import { paintFur } from './fur.ts'
import { develop, drawLight } from './light.ts'
import type { NoiseTile } from './noise.ts'
import type { Place } from './place.ts'
import type { Flank } from './plan.ts'
import { paintBlade, paintLeaf, tint } from './plants.ts'
import { drawSensor, expose } from './sensor.ts'

/** A place of the coat that photos of an animal are centred on: a bone, and a point of it in rest-pose body coordinates. */
export interface Target {
  readonly bone: string
  readonly x: number
  readonly y: number
}

/** What a photo of a piece of a coat is made of. */
export interface CloseUp {
  readonly sizePx: number
  readonly animal: string
  readonly flank: Flank
  readonly nearCoat: CoatMap
  readonly farCoat: CoatMap
  readonly target: Target
  /** Pixels per body unit, about. */
  readonly scale: number
  /** 0 … 1: how far pose, direction, light, plants and blur may depart from a clear picture. */
  readonly difficulty: number
  readonly place: Place
  readonly noise: NoiseTile
  readonly normals: Float32Array
}

/** Bones of the near side whose coat is wide enough to be matched, and how often each is looked at. */
const targets = ['loin', 'loin', 'rump', 'chest', 'chest', 'neck', 'nearThigh', 'nearShoulder'] as const

/** A random place of the trunk, the neck or an upper leg. */
export function drawTarget(rng: Rng): Target {
  const bone = rng.pick(targets)
  const { from, to, radii } = poseBones({}).find(({ name }) => name === bone)!
  const t = rng.uniform()
  const off = 0.8 * Math.min(...radii)
  return {
    bone,
    x: from[0] + t * (to[0] - from[0]) + rng.uniform(-off, off),
    y: from[1] + t * (to[1] - from[1]) + rng.uniform(-off, off),
  }
}

/**
 * Draws a photo of a piece of a coat, with its place of the coat for each pixel. What `renderPhoto` draws of a whole animal, a camera that is
 * nearer sees: legs behind, the body bent by its pose, plants in front, light, lens and sensor.
 */
export function drawCloseUp(scene: CloseUp, rng: Rng): CoatPhoto {
  const { sizePx, place, noise, difficulty } = scene
  const gait = rng.uniform(0, 0.1 + 0.5 * difficulty)
  const bones = poseBones(walkingPose(rng.uniform(0, 2 * Math.PI), gait, rng.fork('pose')))
  const camera = aim(scene, bones, rng.fork('camera'))
  const on = backdropOf(place, sizePx, rng.fork('window'))
  const light = drawLight(rng.fork('light'), rng.chance(0.3))
  const grain = [rng.uniform(0, 256), rng.uniform(0, 256)] as const
  const figureOf = (layer: 0 | 1) =>
    drawFigure(
      bones.filter((bone) => bone.layer === layer),
      camera,
      sizePx,
      sizePx,
    )
  const look = { sun: light.sun, pixelsPerUnit: camera.scale, noise, grain }
  paintFur(on, figureOf(0), scene.farCoat, { ...look, shade: 0.62 })
  const near = figureOf(1)
  paintFur(on, near, scene.nearCoat, { ...look, shade: 1 })
  paintPlants(on, place, difficulty, rng.fork('plants'))
  develop(on, light, rng.fork('trees'), noise)
  const sensor = drawSensor(rng.fork('sensor'), light.infrared, 128 + 256 * difficulty)
  return {
    animal: scene.animal,
    image: expose(on, sensor, light.infrared, scene.normals),
    coat: seenCoat(on, near),
    unitPx: scene.scale,
  }
}

/** A camera that has the target in the middle of the frame, about: the inverse of the projection of figure.ts, for one point. */
function aim({ sizePx, scale, flank, target, difficulty }: CloseUp, bones: readonly PosedBone[], rng: Rng): Camera {
  const facing = flank === 'right' ? 1 : -1
  const rollRad = rng.normal(0, 0.05 + 0.15 * difficulty)
  const yawRad = rng.uniform(-1, 1) * (0.1 + 0.5 * difficulty)
  const [x, y] = posedPoint(bones.find(({ name }) => name === target.bone)!, target.x, target.y)
  const growth = 0.22 * Math.sin(yawRad)
  const across = (facing * Math.cos(yawRad) * x) / (1 - (growth * x) / 2)
  const up = y * (1 + growth * x)
  const [cos, sin] = [Math.cos(rollRad), Math.sin(rollRad)]
  const away = () => sizePx * (0.5 + rng.uniform(-0.12, 0.12) * (0.3 + 0.7 * difficulty))
  return {
    scale,
    centreX: away() - (cos * across + sin * up) * scale,
    groundPy: away() + (cos * up - sin * across) * scale,
    groundY: 0,
    facing,
    rollRad,
    yawRad,
  }
}

/** A window of what stands behind. */
function backdropOf({ backdrop }: Place, sizePx: number, rng: Rng): Canvas {
  const [x0, y0] = [rng.int(backdrop.width - sizePx + 1), rng.int(backdrop.height - sizePx + 1)]
  const on = canvas(sizePx, sizePx)
  for (let y = 0; y < sizePx; y++) {
    const from = 3 * ((y0 + y) * backdrop.width + x0)
    on.rgb.set(backdrop.rgb.subarray(from, from + 3 * sizePx), 3 * y * sizePx)
  }
  return on
}

/** Grass and leaves in front of the animal, more of them where it is difficult. */
function paintPlants(on: Canvas, { flora }: Place, difficulty: number, rng: Rng): void {
  const { width, height } = on
  const blades = rng.chance(0.5) ? 0 : rng.int(1 + Math.round(14 * difficulty))
  for (let n = 0; n < blades; n++) {
    const tall = height * rng.uniform(0.3, 1)
    paintBlade(on, {
      x: rng.uniform(0, width),
      y: height * rng.uniform(0.7, 1.3),
      height: tall,
      width: rng.uniform(1, 3),
      bend: tall * rng.normal(0, 0.35),
      colour: tint(flora, rng.uniform(0.4, 0.9), rng),
    })
  }
  const leaves = rng.chance(0.7) ? 0 : rng.int(1 + Math.round(5 * difficulty))
  for (let n = 0; n < leaves; n++) {
    const length = height * rng.uniform(0.1, 0.25)
    paintLeaf(on, {
      x: rng.uniform(0, width),
      y: rng.uniform(0, height),
      length,
      width: length * rng.uniform(0.28, 0.5),
      angleRad: rng.uniform(0, 2 * Math.PI),
      colour: tint(flora, 0.6, rng),
    })
  }
}

/** [H, W, 2]: rest-pose coordinates where the near side is seen, NaN elsewhere. */
function seenCoat({ mask }: Canvas, { coverage, restX, restY }: Figure): Float32Array {
  const coat = new Float32Array(2 * mask.length).fill(Number.NaN)
  for (let i = 0; i < mask.length; i++) {
    if (coverage[i]! < 0.5 || mask[i]! < 0.5) continue
    coat[2 * i] = restX[i]!
    coat[2 * i + 1] = restY[i]!
  }
  return coat
}
