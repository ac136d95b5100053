/** x' = a x + b y + e, y' = c x + d y + f. */
export interface Affine {
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
  readonly e: number
  readonly f: number
}

/** A place of the query and where it is in the photo. */
export interface PointPair {
  readonly x: number
  readonly y: number
  readonly toX: number
  readonly toY: number
}

/** Rotation by `turn` and scaling by `factor` that takes one point to its partner. */
export function similarityAt({ x, y, toX, toY }: PointPair, factor: number, turn: number): Affine {
  const a = factor * Math.cos(turn)
  const c = factor * Math.sin(turn)
  return { a, b: -c, c, d: a, e: toX - (a * x - c * y), f: toY - (c * x + a * y) }
}

/** Rotation and scaling that takes two points to their partners; undefined where either two are one point. */
export function similarityOf(one: PointPair, other: PointPair): Affine | undefined {
  const [x, y, toX, toY] = [other.x - one.x, other.y - one.y, other.toX - one.toX, other.toY - one.toY]
  const [from, to] = [Math.hypot(x, y), Math.hypot(toX, toY)]
  if (from === 0 || to === 0) return undefined
  return similarityAt(one, to / from, Math.atan2(toY, toX) - Math.atan2(y, x))
}

/** The affine map with the least squared distances; undefined for fewer than three points, or points in a line. */
export function fitAffine(pairs: readonly PointPair[]): Affine | undefined {
  const n = pairs.length
  if (n < 3) return undefined
  const mean = (value: (pair: PointPair) => number) => pairs.reduce((sum, pair) => sum + value(pair), 0) / n
  const [mx, my, mu, mv] = [mean(({ x }) => x), mean(({ y }) => y), mean(({ toX }) => toX), mean(({ toY }) => toY)]
  let [xx, xy, yy, xu, yu, xv, yv] = [0, 0, 0, 0, 0, 0, 0]
  for (const { x, y, toX, toY } of pairs) {
    const [dx, dy, du, dv] = [x - mx, y - my, toX - mu, toY - mv]
    xx += dx * dx
    xy += dx * dy
    yy += dy * dy
    xu += dx * du
    yu += dy * du
    xv += dx * dv
    yv += dy * dv
  }
  const determinant = xx * yy - xy * xy
  if (determinant <= 1e-6 * xx * yy) return undefined
  const a = (xu * yy - yu * xy) / determinant
  const b = (yu * xx - xu * xy) / determinant
  const c = (xv * yy - yv * xy) / determinant
  const d = (yv * xx - xv * xy) / determinant
  return { a, b, c, d, e: mu - a * mx - b * my, f: mv - c * mx - d * my }
}

/** How far the map takes a point past its partner. */
export function residual({ a, b, c, d, e, f }: Affine, { x, y, toX, toY }: PointPair): number {
  return Math.hypot(a * x + b * y + e - toX, c * x + d * y + f - toY)
}

/** The map's mean magnification √|det|. */
export function magnification({ a, b, c, d }: Affine): number {
  return Math.sqrt(Math.abs(a * d - b * c))
}

/** The map's rotation: that of the closest one without shear. */
export function rotation({ a, b, c, d }: Affine): number {
  return Math.atan2(c - b, a + d)
}

/** No mirror, and no side stretched more than three times as much as another: a flank seen from another side. */
export function isPlausible({ a, b, c, d }: Affine): boolean {
  const determinant = a * d - b * c
  const squares = a * a + b * b + c * c + d * d // σ₁² + σ₂²
  return determinant > 0 && squares <= (3 + 1 / 3) * determinant
}
