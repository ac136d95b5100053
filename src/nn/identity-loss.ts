import { z } from 'zod'
import {
  add,
  less,
  matmul,
  max,
  mul,
  reduceSum,
  scalar,
  sqrt,
  staticDim,
  sub,
  type Value,
  where,
} from '../graph/index.ts'
import { l2Normalise, oneHot } from './losses.ts'
import type { Scope } from './scope.ts'

/** The catalogue of losses with a weight for each identity: what each is set by. A loss is a line here and an entry of `identityLosses`. */
interface LossSettings {
  readonly arcface: { readonly marginRad: number; readonly scale: number }
  readonly cosface: { readonly margin: number; readonly scale: number }
  readonly softmax: object
}

/** The name of a loss that tells individuals apart, as a configuration says it. */
export type IdentityLossKind = keyof LossSettings

type ConfigOf<K extends IdentityLossKind> = { readonly kind: K } & LossSettings[K]

/** How embeddings e [B, D] and identity weights W [N, D] become logits; the formulas are at `identityLosses`. */
export type IdentityLossConfig = { readonly [K in IdentityLossKind]: ConfigOf<K> }[IdentityLossKind]

/** What logits are made of. */
interface LogitInputs {
  /** [B, D], not normalised. */
  readonly embeddings: Value
  /** [N, D]. */
  readonly weight: Value
  /** [B, N]: one at the true identity. */
  readonly target: Value
  /** Share of the margin that is in force, a scalar from 0 to 1; all of it unless given. */
  readonly marginShare: Value | undefined
}

/** All there is to say of one loss. */
interface IdentityLoss<K extends IdentityLossKind> {
  /** What it has when only its kind is named. */
  readonly defaults: ConfigOf<K>
  readonly schema: LossSchema<K>
  /** [B, N]. */
  logits(inputs: LogitInputs, config: ConfigOf<K>): Value
  /** The most that its margin takes from a logit, 0 where it has none. By so much a loss may rise while the margin grows. */
  largestMargin(config: ConfigOf<K>): number
}

type LossSchema<K extends IdentityLossKind> = z.ZodObject<
  { kind: z.ZodLiteral<K> } & { [P in keyof LossSettings[K]]: z.ZodType<LossSettings[K][P]> },
  z.core.$strict
>

/** sin θ is √max(1 − cos²θ, this): finite gradients at cos θ = ±1, where float32 resolves no finer anyway. */
const sineSquaredFloor = 1e-6

const margin = z.number().min(0).max(1.5)
const scale = z.number().positive()

/**
 * Every identity loss, with θ the angle between an embedding and an identity's weight, s the scale and m the margin.
 * - arcface: s·cos(θ + m) for the true identity, s·cos θ for others (Deng et al., arXiv:1801.07698, eq. 3)
 * - cosface: s·(cos θ − m) for the true identity (Wang et al., arXiv:1801.09414, eq. 4)
 * - softmax: e·Wᵀ, no normalisation and no margin
 */
const identityLosses: { readonly [K in IdentityLossKind]: IdentityLoss<K> } = {
  arcface: {
    defaults: { kind: 'arcface', marginRad: 0.5, scale: 30 },
    schema: z.strictObject({ kind: z.literal('arcface'), marginRad: margin, scale }),
    logits: (inputs, { marginRad, scale }) =>
      marginLogits(inputs, scale, (own) => sub(addedAngle(own, marginRad), own)),
    // cos θ − cos(θ + m) ≤ 2 sin(m/2); past θ + m = π the line takes m·sin m
    largestMargin: ({ marginRad: m, scale }) => scale * Math.max(2 * Math.sin(m / 2), m * Math.sin(m)),
  },
  cosface: {
    defaults: { kind: 'cosface', margin: 0.35, scale: 30 },
    schema: z.strictObject({ kind: z.literal('cosface'), margin, scale }),
    logits: (inputs, config) => marginLogits(inputs, config.scale, () => scalar(-config.margin)),
    largestMargin: (config) => config.scale * config.margin,
  },
  softmax: {
    defaults: { kind: 'softmax' },
    schema: z.strictObject({ kind: z.literal('softmax') }),
    logits: ({ embeddings, weight }) => matmul(embeddings, weight, { transB: true }),
    largestMargin: () => 0,
  },
}

/** m = 0.5 rad, s = 30. */
export const arcfaceDefaults = identityLosses.arcface.defaults
/** m = 0.35, s = 30. */
export const cosfaceDefaults = identityLosses.cosface.defaults

/** What a loss has when only its kind is named. */
export function identityLossDefaults(kind: IdentityLossKind): IdentityLossConfig {
  return identityLosses[kind].defaults
}

/** True for a name in the catalogue. */
export function isIdentityLossKind(name: string): name is IdentityLossKind {
  return Object.hasOwn(identityLosses, name)
}

/** A loss's settings as they are written in a configuration, `kind` first. */
export const identityLossSchemas = Object.values(identityLosses).map(({ schema }) => schema)

/** Logits [B, identities] of embeddings [B, D] for labels int32 [B]; W is the parameter `weight` [identities, D]. */
export function identityLogits(
  scope: Scope,
  embeddings: Value,
  labels: Value,
  options: {
    readonly identities: number
    readonly loss: IdentityLossConfig
    /** Share of the margin that is in force, a scalar from 0 to 1; all of it unless given. */
    readonly marginShare?: Value | undefined
  },
): Value {
  const { identities, loss, marginShare } = options
  const weight = scope.param('weight', [identities, staticDim(embeddings.shape[1])], { kind: 'xavierUniform' })
  return logitsOf(loss.kind, { embeddings, weight, target: oneHot(labels, identities), marginShare }, loss)
}

/** The most that a loss's margin takes from a logit. */
export function largestLogitMargin(loss: IdentityLossConfig): number {
  return marginOf(loss.kind, loss)
}

/**
 * cos(θ + m) of cos θ while θ + m ≤ π; past it the line cos θ − m·sin m, which goes on falling: the loss stays monotone in θ.
 */
export function addedAngle(cosine: Value, marginRad: number): Value {
  const sine = sqrt(max(sub(1, mul(cosine, cosine)), sineSquaredFloor))
  const turned = sub(mul(cosine, Math.cos(marginRad)), mul(sine, Math.sin(marginRad)))
  const beyond = sub(cosine, marginRad * Math.sin(marginRad))
  return where(less(Math.cos(Math.PI - marginRad), cosine), turned, beyond)
}

/** s·cos θ, and for the true identity s·(cos θ + change), where `change` is made of its cosines [B, 1]. */
function marginLogits(
  { embeddings, weight, target, marginShare }: LogitInputs,
  scale: number,
  change: (own: Value) => Value,
): Value {
  const cosines = matmul(l2Normalise(embeddings), l2Normalise(weight), { transB: true })
  const own = reduceSum(mul(cosines, target), { axes: [1], keepDims: true }) // [B, 1]
  const inForce = marginShare === undefined ? change(own) : mul(change(own), marginShare)
  return mul(add(cosines, mul(target, inForce)), scale)
}

function logitsOf<K extends IdentityLossKind>(kind: K, inputs: LogitInputs, config: ConfigOf<K>): Value {
  return identityLosses[kind].logits(inputs, config)
}

function marginOf<K extends IdentityLossKind>(kind: K, config: ConfigOf<K>): number {
  return identityLosses[kind].largestMargin(config)
}
