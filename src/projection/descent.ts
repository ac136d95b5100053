import type { Objective } from './objective.ts'
import type { Watch } from './watch.ts'

export interface DescentConfig {
  /** Steps in all. */
  readonly iterations: number
  /** The first of them, with exaggerated attraction and momentum 0.5; 0.8 after. */
  readonly exaggeratedIterations: number
  readonly exaggeration: number
  readonly learningRate: number
  /** Ends when the gradient (times gains) is shorter. */
  readonly minGradientNorm: number
}

/** Steps between two looks at the divergence and the gradient's norm. */
const checkEvery = 50
/** Ends after so many steps without a better divergence. */
const patience = 300
const minGain = 0.01

export interface Descent {
  readonly divergence: number
  readonly iterations: number
}

/**
 * Gradient descent with momentum and a gain for each coordinate that grows while its direction stays (Jacobs, 1988), as
 * scikit-learn's TSNE: y is moved in place.
 */
export function descend(objective: Objective, y: Float64Array, config: DescentConfig, watch?: Watch): Descent {
  const { iterations, exaggeratedIterations, minGradientNorm } = config
  const gradient = new Float64Array(y.length)
  const update = new Float64Array(y.length)
  const gains = new Float64Array(y.length)
  let done = 0
  for (const stage of ['exaggerated', 'plain'] as const) {
    const early = stage === 'exaggerated'
    const end = early ? Math.min(iterations, exaggeratedIterations) : iterations
    const exaggeration = early ? config.exaggeration : 1
    let best = Number.POSITIVE_INFINITY
    let bestAt = done
    update.fill(0)
    gains.fill(1)
    while (done < end) {
      objective.gradient(y, exaggeration, gradient)
      const norm = move(y, gradient, update, gains, early ? 0.5 : 0.8, config.learningRate)
      done++
      if (done % 10 === 0) watch?.(done / iterations)
      if (done % checkEvery !== 0) continue
      const divergence = objective.divergence(y, exaggeration)
      if (divergence < best) [best, bestAt] = [divergence, done]
      if (done - bestAt > patience || norm <= minGradientNorm) break
    }
  }
  return { divergence: objective.divergence(y, 1), iterations: done }
}

/** One step; returns the norm of the gradient times gains. */
function move(
  y: Float64Array,
  gradient: Float64Array,
  update: Float64Array,
  gains: Float64Array,
  momentum: number,
  learningRate: number,
): number {
  let squares = 0
  for (let i = 0; i < y.length; i++) {
    const slope = gradient[i]!
    const last = update[i]!
    const gain = Math.max(minGain, last * slope < 0 ? gains[i]! + 0.2 : gains[i]! * 0.8)
    gains[i] = gain
    const scaled = gain * slope
    squares += scaled * scaled
    const step = momentum * last - learningRate * scaled
    update[i] = step
    y[i]! += step
  }
  return Math.sqrt(squares)
}
