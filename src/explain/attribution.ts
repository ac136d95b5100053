import type { CellGrid } from '../embedder/index.ts'

/** A photo's part in a similarity, by cells. */
export interface AttributedPhoto {
  readonly grid: CellGrid
  /** What each cell adds, row-major [rows·columns, size]. */
  readonly cells: Float64Array
  /** What they add to, [size]. */
  readonly whole: Float64Array
}

/** Two cells that look alike, and how much of the similarity passes between them. */
export interface Correspondence {
  /** Cell of the query, and of its match, counted row by row. */
  readonly query: number
  readonly match: number
  readonly contribution: number
}

export interface Attribution {
  /** whole·whole' / (‖whole‖ ‖whole'‖) */
  readonly explained: number
  /** What each cell adds to that, against the whole other photo, [rows·columns]. */
  readonly queryHeat: Float64Array
  readonly matchHeat: Float64Array
  /** c(i, j) = vᵢ·v'ⱼ / (‖whole‖ ‖whole'‖), [cells of the query, cells of the match]. */
  readonly contributions: Float64Array
}

/** A cosine as a sum over cells, and over pairs of cells (Stylianou et al., arXiv:1901.00536, eq. 3). */
export function attribute(query: AttributedPhoto, match: AttributedPhoto): Attribution {
  const norms = Math.sqrt(product(query.whole, 0, query.whole) * product(match.whole, 0, match.whole))
  const scale = norms > 0 ? 1 / norms : 0
  const [rows, columns] = [query, match].map(({ grid }) => grid.rows * grid.columns) as [number, number]
  const size = query.whole.length
  const contributions = new Float64Array(rows * columns)
  for (let i = 0; i < rows; i++) {
    const cell = query.cells.subarray(i * size, (i + 1) * size)
    for (let j = 0; j < columns; j++) contributions[i * columns + j] = scale * product(match.cells, j * size, cell)
  }
  const heat = (of: AttributedPhoto, against: AttributedPhoto, count: number) =>
    Float64Array.from({ length: count }, (_, cell) => scale * product(of.cells, cell * size, against.whole))
  return {
    explained: scale * product(query.whole, 0, match.whole),
    queryHeat: heat(query, match, rows),
    matchHeat: heat(match, query, columns),
    contributions,
  }
}

/** The strongest pairs that add to the similarity, best first; each cell stands in one pair at most, so that lines do not heap up. */
export function strongestPairs(contributions: Float64Array, columns: number, limit: number): Correspondence[] {
  const order = Array.from(contributions.keys()).sort((a, b) => contributions[b]! - contributions[a]! || a - b)
  const pairs: Correspondence[] = []
  const [queries, matches] = [new Set<number>(), new Set<number>()]
  for (const at of order) {
    if (pairs.length === limit || contributions[at]! <= 0) break
    const [query, match] = [Math.floor(at / columns), at % columns]
    if (queries.has(query) || matches.has(match)) continue
    queries.add(query)
    matches.add(match)
    pairs.push({ query, match, contribution: contributions[at]! })
  }
  return pairs
}

/** Σ a[at + d]·b[d] */
function product(a: Float64Array, at: number, b: Float64Array): number {
  let sum = 0
  for (let d = 0; d < b.length; d++) sum += a[at + d]! * b[d]!
  return sum
}
