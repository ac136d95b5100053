import { matmul, mul, reshape, slice, softmax, staticDim, transpose, type Value } from '../graph/index.ts'
import { applyLinear, foldNorm, foldScale, type LinearWeights, linearWeights } from './linear.ts'
import { type NormConfig, norm, normAffine, normalise } from './norm.ts'
import { type Rotary, rotate } from './rotary.ts'
import { type Scope, zeroInit } from './scope.ts'

/** The parameters of multi-head attention, as they lie in timm's files. */
export interface AttentionConfig {
  readonly heads: number
  /** 'joint': one weight `qkv` [3C, C]; 'separate': `q_proj`, `k_proj` and `v_proj`. */
  readonly weights: 'joint' | 'separate'
  /** Which of the three have a bias; without one for the keys, `joint` keeps the others as `q_bias` and `v_bias`. */
  readonly bias: 'all' | 'query-value' | 'none'
  /** Normalise queries and keys, head by head (`q_norm`, `k_norm`). */
  readonly qkNorm: boolean
}

/** One weight for queries, keys and values, each with a bias, and no norm of their own. */
export const attentionDefaults: Omit<AttentionConfig, 'heads'> = { weights: 'joint', bias: 'all', qkNorm: false }

/** What stands before and after attention, and turns its queries and keys. */
export interface AttentionOptions {
  /** Normalisation of the input, its scale and shift folded into the weights, and of queries and keys. */
  readonly norm: NormConfig
  readonly rotary?: Rotary | undefined
  /** Layer scale [C], folded into the output layer. */
  readonly scale?: Value | undefined
}

/**
 * Multi-head self-attention of the normalised x: softmax(q·kᵀ/√d)·v for each head of d channels, then the layer `proj`
 * (Vaswani et al., arXiv:1706.03762, eq. 1). x [B, T, C] → [B, T, C]. The normalisation's parameters are in `normScope`.
 */
export function attention(
  normScope: Scope,
  scope: Scope,
  x: Value,
  config: AttentionConfig,
  options: AttentionOptions,
): Value {
  const channels = staticDim(x.shape[2])
  const affine = normAffine(normScope, channels, options.norm)
  const normalised = normalise(x, options.norm)
  const [query, key, value] = projections(scope, channels, config).map((weights, i) => {
    const folded = foldNorm(scope.child(parts[i]!), weights, affine)
    return splitHeads(applyLinear(normalised, folded), config.heads) // [B, h, T, d]
  }) as [Value, Value, Value]
  const place = (part: Value, name: string) => {
    const y = config.qkNorm ? norm(scope.child(name), part, options.norm) : part
    return options.rotary === undefined ? y : rotate(y, options.rotary)
  }
  const mixed = attend(place(query, 'q_norm'), place(key, 'k_norm'), value) // [B, T, C]
  const out = scope.child('proj')
  const weights = linearWeights(out, channels, { features: channels })
  return applyLinear(mixed, options.scale === undefined ? weights : foldScale(out, weights, options.scale))
}

/** softmax(q·kᵀ/√d)·v, heads side by side again: three times [B, h, T, d] → [B, T, h·d]. */
export function attend(query: Value, key: Value, value: Value): Value {
  const [batch, heads, tokens, size] = query.shape
  const scaled = mul(query, 1 / Math.sqrt(staticDim(size)))
  const weights = softmax(matmul(scaled, key, { transB: true })) // [B, h, T, T]
  const mixed = transpose(matmul(weights, value), [0, 2, 1, 3]) // [B, T, h, d]
  return reshape(mixed, [batch!, tokens!, staticDim(heads) * staticDim(size)])
}

/** [B, T, h·d] → [B, h, T, d]. */
function splitHeads(x: Value, heads: number): Value {
  const [batch, tokens, channels] = x.shape
  return transpose(reshape(x, [batch!, tokens!, heads, staticDim(channels) / heads]), [0, 2, 1, 3])
}

const parts = ['query', 'key', 'value'] as const

/**
 * The layers of queries, keys and values. A joint weight is cut, and not what it gives: slices of weights are few and their
 * gradients are padded once a step, those of activations once a chunk.
 */
function projections(scope: Scope, channels: number, { weights, bias }: AttentionConfig): LinearWeights[] {
  const hasBias = [bias !== 'none', bias === 'all', bias !== 'none']
  if (weights === 'separate') {
    const names = ['q_proj', 'k_proj', 'v_proj'] as const
    return names.map((name, i) => linearWeights(scope.child(name), channels, { features: channels, bias: hasBias[i]! }))
  }
  const joint = linearWeights(scope.child('qkv'), channels, { features: 3 * channels, bias: bias === 'all' })
  const own = { query: 'q_bias', key: undefined, value: 'v_bias' } as const
  return parts.map((part, i) => {
    const cut = (x: Value) => slice(x, 0, i * channels, (i + 1) * channels)
    const name = own[part]
    const alone = bias === 'query-value' && name !== undefined ? scope.param(name, [channels], zeroInit) : undefined
    const at = scope.child(part)
    return {
      weight: at.once('weight', () => cut(joint.weight)),
      bias: joint.bias === undefined ? alone : at.once('bias', () => cut(joint.bias!)),
    }
  })
}
