import { UMAP } from 'umap-js'
import { check, Rng } from '../base/index.ts'
import { nearestNeighbours } from './neighbours.ts'
import { pca } from './pca.ts'
import { checkPoints, type Layout, type Metric, type Points } from './points.ts'
import { minPoints } from './tsne.ts'
import { stretch, type Watch } from './watch.ts'

/** UMAP's settings (McInnes et al., arXiv:1802.03426). */
export interface UmapConfig {
  /** Nearest neighbours that count, the point itself among them; at most `count` − 1 is used. */
  readonly neighbours: number
  /** How near points may lie in the layout. */
  readonly minDistance: number
  readonly metric: Metric
  readonly seed: number
  /** Passes over the neighbours; null: 500 up to 2,500 points, fewer beyond. */
  readonly epochs: number | null
}

/** umap-learn's: 15 neighbours at a least distance of 0.1. */
export const umapDefaults: UmapConfig = { neighbours: 15, minDistance: 0.1, metric: 'euclidean', seed: 0, epochs: null }

/** A layout by UMAP, and how it was made. */
export interface Umap {
  readonly method: 'umap'
  /** [count, 2] */
  readonly layout: Layout
  /** The neighbours used. */
  readonly neighbours: number
  readonly epochs: number
}

/** Where the layout starts: the principal components, as far out as umap-js' own noise would be. */
const initialReach = 10

/**
 * UMAP in two dimensions (McInnes et al., arXiv:1802.03426) by umap-js, on our exact neighbours and from the principal
 * components, which keep the coarse order where noise does not. One seed gives one layout.
 * @throws InputError for points that are not finite, fewer than 4, or settings out of range.
 */
export function umap(points: Points, options: Partial<UmapConfig> = {}, watch?: Watch): Umap {
  const { neighbours: asked, minDistance, metric, seed, epochs } = { ...umapDefaults, ...options }
  checkPoints(points, 'umap')
  const { count } = points
  check(count >= minPoints, `umap: expected ${minPoints} points or more, got ${count}`, 'pca takes any number')
  check(Number.isInteger(asked) && asked >= 2, `umap: neighbours: expected a whole number from 2, got ${asked}`)
  check(
    epochs === null || (Number.isInteger(epochs) && epochs >= 1),
    `umap: epochs: expected null or a whole number from 1, got ${epochs}`,
  )
  const neighbours = Math.min(asked, count - 1)
  const { indices, squared } = nearestNeighbours(points, neighbours - 1, metric, stretch(watch, 0, 0.2))
  const rows = (own: (i: number) => number, others: Int32Array | Float64Array) =>
    Array.from({ length: count }, (_, i) => [
      own(i),
      ...others.subarray(i * (neighbours - 1), (i + 1) * (neighbours - 1)),
    ])
  const rng = new Rng(seed).fork('umap')
  const fit = new UMAP({
    nNeighbors: neighbours,
    minDist: minDistance,
    random: () => rng.uniform(),
    ...(epochs === null ? {} : { nEpochs: epochs }),
  })
  fit.setPrecomputedKNN(
    rows((i) => i, indices),
    rows(() => 0, squared.map(Math.sqrt)),
  )
  const total = fit.initializeFit(Array.from({ length: count }, () => [])) // only their number is asked for
  startFrom(fit.getEmbedding(), pca(points).layout.data)
  const layoutShare = stretch(watch, 0.2, 1)
  for (let epoch = 0; epoch < total; epoch++) {
    fit.step()
    layoutShare?.((epoch + 1) / total)
  }
  const data = Float64Array.from(fit.getEmbedding().flat())
  return { method: 'umap', layout: { count, dim: 2, data }, neighbours, epochs: total }
}

/** Moves umap-js' starting points, in place; without any variance its noise stays. */
function startFrom(embedding: readonly number[][], components: Float64Array): void {
  let reach = 0
  for (const value of components) reach = Math.max(reach, Math.abs(value))
  if (reach === 0) return
  embedding.forEach((point, i) => {
    // A little of the noise stays: equal points must be able to part.
    for (let d = 0; d < 2; d++) point[d] = (components[2 * i + d]! / reach) * initialReach + 1e-4 * point[d]!
  })
}
