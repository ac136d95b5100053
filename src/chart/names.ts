import type { Area } from './svg/picture.ts'

/** Photos that are looked at to find a middle one; of more, as many at even steps. */
const mostLookedAt = 300

/** The photo from which the others are nearest in sum: where an individual lies in two groups, it is in the larger one. */
export function medoid(own: readonly number[], x: ArrayLike<number>, y: ArrayLike<number>): number {
  const every = Math.ceil(own.length / mostLookedAt)
  const looked = own.filter((_, i) => i % every === 0)
  const far = (p: number) => looked.reduce((sum, q) => sum + Math.hypot(x[p]! - x[q]!, y[p]! - y[q]!), 0)
  return looked.map((p) => ({ p, sum: far(p) })).sort((a, b) => a.sum - b.sum)[0]?.p ?? 0
}

/** Those of the boxes that overlap none before them. */
export function withoutOverlap<T extends Area>(boxes: readonly T[]): T[] {
  const placed: T[] = []
  for (const box of boxes) if (!placed.some((other) => overlaps(box, other))) placed.push(box)
  return placed
}

function overlaps(a: Area, b: Area): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}
