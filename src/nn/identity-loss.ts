import * as z from 'zod'
import { invariant } from '../base/index.ts'
import { matmul, scalar, staticDim, sub, type Value } from '../graph/index.ts'
import { type AdaFaceConfig, adaFaceChange } from './adaface.ts'
import { type DynamicMarginConfig, dynamicMarginChange } from './dynamic-margin.ts'
import { oneHot } from './losses.ts'
import { addedAngle, fixedAngle, type LogitInputs, marginLogits } from './margin-logits.ts'
import type { Scope } from './scope.ts'
import { nearestCenterCosines } from './sub-center.ts'

/** The catalogue of losses with a weight for each identity: what each is set by. A loss is a line here and an entry of `identityLosses`. */
interface LossSettings {
  readonly arcface: { readonly marginRad: number; readonly scale: number }
  readonly cosface: { readonly margin: number; readonly scale: number }
  readonly softmax: object
  readonly 'sub-center-arcface': { readonly marginRad: number; readonly scale: number; readonly centers: number }
  readonly 'dynamic-margin-arcface': DynamicMarginConfig & { readonly scale: number }
  readonly adaface: AdaFaceConfig & { readonly scale: number }
}

/** The name of a loss with a weight for each identity, as a configuration says it. */
export type IdentityLossKind = keyof LossSettings

type ConfigOf<K extends IdentityLossKind> = { readonly kind: K } & LossSettings[K]

/** How embeddings e [B, D] and identity weights W [N, D] become logits; the formulas are at `identityLosses`. */
export type IdentityLossConfig = { readonly [K in IdentityLossKind]: ConfigOf<K> }[IdentityLossKind]

/** A loss of one's own with a weight for each identity: logits [B, N], which cross-entropy follows. */
export interface OwnLogits {
  readonly kind: 'own'
  logits(inputs: LogitInputs): Value
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
  /** Rows of the weight for each identity; one unless told. */
  weightRows?(config: ConfigOf<K>): number
}

type LossSchema<K extends IdentityLossKind> = z.ZodObject<
  { kind: z.ZodLiteral<K> } & { [P in keyof LossSettings[K]]: z.ZodType<LossSettings[K][P]> },
  z.core.$strict
>

const margin = z.number().min(0).max(1.5)
const scale = z.number().positive()

/** cos θ − cos(θ + m) ≤ 2 sin(m/2); past θ + m = π the line takes m·sin m. */
const mostOfAngle = (rad: number) => Math.max(2 * Math.sin(rad / 2), rad * Math.sin(rad))

/**
 * Every identity loss, with θ the angle between an embedding and an identity's weight, s the scale and m the margin.
 * - arcface: s·cos(θ + m) for the true identity, s·cos θ for others (Deng et al., arXiv:1801.07698, eq. 3)
 * - cosface: s·(cos θ − m) for the true identity (Wang et al., arXiv:1801.09414, eq. 4)
 * - softmax: e·Wᵀ, no normalisation and no margin
 * - sub-center-arcface: ArcFace with θ to the nearest of an identity's centres (Deng et al., ECCV 2020)
 * - dynamic-margin-arcface: ArcFace with a margin that is larger for identities of few photos (Ha et al., arXiv:2010.05350)
 * - adaface: the margin follows the embedding's norm (Kim et al., arXiv:2204.00964)
 */
const identityLosses: { readonly [K in IdentityLossKind]: IdentityLoss<K> } = {
  arcface: {
    defaults: { kind: 'arcface', marginRad: 0.5, scale: 30 },
    schema: z.strictObject({ kind: z.literal('arcface'), marginRad: margin, scale }),
    logits: (inputs, { marginRad, scale }) => marginLogits(inputs, scale, angleChange(marginRad)),
    largestMargin: ({ marginRad, scale }) => scale * mostOfAngle(marginRad),
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
  'sub-center-arcface': {
    defaults: { kind: 'sub-center-arcface', marginRad: 0.5, scale: 30, centers: 3 },
    schema: z.strictObject({
      kind: z.literal('sub-center-arcface'),
      marginRad: margin,
      scale,
      centers: z.int().min(1).max(64),
    }),
    logits: (inputs, { marginRad, scale, centers }) =>
      marginLogits(inputs, scale, angleChange(marginRad), nearestCenterCosines(inputs, centers)),
    largestMargin: ({ marginRad, scale }) => scale * mostOfAngle(marginRad),
    weightRows: ({ centers }) => centers,
  },
  'dynamic-margin-arcface': {
    defaults: { kind: 'dynamic-margin-arcface', marginRad: 0.5, smallestRad: 0.2, power: 0.25, scale: 30 },
    schema: z.strictObject({
      kind: z.literal('dynamic-margin-arcface'),
      marginRad: margin,
      smallestRad: margin,
      power: z.number().positive().max(4),
      scale,
    }),
    logits: (inputs, config) => marginLogits(inputs, config.scale, (own) => dynamicMarginChange(own, inputs, config)),
    largestMargin: ({ marginRad, smallestRad, scale }) => scale * mostOfAngle(Math.max(marginRad, smallestRad)),
  },
  adaface: {
    defaults: { kind: 'adaface', margin: 0.4, concentration: 0.333, decay: 0.99, scale: 30 },
    schema: z.strictObject({
      kind: z.literal('adaface'),
      margin,
      concentration: z.number().positive(),
      decay: z.number().min(0).lt(1),
      scale,
    }),
    logits: (inputs, config) => marginLogits(inputs, config.scale, (own) => adaFaceChange(own, inputs, config)),
    largestMargin: (config) => config.scale * 2 * config.margin, // of the largest norms, whose cosine loses it whole
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

/** Logits [B, identities] of embeddings [B, D] for labels int32 [B]; W is the parameter `weight`, [identities, D] unless the loss has more rows. */
export function identityLogits(
  scope: Scope,
  embeddings: Value,
  labels: Value,
  options: {
    readonly identities: number
    readonly loss: IdentityLossConfig | OwnLogits
    /** Training photos of each identity; one each unless given. */
    readonly photosPerIdentity?: readonly number[] | undefined
    /** Share of the margin that is in force, a scalar from 0 to 1; all of it unless given. */
    readonly marginShare?: Value | undefined
  },
): Value {
  const { identities, loss, marginShare } = options
  const photosPerIdentity = options.photosPerIdentity ?? new Array<number>(identities).fill(1)
  invariant(photosPerIdentity.length === identities, 'a number of photos for each identity')
  const rows = loss.kind === 'own' ? 1 : rowsOf(loss.kind, loss)
  const shape = [identities * rows, staticDim(embeddings.shape[1])]
  const weight = scope.param('weight', shape, { kind: 'xavierUniform' })
  const target = oneHot(labels, identities)
  const inputs = { scope, embeddings, weight, target, photosPerIdentity, marginShare }
  return loss.kind === 'own' ? loss.logits(inputs) : logitsOf(loss.kind, inputs, loss)
}

/** The most that a loss's margin takes from a logit. */
export function largestLogitMargin(loss: IdentityLossConfig): number {
  return marginOf(loss.kind, loss)
}

/** What a fixed added angle takes from cosines. */
function angleChange(marginRad: number): (own: Value) => Value {
  return (own) => sub(addedAngle(own, fixedAngle(marginRad)), own)
}

function logitsOf<K extends IdentityLossKind>(kind: K, inputs: LogitInputs, config: ConfigOf<K>): Value {
  return identityLosses[kind].logits(inputs, config)
}

function marginOf<K extends IdentityLossKind>(kind: K, config: ConfigOf<K>): number {
  return identityLosses[kind].largestMargin(config)
}

function rowsOf<K extends IdentityLossKind>(kind: K, config: ConfigOf<K>): number {
  return identityLosses[kind].weightRows?.(config) ?? 1
}
