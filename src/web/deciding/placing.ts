import type { PlaceLine } from '../../report/deciding-data.ts'
import type { Place } from '../points.ts'
import type { View } from '../view.ts'

/** Width and height, px. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** How a picture is held: quarter turns clockwise, and whether left and right are swapped. */
export interface Turn {
  readonly quarters: number
  readonly mirrored: boolean
}

/** Upright, as the file says. */
export const upright: Turn = { quarters: 0, mirrored: false }

/** (x, y) → (a x + c y + e, b x + d y + f): the numbers of CSS's `matrix()`. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

/** From a picture's pixels to a pane's: turned, as large as the whole of it fits, in the middle, then as `view` moves and enlarges it about the middle. */
export function placing(picture: Size, pane: Size, { quarters, mirrored }: Turn, view: View): Matrix {
  const isAcross = quarters % 2 === 1
  const [width, height] = isAcross ? [picture.height, picture.width] : [picture.width, picture.height]
  const scale = view.scale * Math.min(pane.width / width, pane.height / height)
  const [cos, sin] = (
    [
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
    ] as const
  )[quarters % 4]!
  const flip = mirrored ? -1 : 1
  const [a, b, c, d] = [flip * cos * scale, flip * sin * scale, -sin * scale, cos * scale]
  const [x, y] = [picture.width / 2, picture.height / 2]
  return [a, b, c, d, pane.width / 2 + view.x - a * x - c * y, pane.height / 2 + view.y - b * x - d * y]
}

/** Where a place of a picture, in shares of its sides, is in the pane. */
export function placeIn([a, b, c, d, e, f]: Matrix, { width, height }: Size, [u, v]: Place): Place {
  const [x, y] = [u * width, v * height]
  return [a * x + c * y + e, b * x + d * y + f]
}

/** Fewer lines do not say how a photo is turned. */
const fewestLines = 6

/** The quarter turns after which the second picture lies as the first does, as most of the lines have it; none where there are few. */
export function quartersOf(lines: readonly PlaceLine[], first: Size, second: Size): number {
  if (lines.length < fewestLines) return 0
  const mean = (at: 0 | 1 | 2 | 3) => lines.reduce((sum, line) => sum + line[at], 0) / lines.length
  const [ax, ay, bx, by] = [mean(0), mean(1), mean(2), mean(3)]
  let [dot, cross] = [0, 0]
  for (const line of lines) {
    const [x, y] = [(line[0] - ax) * first.width, (line[1] - ay) * first.height]
    const [u, v] = [(line[2] - bx) * second.width, (line[3] - by) * second.height]
    dot += u * x + v * y
    cross += u * y - v * x
  }
  return (Math.round(Math.atan2(cross, dot) / (Math.PI / 2)) + 4) % 4
}
