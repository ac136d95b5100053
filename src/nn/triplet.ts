import {
  add,
  and,
  cast,
  expand,
  less,
  max,
  mul,
  reshape,
  slice,
  sqrt,
  staticDim,
  sub,
  type Value,
} from '../graph/index.ts'
import { anyOf, largestOf, meanOver, type Pairs, smallestOf } from './pairs.ts'

/** What is learned from: for each photo its hardest pairs, or all triplets that are nearly right. */
type TripletMining = 'batch-hard' | 'semi-hard'

/** How far apart two animals are to be, and which triplets teach it. */
export interface TripletConfig {
  readonly margin: number
  readonly mining: TripletMining
}

/**
 * Mean of max(0, d(a, p) − d(a, n) + margin), with d the Euclidean distance of L2-normalised embeddings, 0 to 2.
 * - batch-hard: for each photo that has both, its farthest p and its nearest n (Hermans et al., arXiv:1703.07737, eq. 5).
 * - semi-hard: all triplets with d(a, p) < d(a, n) < d(a, p) + margin (Schroff et al., arXiv:1503.03832, section 3.2). Photos p are of the
 *   batch; n may be remembered.
 */
export function tripletLoss(pairs: Pairs, { margin, mining }: TripletConfig): Value {
  return mining === 'batch-hard' ? batchHard(pairs, margin) : semiHard(pairs, margin)
}

function batchHard({ cosines, same, other }: Pairs, margin: number): Value {
  const distances = distancesOf(cosines)
  const lost = add(sub(largestOf(distances, same), smallestOf(distances, other)), margin) // [A, 1]
  return meanOver(max(lost, 0), and(anyOf(same), anyOf(other)))
}

function semiHard({ cosines, same, other }: Pairs, margin: number): Value {
  const [anchors, references] = cosines.shape.map(staticDim) as [number, number]
  const distances = distancesOf(cosines) // [A, R]
  const positives = reshape(slice(distances, 1, 0, anchors), [anchors, anchors, 1]) // [A, P, 1]
  const negatives = reshape(distances, [anchors, 1, references]) // [A, 1, R]
  const lost = add(sub(positives, negatives), margin) // [A, P, R]
  const isPositive = reshape(slice(cast(same, 'float32'), 1, 0, anchors), [anchors, anchors, 1])
  const isNegative = reshape(cast(other, 'float32'), [anchors, 1, references])
  const shape = [anchors, anchors, references]
  const isTriplet = less(0.5, expand(mul(isPositive, isNegative), shape))
  return meanOver(lost, and(isTriplet, and(less(positives, negatives), less(0, lost))))
}

/** √(2 − 2·cos): where two photos are one and the same it is 1e-3, through which no gradient flows. */
function distancesOf(cosines: Value): Value {
  return sqrt(max(sub(2, mul(cosines, 2)), 1e-6))
}
