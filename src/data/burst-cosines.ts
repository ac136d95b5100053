/** Calls `visit` with each two of the photos in `rows`, a < b, and the cosine of their embeddings: `cosinesAmong` of the retrieval room. */
export type CosinesAmong = (rows: readonly number[], visit: (a: number, b: number, cosine: number) => void) => void

/** How a threshold on the cosine of embeddings was used. */
export interface CosineThreshold {
  /** What was asked for, and the least cosine that counts: higher where photos of two individuals reach what was asked for. */
  readonly asked: number
  readonly cosine: number
  /** Pairs of one individual that reach it, and of two individuals, those on one picture left out. */
  readonly pairs: number
  readonly collisions: number
  /** Of the nearest pair of two individuals on two pictures; undefined where none reaches what was asked for. */
  readonly nearestCollision?: number | undefined
}

/** Individuals of photos, and what decides about pairs of them. */
export interface CosineSearch {
  readonly identities: readonly (string | undefined)[]
  readonly cosinesAmong: CosinesAmong
  readonly least: number
  /** Pairs of two individuals that may reach the threshold before it rises. */
  readonly collisions: number
  /** Whether two photos are one picture: two individuals on it are no collision. */
  readonly isPicture: (a: number, b: number) => boolean
}

/**
 * Joins photos of one individual whose cosine is `least` or more, but above that of the nearest two individuals: of all but `collisions` of
 * them. All pairs are looked at once for the threshold, then those of each individual; none is kept.
 */
export function joinByCosine(
  { identities, cosinesAmong, least, collisions, isPicture }: CosineSearch,
  join: (a: number, b: number) => void,
): CosineThreshold {
  const known = identities.flatMap((identity, row) => (identity === undefined ? [] : [row]))
  const nearest: number[] = [] // cosines of two individuals, the highest first: one more than may be reached
  cosinesAmong(known, (a, b, cosine) => {
    if (cosine < least || identities[a] === identities[b]) return
    if (nearest.length > collisions && cosine <= nearest.at(-1)!) return
    if (isPicture(a, b)) return
    nearest.push(cosine)
    nearest.sort((p, q) => q - p)
    nearest.length = Math.min(nearest.length, collisions + 1)
  })
  const cosine = nearest.length > collisions ? nextFloat32(nearest.at(-1)!) : least
  let pairs = 0
  for (const rows of rowsOfEach(identities, known))
    cosinesAmong(rows, (a, b, between) => {
      if (between < cosine) return
      pairs++
      join(a, b)
    })
  const reached = nearest.filter((between) => between >= cosine).length
  return { asked: least, cosine, pairs, collisions: reached, nearestCollision: nearest[0] }
}

/** The rows of each individual that has several. */
function rowsOfEach(identities: readonly (string | undefined)[], known: readonly number[]): number[][] {
  const rows = new Map<string | undefined, number[]>()
  for (const row of known) {
    const own = rows.get(identities[row])
    if (own === undefined) rows.set(identities[row], [row])
    else own.push(row)
  }
  return [...rows.values()].filter(({ length }) => length > 1)
}

/** The float32 above a positive one: cosines are float32, so that no other lies between. */
function nextFloat32(value: number): number {
  const float = Float32Array.of(value)
  const bits = new Uint32Array(float.buffer)
  bits[0]!++
  return float[0]!
}
