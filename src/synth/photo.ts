import type { Rng } from '../base/index.ts'
import type { ImageRGBA } from '../images/index.ts'
import { lowestPoint, type PosedBone, poseBones, walkingPose } from './body.ts'
import { type Canvas, canvas, cover } from './canvas.ts'
import type { CoatMap } from './coat.ts'
import { type Camera, drawFigure } from './figure.ts'
import { paintForeground } from './foreground.ts'
import { paintFur } from './fur.ts'
import { develop, drawLight, type Light, shotLight } from './light.ts'
import type { NoiseTile } from './noise.ts'
import type { Place } from './place.ts'
import type { Flank } from './plan.ts'
import { drawSensor, expose } from './sensor.ts'

/** Length of the posed body from tail to nose in body units, about. */
const bodyLength = 2.5

/** What a photo is made of. */
export interface Scene {
  readonly width: number
  readonly height: number
  readonly place: Place
  /** The flank that is seen, and the other one's coat for the far legs. */
  readonly flank: Flank
  readonly nearCoat: CoatMap
  readonly farCoat: CoatMap
  readonly noise: NoiseTile
  readonly normals: Float32Array
  /** The encounter's generator: light, distance, direction, where the walk begins. */
  readonly encounter: Rng
  readonly shot: number
}

/** What all photos of an encounter share. */
interface Meeting {
  readonly light: Light
  /** Share of the frame's width that the animal fills. */
  readonly fillWidth: number
  readonly startX: number
  readonly groundPy: number
  readonly gait: number
  readonly stride: number
  readonly yawRad: number
}

/**
 * Renders a photo: the place, the animal's shadow, far limbs, body, plants in front, light, lens and sensor. A pure
 * function of the scene. The mask (alpha) is what is seen of the animal: plants in front of it are not in it.
 */
export function renderPhoto(scene: Scene): ImageRGBA {
  const { width, height, place, noise } = scene
  const meeting = drawMeeting(scene)
  const shot = scene.encounter.fork(`shot/${scene.shot}`)
  const bones = poseBones(
    walkingPose(meeting.stride + 1.3 * scene.shot + shot.normal(0, 0.3), meeting.gait, shot.fork('pose')),
  )
  const camera = placeCamera(scene, meeting, bones, shot.fork('camera'))
  const on = windowOf(scene, shot.fork('shake'))
  paintShadow(on, camera, meeting.light)
  const look = { sun: meeting.light.sun, pixelsPerUnit: camera.scale, noise }
  for (const layer of [0, 1] as const) {
    const figure = drawFigure(
      bones.filter((b) => b.layer === layer),
      camera,
      width,
      height,
    )
    paintFur(on, figure, layer === 1 ? scene.nearCoat : scene.farCoat, { ...look, shade: layer === 1 ? 1 : 0.62 })
  }
  paintForeground(on, place, { camera, shot: shot.fork('foreground') })
  develop(on, shotLight(meeting.light, shot.fork('light')), place.rng.fork('trees'), noise)
  return expose(
    on,
    drawSensor(shot.fork('sensor'), meeting.light.infrared, width),
    meeting.light.infrared,
    scene.normals,
  )
}

function drawMeeting({ encounter, place }: Scene): Meeting {
  const rng = encounter.fork('meeting')
  const light = drawLight(encounter.fork('light'), place.kind === 'forest')
  return {
    light,
    fillWidth: rng.uniform(0.78, 0.96),
    startX: rng.uniform(-0.07, 0.07),
    groundPy: rng.uniform(0.84, 0.95),
    gait: rng.chance(0.25) ? rng.uniform(0, 0.1) : rng.uniform(0.3, 0.62),
    stride: rng.uniform(0, 2 * Math.PI),
    yawRad: rng.uniform(-0.4, 0.4),
  }
}

/** The animal walks through the frame from shot to shot; distance, direction and tilt of the camera vary a little. */
function placeCamera(scene: Scene, meeting: Meeting, bones: readonly PosedBone[], rng: Rng): Camera {
  const { width, height, shot, flank } = scene
  const facing = flank === 'right' ? 1 : -1
  const share = Math.min(0.97, Math.max(0.7, meeting.fillWidth * rng.uniform(0.9, 1.1)))
  const walk = meeting.gait > 0.1 ? 0.05 * (shot - 1) : 0
  const slack = Math.max(0, 1 - share) / 2 + 0.03
  const offset = Math.max(-slack, Math.min(slack, meeting.startX + facing * walk + rng.normal(0, 0.015)))
  const scale = (share * width) / bodyLength
  return {
    scale,
    centreX: width * (0.5 + offset) - facing * 0.1 * scale,
    groundPy: height * (meeting.groundPy + rng.normal(0, 0.015)),
    groundY: lowestPoint(bones),
    facing,
    rollRad: rng.normal(0, 0.045),
    yawRad: meeting.yawRad + rng.normal(0, 0.08),
  }
}

/** What the camera sees of its place: the wind shakes its post a little. */
function windowOf({ place: { backdrop }, width, height }: Scene, shake: Rng): Canvas {
  const x0 = shake.int(backdrop.width - width + 1)
  const y0 = shake.int(backdrop.height - height + 1)
  const on = canvas(width, height)
  for (let y = 0; y < height; y++) {
    const from = 3 * ((y0 + y) * backdrop.width + x0)
    on.rgb.set(backdrop.rgb.subarray(from, from + 3 * width), 3 * y * width)
  }
  return on
}

/** A soft ellipse under the feet, darker by day. */
function paintShadow(on: Canvas, camera: Camera, light: Light): void {
  const { scale, centreX, groundPy } = camera
  const [rx, ry] = [1.05 * scale, 0.13 * scale]
  const strength = light.infrared ? 0.35 : 0.6
  for (let py = Math.max(0, Math.floor(groundPy - ry)); py < Math.min(on.height, groundPy + ry); py++) {
    for (let px = Math.max(0, Math.floor(centreX - rx)); px < Math.min(on.width, centreX + rx); px++) {
      const r = ((px - centreX) / rx) ** 2 + ((py - groundPy + 0.03 * scale) / ry) ** 2
      if (r < 1) cover(on, py * on.width + px, [0.06, 0.05, 0.04], 1, strength * (1 - r))
    }
  }
}
