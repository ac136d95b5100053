import * as z from 'zod'
import { mul, type Value } from '../graph/index.ts'
import { type CircleConfig, circleLoss } from './circle.ts'
import { unionOfKinds } from './kinds.ts'
import { type MultiSimilarityConfig, multiSimilarityLoss } from './multi-similarity.ts'
import type { Pairs } from './pairs.ts'
import { type SupervisedContrastConfig, supervisedContrast } from './supervised-contrast.ts'
import { type TripletConfig, tripletLoss } from './triplet.ts'

/** The catalogue of pair losses: what each is set by. A loss is a line here and an entry of `pairLosses`. */
interface PairLossSettings {
  readonly triplet: TripletConfig
  readonly 'multi-similarity': MultiSimilarityConfig
  readonly circle: CircleConfig
  readonly 'supervised-contrastive': SupervisedContrastConfig
}

/** The name of a loss that compares the photos of a batch with each other. */
export type PairLossKind = keyof PairLossSettings

/** `weight` is the loss's factor beside an identity loss. */
type ConfigOf<K extends PairLossKind> = { readonly kind: K; readonly weight: number } & PairLossSettings[K]

/** How the pairs of a batch become a loss; the formulas are at the losses' functions. */
export type PairLossConfig = { readonly [K in PairLossKind]: ConfigOf<K> }[PairLossKind]

/** A loss of one's own by pairs: a scalar. */
export interface OwnPairLoss {
  readonly kind: 'own'
  pairs(pairs: Pairs): Value
}

/** All there is to say of one loss. */
interface PairLoss<K extends PairLossKind> {
  /** What it has when only its kind is named. */
  readonly defaults: ConfigOf<K>
  readonly schema: PairLossSchema<K>
  /** A scalar, not yet weighted. */
  loss(pairs: Pairs, config: PairLossSettings[K]): Value
  /** The most that its margin adds to it, 0 where it has none. */
  largestMargin(config: PairLossSettings[K]): number
}

type PairLossSchema<K extends PairLossKind> = z.ZodObject<
  { kind: z.ZodLiteral<K>; weight: z.ZodNumber } & {
    [P in keyof PairLossSettings[K]]: z.ZodType<PairLossSettings[K][P]>
  },
  z.core.$strict
>

const positive = z.number().positive()
const cosine = z.number().min(-1).max(1)

/**
 * Every pair loss. They see embeddings L2-normalised, as retrieval does, and learn nothing from a batch without two photos of one animal:
 * the sampler `pxk` draws such batches.
 */
const pairLosses: { readonly [K in PairLossKind]: PairLoss<K> } = {
  triplet: {
    defaults: { kind: 'triplet', weight: 1, margin: 0.3, mining: 'batch-hard' },
    schema: z.strictObject({
      kind: z.literal('triplet'),
      weight: positive,
      margin: z.number().min(0).max(2),
      mining: z.enum(['batch-hard', 'semi-hard'], { error: "expected 'batch-hard' or 'semi-hard'" }),
    }),
    loss: tripletLoss,
    largestMargin: ({ margin }) => margin,
  },
  'multi-similarity': {
    defaults: { kind: 'multi-similarity', weight: 1, alpha: 2, beta: 50, base: 0.5, epsilon: 0.1 },
    schema: z.strictObject({
      kind: z.literal('multi-similarity'),
      weight: positive,
      alpha: positive.max(1000),
      beta: positive.max(1000),
      base: cosine,
      epsilon: z.number().min(0).max(2),
    }),
    loss: multiSimilarityLoss,
    largestMargin: () => 0,
  },
  circle: {
    defaults: { kind: 'circle', weight: 1, margin: 0.4, scale: 80 },
    schema: z.strictObject({
      kind: z.literal('circle'),
      weight: positive,
      margin: z.number().min(0).max(1),
      scale: positive.max(1000),
    }),
    loss: circleLoss,
    largestMargin: () => 0,
  },
  'supervised-contrastive': {
    defaults: { kind: 'supervised-contrastive', weight: 1, temperature: 0.1 },
    schema: z.strictObject({
      kind: z.literal('supervised-contrastive'),
      weight: positive,
      temperature: z.number().min(0.01).max(10),
    }),
    loss: supervisedContrast,
    largestMargin: () => 0,
  },
}

/** The names of the pair losses. */
export const pairLossKinds: readonly string[] = Object.keys(pairLosses)

/** A pair loss's settings as they are written in a configuration, `kind` first. */
export const pairLossSchemas = Object.values(pairLosses).map(({ schema }) => schema)

/** A pair loss's settings as they are written in a configuration, beside an identity loss. */
export const pairLossSchema = unionOfKinds(pairLossSchemas)

/** What a pair loss has when only its kind is named. */
export function pairLossDefaults(kind: PairLossKind): PairLossConfig {
  return pairLosses[kind].defaults
}

/** True for the name of a pair loss. */
export function isPairLossKind(name: string): name is PairLossKind {
  return Object.hasOwn(pairLosses, name)
}

/** True for the settings of a pair loss. */
export function isPairLoss<T extends { readonly kind: string }>(loss: T | PairLossConfig): loss is PairLossConfig {
  return isPairLossKind(loss.kind)
}

/** weight · the loss of these pairs, a scalar; one's own has no weight. */
export function pairLoss(pairs: Pairs, config: PairLossConfig | OwnPairLoss): Value {
  if (config.kind === 'own') return config.pairs(pairs)
  return mul(lossOf(config.kind, pairs, config), config.weight)
}

/** The most that a pair loss's margin adds to it. */
export function largestPairMargin(config: PairLossConfig): number {
  return config.weight * marginOf(config.kind, config)
}

function lossOf<K extends PairLossKind>(kind: K, pairs: Pairs, config: ConfigOf<K>): Value {
  return pairLosses[kind].loss(pairs, config)
}

function marginOf<K extends PairLossKind>(kind: K, config: ConfigOf<K>): number {
  return pairLosses[kind].largestMargin(config)
}
