import { unreachable } from '../base/index.ts'
import { type Curve, fitCurve, logLoss, probabilityAt } from './curve.ts'
import { fitPlatt, sigmoid } from './logistic.ts'
import { weightsOf } from './scored-pairs.ts'
import { fitSignedLogistic } from './signed-logistic.ts'

/** What the places of one matcher say of a pair of photos, all 0 where none agree. */
export interface LocalEvidence {
  readonly inliers: number
  /** Inliers of all correspondences. */
  readonly share: number
  /** How much nearer an agreeing place is than any of another animal, in the mean. */
  readonly margin: number
  /** The part of the query's keypoints that they span. */
  readonly coverage: number
  /** Spread of the logarithms of their scales. */
  readonly scaleSpread: number
}

/** What places of the coat say of a pair of photos. Letters: M matchers. */
export interface JointEvidence {
  /** l, 0 to 1: how much the agreeing places of all matchers are worth together. */
  readonly score: number
  /** [M]. */
  readonly matchers: readonly LocalEvidence[]
}

/** What is known of a pair of photos. */
export interface PairEvidence {
  /** The embeddings' cosine. */
  readonly similarity: number
  /** Undefined where places were not matched, or none agree. */
  readonly local?: JointEvidence | undefined
  /** 0 to 1: how alike two photos are by places of the coat alone, places that agree and votes; 0 unless given. */
  readonly alone?: number | undefined
}

/** Ways to make one score of a similarity and of matched places. */
export const fusionKinds = ['embedding', 'local', 'additive', 'mean', 'pairHead'] as const
/** One of `fusionKinds`: embedding (the similarity alone), local (places alone), additive, mean or pairHead. */
export type FusionKind = (typeof fusionKinds)[number]

/** A way to fuse, with what it learnt. */
export type PairFusion =
  | { readonly kind: 'embedding' }
  | { readonly kind: 'local' }
  /** s = g + weight · l · (1 − g). */
  | { readonly kind: 'additive'; readonly weight: number }
  /** The mean of two probabilities, one of each score: WildFusion (arXiv:2408.12934). */
  | { readonly kind: 'mean'; readonly embedding: Curve; readonly local: Curve }
  /**
   * Logistic over the similarity, and of each matcher ln(1 + inliers), share, margin, coverage and scale spread, in this order: 1 + 5 M coefficients, of which none
   * lets evidence for one animal lower the score.
   */
  | { readonly kind: 'pairHead'; readonly intercept: number; readonly coefficients: readonly number[] }

/** Labelled pairs with all that is known of them. */
export interface EvidentPairs {
  readonly evidence: readonly PairEvidence[]
  readonly same: ArrayLike<number>
  readonly weights?: ArrayLike<number> | undefined
  /** M; as many as the evidence of any pair has unless given. */
  readonly matchers?: number | undefined
}

/** Weights of `additive` that are tried. */
const additiveWeights = [0.25, 0.5, 0.75, 1] as const

/** Holds the pair head's coefficients where few pairs are. */
const headRidge = 1

/** One score of what is known of a pair, larger for more alike: 0 to 1 but for cosines, which begin at −1. */
export function fusedScore(fusion: PairFusion, { similarity, local, alone = 0 }: PairEvidence): number {
  switch (fusion.kind) {
    case 'embedding':
      return similarity
    case 'local':
      return alone
    case 'additive':
      return similarity + fusion.weight * (local?.score ?? 0) * (1 - similarity)
    case 'mean':
      return (probabilityAt(fusion.embedding, similarity) + probabilityAt(fusion.local, local?.score ?? 0)) / 2
    case 'pairHead': {
      const features = featuresOf({ similarity, local }, matchersOf(fusion)!)
      return sigmoid(fusion.coefficients.reduce((sum, value, k) => sum + value * features[k]!, fusion.intercept))
    }
    default:
      return unreachable(fusion)
  }
}

/**
 * Learns a way to fuse from labelled pairs: the weight of `additive` whose score has the smallest log loss under Platt's curve, the two curves of
 * `mean`, the coefficients of `pairHead`. @throws InputError where pairs of one kind are missing.
 */
export function fitFusion(kind: FusionKind, pairs: EvidentPairs): PairFusion {
  const { evidence, same, weights } = pairs
  switch (kind) {
    case 'embedding':
    case 'local':
      return { kind }
    case 'additive':
      return bestOf(
        additiveWeights.map((weight) => ({ kind, weight })),
        pairs,
      )
    case 'mean': {
      const curve = (score: (pair: PairEvidence) => number) =>
        fitCurve('isotonic', { scores: evidence.map(score), same, weights })
      return { kind, embedding: curve(({ similarity }) => similarity), local: curve(({ local }) => local?.score ?? 0) }
    }
    case 'pairHead': {
      const seen = evidence.reduce((most, { local }) => Math.max(most, local?.matchers.length ?? 0), 1)
      const { matchers = seen } = pairs
      const features = Float64Array.from(evidence.flatMap((pair) => featuresOf(pair, matchers)))
      const total = weightsOf({ scores: evidence.map(() => 0), same, weights })
      const [high, low] = [(total.same + 1) / (total.same + 2), 1 / (total.all - total.same + 2)]
      const targets = Float64Array.from(same, (label) => (label === 1 ? high : low))
      return { kind, ...fitSignedLogistic({ features, targets, weights, ridge: headRidge }, headSigns(matchers)) }
    }
    default:
      return unreachable(kind)
  }
}

function bestOf<F extends PairFusion>(fusions: readonly F[], { evidence, same, weights }: EvidentPairs): F {
  const losses = fusions.map((fusion) => {
    const scores = evidence.map((pair) => fusedScore(fusion, pair))
    const curve = fitPlatt({ scores, same, weights })
    return logLoss(
      scores.map((score) => probabilityAt(curve, score)),
      { same, weights },
    )
  })
  return fusions[losses.indexOf(Math.min(...losses))]!
}

/** How many matchers a fusion was learnt with; undefined where it does not tell them apart. */
export function matchersOf(fusion: PairFusion): number | undefined {
  return fusion.kind === 'pairHead' ? (fusion.coefficients.length - 1) / ofEach : undefined
}

/** More of each speaks for one animal, but for the scale's spread, which speaks against it. */
const signsOfEach = [1, 1, 1, 1, -1] as const
/** Numbers of each matcher. */
const ofEach = signsOfEach.length

/** False for a pair head by which more evidence for one animal can lower the score, as it was learnt once. */
export function neverContradicts(fusion: PairFusion): boolean {
  if (fusion.kind !== 'pairHead') return true
  const signs = headSigns(matchersOf(fusion)!)
  return fusion.coefficients.every((value, k) => value * signs[k]! >= 0)
}

/** [1 + 5 M]. */
function headSigns(matchers: number): number[] {
  return [1, ...Array.from({ length: matchers }, () => signsOfEach).flat()]
}

/** [1 + 5 M]. */
function featuresOf({ similarity, local }: PairEvidence, matchers: number): number[] {
  const each = Array.from({ length: matchers }, (_, m) => {
    const { inliers = 0, share = 0, margin = 0, coverage = 0, scaleSpread = 0 } = local?.matchers[m] ?? {}
    return [Math.log1p(inliers), share, margin, coverage, scaleSpread]
  })
  return [similarity, ...each.flat()]
}
