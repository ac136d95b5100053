import { gelu, mul, sigmoid, slice, staticDim, type Value } from '../graph/index.ts'
import { applyLinear, foldNorm, foldScale, type LinearWeights, linearWeights } from './linear.ts'
import { type NormConfig, normAffine, normalise } from './norm.ts'
import type { Scope } from './scope.ts'

/** Two layers, token by token, with a nonlinearity between: x [..., C] → [..., C]. */
export interface MlpConfig {
  /**
   * 'gelu': W₂·gelu(W₁·x); 'swiglu': W₂·(silu(W_g·x)∘W_x·x) (Shazeer, arXiv:2002.05202, eq. 6) with `fc1_g` and `fc1_x`;
   * 'swiglu-packed': the same with both in one `fc1`.
   */
  readonly kind: 'gelu' | 'swiglu' | 'swiglu-packed'
  /** Width between the layers. */
  readonly hidden: number
  /** Normalise before `fc2`, as EVA-02's larger sizes do (`norm`). */
  readonly innerNorm: boolean
}

/** What stands before and after the two layers. */
export interface MlpOptions {
  /** Normalisation of the input, its scale and shift folded into the weights. */
  readonly norm: NormConfig
  /** Layer scale [C], folded into the output layer. */
  readonly scale?: Value | undefined
}

/** The two layers of a transformer's block on the normalised x: [..., C] → [..., C]. The norm's parameters are in `normScope`. */
export function mlp(normScope: Scope, scope: Scope, x: Value, config: MlpConfig, options: MlpOptions): Value {
  const channels = staticDim(x.shape[x.shape.length - 1])
  const affine = normAffine(normScope, channels, options.norm)
  const normalised = normalise(x, options.norm)
  const first = firstLayers(scope, channels, config).map(([at, weights]) =>
    applyLinear(normalised, foldNorm(at, weights, affine)),
  )
  const hidden = config.kind === 'gelu' ? gelu(first[0]!) : mul(silu(first[0]!), first[1]!) // [..., hidden]
  const out = scope.child('fc2')
  const own = linearWeights(out, config.hidden, { features: channels })
  const folded = config.innerNorm
    ? foldNorm(out, own, normAffine(scope.child('norm'), config.hidden, options.norm))
    : own
  const weights = options.scale === undefined ? folded : foldScale(out, folded, options.scale)
  return applyLinear(config.innerNorm ? normalise(hidden, options.norm) : hidden, weights)
}

/** x·σ(x) (Elfwing et al., arXiv:1702.03118). */
function silu(x: Value): Value {
  return mul(x, sigmoid(x))
}

/** The layers from C to `hidden`, the gate first, each with the scope under which its folded weights are kept. */
function firstLayers(scope: Scope, channels: number, { kind, hidden }: MlpConfig): (readonly [Scope, LinearWeights])[] {
  if (kind === 'swiglu-packed') {
    const at = scope.child('fc1')
    const { weight, bias } = linearWeights(at, channels, { features: 2 * hidden })
    return ['gate', 'value'].map((part, i) => {
      const own = at.child(part)
      const cut = (x: Value) => slice(x, 0, i * hidden, (i + 1) * hidden)
      return [own, { weight: own.once('weight', () => cut(weight)), bias: own.once('bias', () => cut(bias!)) }]
    })
  }
  const names = kind === 'gelu' ? ['fc1'] : ['fc1_g', 'fc1_x']
  return names.map((name) => [scope.child(name), linearWeights(scope.child(name), channels, { features: hidden })])
}
