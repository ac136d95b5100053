import { add, cast, div, less, max, mul, reduceSum, sub, type Value, where } from '../graph/index.ts'
import { anyOf, logSumExpOf, meanOver, type Pairs } from './pairs.ts'

/** τ of the loss. */
export interface SupervisedContrastConfig {
  readonly temperature: number
}

/**
 * Mean of −(1/|P|) Σₚ ln(e^(s/τ) / Σ e^(s/τ)) over the photos that have a p; the inner sum is over all other photos (Khosla et al.,
 * arXiv:2004.11362, eq. 2).
 */
export function supervisedContrast({ cosines, same, other }: Pairs, { temperature }: SupervisedContrastConfig): Value {
  const scaled = mul(cosines, 1 / temperature)
  const everyone = less(0.5, add(cast(same, 'float32'), cast(other, 'float32')))
  const lost = sub(logSumExpOf(scaled, everyone), scaled) // [A, R]
  const count = max(reduceSum(cast(same, 'float32'), { axes: [1], keepDims: true }), 1) // [A, 1]
  const perPhoto = div(reduceSum(where(same, lost, 0), { axes: [1], keepDims: true }), count)
  return meanOver(perPhoto, anyOf(same))
}
