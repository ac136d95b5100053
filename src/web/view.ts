import type { Place } from './points.ts'

/** A window on a plane: pixel = scale · place + offset. */
export interface View {
  readonly scale: number
  readonly x: number
  readonly y: number
}

/** The rectangle (0, 0) … (size, size) in the middle of a window, `margin` px free on each side. */
export function fitView(size: number, width: number, height: number, margin = 24): View {
  const scale = Math.max(1, Math.min(width, height) - 2 * margin) / size
  return { scale, x: (width - size * scale) / 2, y: (height - size * scale) / 2 }
}

/** The same moved by pixels. */
export function panned({ scale, x, y }: View, dx: number, dy: number): View {
  return { scale, x: x + dx, y: y + dy }
}

/** The same nearer by `factor`, the place under a pixel staying there. */
export function zoomed(
  { scale, x, y }: View,
  factor: number,
  [px, py]: Place,
  limits: readonly [number, number],
): View {
  const next = Math.max(limits[0], Math.min(limits[1], scale * factor))
  const ratio = next / scale
  return { scale: next, x: px - (px - x) * ratio, y: py - (py - y) * ratio }
}

/** The place under a pixel. */
export function placeAt({ scale, x, y }: View, [px, py]: Place): Place {
  return [(px - x) / scale, (py - y) / scale]
}
