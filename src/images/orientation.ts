import type { Box } from './region.ts'

/** EXIF's orientation: 2 to 4 keep the sides, 5 to 8 swap them. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8

/** Where a point of the stored photo lies in the upright one, of the upright size `width` × `height`. */
const turns: Readonly<Record<Orientation, (x: number, y: number, width: number, height: number) => [number, number]>> =
  {
    1: (x, y) => [x, y],
    2: (x, y, width) => [width - x, y],
    3: (x, y, width, height) => [width - x, height - y],
    4: (x, y, _, height) => [x, height - y],
    5: (x, y) => [y, x],
    6: (x, y, width) => [width - y, x],
    7: (x, y, width, height) => [width - y, height - x],
    8: (x, y, _, height) => [y, height - x],
  }

/** Where a point of the stored photo lies in the upright one, whose size is given. */
export function upright(
  orientation: Orientation,
  [x, y]: readonly [x: number, y: number],
  { width, height }: { readonly width: number; readonly height: number },
): [x: number, y: number] {
  return turns[orientation](x, y, width, height)
}

/** A box of the stored photo, drawn by a program that passed over EXIF's orientation, as a box of the upright one. */
export function uprightBox(
  box: Box,
  {
    width,
    height,
    orientation,
  }: { readonly width: number; readonly height: number; readonly orientation: Orientation },
): Box {
  const turn = turns[orientation]
  const [x1, y1] = turn(box.x, box.y, width, height)
  const [x2, y2] = turn(box.x + box.width, box.y + box.height, width, height)
  return { x: Math.min(x1, x2), y: Math.min(y1, y2), width: Math.abs(x2 - x1), height: Math.abs(y2 - y1) }
}
