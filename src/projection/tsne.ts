import { check, Rng } from '../base/index.ts'
import { denseAffinities, sparseAffinities } from './affinities.ts'
import { barnesHutObjective } from './barnes-hut.ts'
import { descend } from './descent.ts'
import { exactObjective } from './exact.ts'
import { pca } from './pca.ts'
import { checkPoints, type Layout, type Metric, type Points } from './points.ts'
import { stretch, type Watch } from './watch.ts'

/** t-SNE's settings (van der Maaten and Hinton, 2008; Barnes–Hut: van der Maaten, arXiv:1301.3342). */
export interface TsneConfig {
  /** Neighbours that count, roughly; at most (count − 1) / 3 is used. */
  readonly perplexity: number
  readonly metric: Metric
  /** Where the layout starts: the two principal components, which keep the coarse order, or seeded noise. */
  readonly init: 'pca' | 'random'
  readonly seed: number
  /** exact: all pairs, O(N²) a step; barnes-hut: O(N·log N); auto: exact up to `exactLimit` points. */
  readonly algorithm: 'auto' | 'exact' | 'barnes-hut'
  readonly exactLimit: number
  /** Barnes–Hut's angle: smaller is more exact and slower. */
  readonly theta: number
  /** Steps at most. */
  readonly iterations: number
  /** Factor on the attraction in the first 250 steps, which gathers clusters. */
  readonly exaggeration: number
  /** auto: max(count / exaggeration / 4, 50) (Belkina et al., 2019). */
  readonly learningRate: number | 'auto'
  /** A smaller gradient ends the descent. */
  readonly minGradientNorm: number
}

/** scikit-learn's defaults, but for `exactLimit`, which that has not. */
export const tsneDefaults: TsneConfig = {
  perplexity: 30,
  metric: 'euclidean',
  init: 'pca',
  seed: 0,
  algorithm: 'auto',
  exactLimit: 3000,
  theta: 0.5,
  iterations: 1000,
  exaggeration: 12,
  learningRate: 'auto',
  minGradientNorm: 1e-7,
}

/** A layout by t-SNE, what it reached, and how it was made. */
export interface Tsne {
  readonly method: 'tsne'
  /** [count, 2] */
  readonly layout: Layout
  /** KL(P‖Q) of the neighbourhoods in space and in the layout, in nats: what the descent made small. */
  readonly klDivergence: number
  /** The perplexity used: what was asked for, or (count − 1) / 3 where that is less. */
  readonly perplexity: number
  readonly algorithm: 'exact' | 'barnes-hut'
  readonly iterations: number
}

/** Fewer points have no neighbourhood to keep. */
export const minPoints = 4
const exaggeratedIterations = 250
const initialDeviation = 1e-4

/**
 * t-SNE in two dimensions (van der Maaten and Hinton, JMLR 9, 2008; Barnes–Hut: arXiv:1301.3342): points that are near each
 * other stay so; distances between groups, and the sizes of groups, mean little. One seed gives one layout.
 * @throws InputError for points that are not finite, fewer than 4, or settings out of range.
 */
export function tsne(points: Points, options: Partial<TsneConfig> = {}, watch?: Watch): Tsne {
  const config = { ...tsneDefaults, ...options }
  checkPoints(points, 'tsne')
  checkTsneConfig(config)
  const { count } = points
  check(count >= minPoints, `tsne: expected ${minPoints} points or more, got ${count}`, 'pca takes any number')
  const perplexity = Math.min(config.perplexity, (count - 1) / 3)
  const algorithm =
    config.algorithm === 'auto' ? (count <= config.exactLimit ? 'exact' : 'barnes-hut') : config.algorithm
  const { metric, iterations, exaggeration, minGradientNorm } = config
  const learningRate = config.learningRate === 'auto' ? Math.max(count / exaggeration / 4, 50) : config.learningRate
  const y = initialLayout(points, config)
  const distances = stretch(watch, 0, 0.1)
  const objective =
    algorithm === 'exact'
      ? exactObjective(denseAffinities(points, { metric, perplexity }, distances))
      : barnesHutObjective(sparseAffinities(points, { metric, perplexity }, distances), config.theta)
  const descent = { iterations, exaggeratedIterations, exaggeration, learningRate, minGradientNorm }
  const { divergence, iterations: done } = descend(objective, y, descent, stretch(watch, 0.1, 1))
  const layout = { count, dim: 2, data: y }
  return { method: 'tsne', layout, klDivergence: divergence, perplexity, algorithm, iterations: done }
}

/** Standard deviation 1e-4 along the first axis, so that the first steps see no distances yet. */
function initialLayout(points: Points, { init, seed }: TsneConfig): Float64Array {
  if (init === 'pca') {
    const { layout, variance } = pca(points)
    const deviation = Math.sqrt((variance[0]! * (points.count - 1)) / points.count)
    if (deviation > 0) return layout.data.map((value) => (value / deviation) * initialDeviation)
  }
  const rng = new Rng(seed).fork('tsne')
  return Float64Array.from({ length: 2 * points.count }, () => rng.normal(0, initialDeviation))
}

function checkTsneConfig({ perplexity, theta, iterations, exaggeration, learningRate }: TsneConfig): void {
  const above = (value: number, limit: number, name: string) =>
    check(Number.isFinite(value) && value >= limit, `tsne: ${name}: expected a number from ${limit}, got ${value}`)
  above(perplexity, 1, 'perplexity')
  above(exaggeration, 1, 'exaggeration')
  above(iterations, 1, 'iterations')
  above(theta, 0, 'theta')
  check(
    learningRate === 'auto' || learningRate > 0,
    `tsne: learningRate: expected 'auto' or a number above 0, got ${learningRate}`,
  )
}
