import {
  add,
  div,
  max,
  min,
  mul,
  neg,
  reduceMean,
  reduceSum,
  reshape,
  scalar,
  sqrt,
  staticDim,
  stopGradient,
  sub,
  type Value,
} from '../graph/index.ts'
import { type LogitInputs, movedAngle } from './margin-logits.ts'
import { type Scope, zeroInit } from './scope.ts'

/** m, h and the decay of the norm's statistics. */
export interface AdaFaceConfig {
  readonly margin: number
  /** h: how far from the mean, in deviations, a norm must be to count whole: 1 / h of them. */
  readonly concentration: number
  readonly decay: number
}

/**
 * What the margin of the true identity takes from its cosine, [B, 1]: cos(θ − m·z) − (m·z + m) − cos θ, with z the norm of the embedding, as
 * standardised by what norms were so far, ·h, cut at ±1, without gradient (Kim et al., AdaFace, arXiv:2204.00964, eqs. 14 to 16). Photos with
 * a small norm, blurred ones, count like easy ones: an angle is added; of those with a large one a cosine is taken away.
 */
export function adaFaceChange(own: Value, inputs: LogitInputs, { margin, ...norms }: AdaFaceConfig): Value {
  const z = normQuality(inputs.scope.child('norm'), inputs.embeddings, norms) // [B, 1]
  const rad = mul(z, -margin)
  const moved = movedAngle(own, { rad, cos: series(rad, 0), sin: mul(rad, series(rad, 1)) })
  return sub(sub(moved, own), add(mul(z, margin), margin))
}

/**
 * (‖e‖ − μ) / σ · h in −1 … 1 of embeddings [B, D] → [B, 1]. μ and σ are running means of each batch's, which `scope` carries over. They begin
 * with the first batch, as Adam's do: each is Σ dᵏ·x / Σ dᵏ. (The paper's own code begins at 20 and 100 instead, which takes hundreds of steps
 * to forget.)
 */
function normQuality(scope: Scope, embeddings: Value, { concentration, decay }: Omit<AdaFaceConfig, 'margin'>): Value {
  const squares = reduceSum(mul(embeddings, embeddings), { axes: [1], keepDims: true })
  const norms = stopGradient(min(max(sqrt(max(squares, 1e-12)), 1e-3), 100)) // [B, 1]
  const count = staticDim(norms.shape[0])
  const mean = reshape(reduceMean(norms), [1])
  const spread = sub(norms, mean)
  const variance = reshape(div(reduceSum(mul(spread, spread)), Math.max(1, count - 1)), [1])
  const running = (name: string, now: Value | number): Value => {
    const next = add(mul(scope.statistic(name, [1], zeroInit), decay), mul(now, 1 - decay))
    scope.updateStatistic(name, next)
    return next
  }
  const weight = running('weight', 1)
  const center = div(running('mean', mean), weight)
  const deviation = div(running('deviation', sqrt(max(variance, 1e-12))), weight)
  const standard = mul(div(sub(norms, center), add(deviation, 1e-3)), concentration)
  return min(max(standard, -1), 1)
}

/** Terms of a series of cosine and sine that are below float64's precision at 1.5 rad. */
const terms = 10

/** Σ (−1)ᵏ x²ᵏ / (2k + first)!: cos x for `first` 0, sin x / x for 1. The catalogue of ops has neither; |x| is at most 1.5. */
function series(x: Value, first: 0 | 1): Value {
  const square = neg(mul(x, x))
  const factors = Array.from({ length: terms }, (_, i) => (2 * i + 1 + first) * (2 * i + 2 + first))
  return factors.reduceRight<Value>((sum, factor) => add(mul(mul(square, 1 / factor), sum), 1), scalar(1))
}
