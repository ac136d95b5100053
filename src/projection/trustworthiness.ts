import { check } from '../base/index.ts'
import { comparable, forEachPair, squaredDistance, squaredNorms } from './distance.ts'
import { nearestNeighbours } from './neighbours.ts'
import { checkPoints, type Metric, type Points } from './points.ts'
import { stretch, type Watch } from './watch.ts'

/** How many neighbours of each point are asked about, and how points are compared. */
export interface TrustworthinessConfig {
  /** Neighbours in the layout that are looked at; below half of the points. */
  readonly neighbours: number
  /** How the points themselves are compared; the layout is compared by euclidean distance. */
  readonly metric: Metric
}

/** scikit-learn's: five neighbours, euclidean. */
export const trustworthinessDefaults: TrustworthinessConfig = { neighbours: 5, metric: 'euclidean' }

/**
 * T(k) = 1 − 2 / (N·k·(2N − 3k − 1)) · Σᵢ Σ_{j among i's k nearest in the layout} max(0, r(i, j) − k), r(i, j) the rank of j among
 * i's neighbours by the points themselves: 1 where all neighbours in the picture are neighbours indeed (Venna and Kaski, 2001; as
 * scikit-learn's). Exact: O(N²·D) time, O(N·k) memory.
 * @throws InputError for points that are not finite, counts that differ, or k of half the points or more.
 */
export function trustworthiness(
  points: Points,
  layout: Points,
  options: Partial<TrustworthinessConfig> = {},
  watch?: Watch,
): number {
  const { neighbours: k, metric } = { ...trustworthinessDefaults, ...options }
  checkPoints(points, 'trustworthiness: points')
  const { count } = points
  check(layout.count === count, `trustworthiness: expected a layout of ${count} points, got ${layout.count}`)
  check(
    Number.isInteger(k) && k >= 1 && k < count / 2,
    `trustworthiness: neighbours: expected a whole number from 1, below half of the ${count} points, got ${k}`,
  )
  const { indices } = nearestNeighbours(layout, k, 'euclidean', stretch(watch, 0, 0.1))
  const ranks = ranksAmongNeighbours(points, indices, k, metric, stretch(watch, 0.1, 1))
  let excess = 0
  for (const rank of ranks) excess += Math.max(0, rank - k)
  return 1 - (excess * 2) / (count * k * (2 * count - 3 * k - 1))
}

/** r(i, j) for k points j of each i: 1 + how many others are nearer; equal distances by index. */
function ranksAmongNeighbours(
  points: Points,
  indices: Int32Array,
  k: number,
  metric: Metric,
  watch: Watch | undefined,
): Int32Array {
  const rows = comparable(points, metric)
  const norms = squaredNorms(rows)
  const limits = Float64Array.from(indices, (j, n) => squaredDistance(rows, norms, metric, Math.floor(n / k), j))
  const ranks = new Int32Array(indices.length).fill(1)
  const count = (i: number, other: number, distance: number) => {
    for (let n = i * k; n < (i + 1) * k; n++) {
      const limit = limits[n]!
      if (distance < limit || (distance === limit && other < indices[n]!)) ranks[n]!++
    }
  }
  forEachPair(
    points,
    metric,
    (i, j, squared) => {
      count(i, j, squared)
      count(j, i, squared)
    },
    watch,
  )
  return ranks
}
