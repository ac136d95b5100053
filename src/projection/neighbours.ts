import { check } from '../base/index.ts'
import { forEachPair } from './distance.ts'
import { checkPoints, type Metric, type Points } from './points.ts'
import type { Watch } from './watch.ts'

/** The k nearest other points of each point, nearest first, [count, k]. */
export interface Neighbours {
  readonly count: number
  readonly k: number
  readonly indices: Int32Array
  /** Squared distances. */
  readonly squared: Float64Array
}

/**
 * Exact nearest neighbours, all pairs compared: O(N²·D) time, O(N·k) memory. The point itself is none of its neighbours; equal
 * distances go to the lower index.
 * @throws InputError for points that are not finite, or k outside of 1 … count − 1.
 */
export function nearestNeighbours(points: Points, k: number, metric: Metric = 'euclidean', watch?: Watch): Neighbours {
  checkPoints(points, 'neighbours')
  const { count } = points
  check(
    Number.isInteger(k) && k >= 1 && k < count,
    `neighbours: expected k to be a whole number from 1 to ${count - 1}, got ${k}`,
  )
  const indices = new Int32Array(count * k)
  const squared = new Float64Array(count * k).fill(Number.POSITIVE_INFINITY)
  forEachPair(
    points,
    metric,
    (i, j, distance) => {
      if (distance < squared[(i + 1) * k - 1]!) insert(indices, squared, i * k, k, j, distance)
      if (distance < squared[(j + 1) * k - 1]!) insert(indices, squared, j * k, k, i, distance)
    },
    watch,
  )
  return { count, k, indices, squared }
}

/** Candidates come in the order of their indices, so an equal distance stays behind those that are there. */
function insert(
  indices: Int32Array,
  squared: Float64Array,
  begin: number,
  k: number,
  index: number,
  distance: number,
): void {
  let at = begin + k - 1
  for (; at > begin && squared[at - 1]! > distance; at--) {
    squared[at] = squared[at - 1]!
    indices[at] = indices[at - 1]!
  }
  squared[at] = distance
  indices[at] = index
}
