import type { Box, Placed } from '../images/index.ts'
import type { Candidate } from './boxes.ts'
import type { PhotoSides } from './located.ts'

/** A box in pixels of the network's input as one of the photo that lies there, cut to it; undefined where nothing is left. */
export function onPhoto(
  { x1, y1, x2, y2 }: Pick<Candidate, 'x1' | 'y1' | 'x2' | 'y2'>,
  { leftPx, topPx, widthPx, heightPx }: Placed,
  { width, height }: PhotoSides,
): Box | undefined {
  const across = (x: number) => Math.min(width, Math.max(0, ((x - leftPx) * width) / widthPx))
  const down = (y: number) => Math.min(height, Math.max(0, ((y - topPx) * height) / heightPx))
  const box = { x: across(x1), y: down(y1), width: across(x2) - across(x1), height: down(y2) - down(y1) }
  return box.width > 0 && box.height > 0 ? box : undefined
}

/** The box with `margin` of its width and height more on each side, cut to the photo. */
export function widened(box: Box, margin: number, { width, height }: PhotoSides): Box {
  const x = Math.max(0, box.x - margin * box.width)
  const y = Math.max(0, box.y - margin * box.height)
  return {
    x,
    y,
    width: Math.min(width, box.x + (1 + margin) * box.width) - x,
    height: Math.min(height, box.y + (1 + margin) * box.height) - y,
  }
}
