/** A place in the plane. */
export type Place = readonly [x: number, y: number]

/** Coordinates brought into the unit square: one scale for both axes, y upwards. */
export function unitPlaces(
  x: readonly number[],
  y: readonly number[],
): { readonly x: Float64Array; readonly y: Float64Array } {
  const [left, right] = extent(x)
  const [low, high] = extent(y)
  const span = Math.max(right - left, high - low) || 1
  return {
    x: Float64Array.from(x, (v) => 0.5 + (v - (left + right) / 2) / span),
    y: Float64Array.from(y, (v) => 0.5 - (v - (low + high) / 2) / span),
  }
}

function extent(values: readonly number[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return low <= high ? [low, high] : [0, 0]
}

const cells = 64

/** Points of the unit square in a grid, so that a look-up meets only those nearby. */
export class PointGrid {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly #cells: number[][] = Array.from({ length: cells * cells }, () => [])

  constructor({ x, y }: { readonly x: Float64Array; readonly y: Float64Array }) {
    this.x = x
    this.y = y
    for (let i = 0; i < x.length; i++) this.#cells[cellOf(y[i]!) * cells + cellOf(x[i]!)]!.push(i)
  }

  /** The nearest point within `radius` that `wanted` accepts; of equal ones the first; −1 for none. */
  nearest([px, py]: Place, radius: number, wanted: (point: number) => boolean = () => true): number {
    let best = -1
    let bestSquare = radius * radius
    this.#visit(px - radius, py - radius, px + radius, py + radius, (i) => {
      const square = (this.x[i]! - px) ** 2 + (this.y[i]! - py) ** 2
      const better = square < bestSquare || (square === bestSquare && (best === -1 || i < best))
      if (better && wanted(i)) [best, bestSquare] = [i, square]
    })
    return best
  }

  /** Points in a closed polygon (even–odd rule), ascending. */
  inside(polygon: readonly Place[]): number[] {
    const xs = polygon.map(([x]) => x)
    const ys = polygon.map(([, y]) => y)
    const found: number[] = []
    this.#visit(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys), (i) => {
      if (insidePolygon([this.x[i]!, this.y[i]!], polygon)) found.push(i)
    })
    return found.sort((a, b) => a - b)
  }

  #visit(left: number, top: number, right: number, bottom: number, take: (point: number) => void): void {
    for (let row = cellOf(top); row <= cellOf(bottom); row++) {
      for (let column = cellOf(left); column <= cellOf(right); column++) {
        for (const point of this.#cells[row * cells + column]!) take(point)
      }
    }
  }
}

function cellOf(v: number): number {
  return Math.max(0, Math.min(cells - 1, Math.floor(v * cells)))
}

/** Whether a place lies in a polygon (even–odd rule). */
export function insidePolygon([px, py]: Place, polygon: readonly Place[]): boolean {
  let inside = false
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [ax, ay] = polygon[i]!
    const [bx, by] = polygon[j]!
    if (ay > py !== by > py && px < ((bx - ax) * (py - ay)) / (by - ay) + ax) inside = !inside
  }
  return inside
}
