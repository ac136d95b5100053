/** Which pairs are looked for, and who is told how far the search is. */
export interface CosinesWanted {
  /** The least cosine that counts; it may rise after a visit. */
  readonly least: () => number
  readonly wanted: (a: number, b: number) => boolean
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Calls `visit` with each two of the photos in `rows`, a < b, whose cosine counts, and that cosine: `cosinesAmong` of the retrieval room. */
export type CosinesAmong = (
  rows: readonly number[],
  wanted: CosinesWanted,
  visit: (a: number, b: number, cosine: number) => void,
) => Promise<void>

/** How a threshold on the cosine of embeddings was used. */
export interface CosineThreshold {
  /**
   * What was asked for, and the least cosine that counts: higher where photos of two individuals reach what was asked for. Above 1 none counts, since
   * two individuals have 1.
   */
  readonly asked: number
  readonly cosine: number
  /** Pairs of one individual that reach it, and of two individuals, those on one picture left out. */
  readonly pairs: number
  readonly collisions: number
  /** Of the nearest pair of two individuals on two pictures; undefined where none reaches what was asked for. */
  readonly nearestCollision?: number | undefined
}

/** Individuals of photos, and what decides about pairs of them. */
export interface CosineSearch extends Pick<CosinesWanted, 'onProgress' | 'signal'> {
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
export async function joinByCosine(
  { identities, cosinesAmong, least, collisions, isPicture, onProgress, signal }: CosineSearch,
  join: (a: number, b: number) => void,
): Promise<CosineThreshold> {
  const known = identities.flatMap((identity, row) => (identity === undefined ? [] : [row]))
  const nearest: number[] = [] // cosines of two individuals, the highest first: one more than may be reached
  let cosine = least
  const ofTwo: CosinesWanted = {
    least: () => cosine,
    wanted: (a, b) => identities[a] !== identities[b] && !isPicture(a, b),
    onProgress: (done, total) => onProgress?.(done, 2 * total),
    signal,
  }
  await cosinesAmong(known, ofTwo, (_, __, between) => {
    nearest.push(between)
    nearest.sort((p, q) => q - p)
    nearest.length = Math.min(nearest.length, collisions + 1)
    if (nearest.length > collisions) cosine = nextFloat32(nearest.at(-1)!)
  })
  let [pairs, done] = [0, known.length]
  for (const rows of rowsOfEach(identities, known)) {
    if (cosine > 1) break
    const ofOne: CosinesWanted = {
      least: () => cosine,
      wanted: () => true,
      onProgress: (own) => onProgress?.(done + own, 2 * known.length),
      signal,
    }
    await cosinesAmong(rows, ofOne, (a, b) => {
      pairs++
      join(a, b)
    })
    done += rows.length
  }
  onProgress?.(2 * known.length, 2 * known.length)
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
