/** A place in a picture. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** The area of the convex hull of points (Andrew's monotone chain); 0 for fewer than three. */
export function hullArea(points: readonly Point[]): number {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y)
  const hull = [...chain(sorted), ...chain(sorted.reverse())]
  let twice = 0
  for (let i = 0; i < hull.length; i++) {
    const [p, q] = [hull[i]!, hull[(i + 1) % hull.length]!]
    twice += p.x * q.y - q.x * p.y
  }
  return Math.abs(twice) / 2
}

/** One side of the hull, without its last point, which the other side begins with. */
function chain(sorted: readonly Point[]): Point[] {
  const side: Point[] = []
  for (const point of sorted) {
    while (side.length >= 2 && turns(side.at(-2)!, side.at(-1)!, point) <= 0) side.pop()
    side.push(point)
  }
  return side.slice(0, -1)
}

function turns(a: Point, b: Point, c: Point): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}
