import { add, type Value } from '../graph/index.ts'
import { photoWeights } from './class-balance.ts'
import {
  type IdentityLossConfig,
  type IdentityLossKind,
  identityLogits,
  identityLossDefaults,
  identityLossSchemas,
  isIdentityLossKind,
  largestLogitMargin,
  type OwnLogits,
} from './identity-loss.ts'
import { unionOfKinds } from './kinds.ts'
import { crossEntropy, oneHot } from './losses.ts'
import { memoryBank } from './memory-bank.ts'
import {
  isPairLoss,
  isPairLossKind,
  largestPairMargin,
  type OwnPairLoss,
  type PairLossConfig,
  type PairLossKind,
  pairLoss,
  pairLossDefaults,
  pairLossSchemas,
} from './pair-loss.ts'
import { pairsOf } from './pairs.ts'
import type { Scope } from './scope.ts'

/** The name of a loss, as a configuration says it. */
export type LossKind = IdentityLossKind | PairLossKind

/** A loss that tells individuals apart: by a weight for each of them, or by pairs of photos. */
export type LossConfig = IdentityLossConfig | PairLossConfig

/** A loss's settings as they are written in a configuration, `kind` first. */
export const lossSchema = unionOfKinds([...identityLossSchemas, ...pairLossSchemas])

/** True for a name in one of the catalogues. */
export function isLossKind(name: string): name is LossKind {
  return isIdentityLossKind(name) || isPairLossKind(name)
}

/** What a loss has when only its kind is named. */
export function lossDefaults(kind: LossKind): LossConfig {
  return isPairLossKind(kind) ? pairLossDefaults(kind) : identityLossDefaults(kind)
}

/** The most that a loss's margin takes from a logit, or adds to a pair loss: by so much it may rise while the margin grows. */
export function largestMargin(loss: LossConfig): number {
  return isPairLoss(loss) ? largestPairMargin(loss) : largestLogitMargin(loss)
}

/** What the loss of a batch is made of. */
export interface LossOptions {
  /** N, the individuals. */
  readonly identities: number
  readonly loss: LossConfig | OwnLogits | OwnPairLoss
  readonly labelSmoothing: number
  /** Share of the margin of an identity loss that is in force, a scalar from 0 to 1; all of it unless given. */
  readonly marginShare?: Value | undefined
  /** Added to `loss`; null for none. */
  readonly pairLoss?: PairLossConfig | OwnPairLoss | null | undefined
  /** N numbers, the training photos of each individual; one each unless given. */
  readonly photosPerIdentity?: readonly number[] | undefined
  /** β of the effective number by which an identity loss weighs photos; 0 weighs all alike. */
  readonly classBalance?: number | undefined
  /** M, embeddings of earlier batches that pair losses compare with as well; 0 for none. */
  readonly memoryBank?: number | undefined
}

/**
 * The loss of embeddings [B, D], not normalised, with labels int32 [B], a scalar: mean cross-entropy of an identity loss's logits or a pair
 * loss, and what `pairLoss` adds.
 */
export function trainingLoss(scope: Scope, embeddings: Value, labels: Value, options: LossOptions): Value {
  const { loss, pairLoss: added = null, memoryBank: size = 0 } = options
  if (!isOfPairs(loss) && added === null) return identityLoss(scope, embeddings, labels, { ...options, loss })
  const remembered = size > 0 ? memoryBank(scope.child('head').child('bank'), size, embeddings, labels) : undefined
  const pairs = pairsOf(embeddings, labels, remembered)
  const main = isOfPairs(loss) ? pairLoss(pairs, loss) : identityLoss(scope, embeddings, labels, { ...options, loss })
  return added === null ? main : add(main, pairLoss(pairs, added))
}

function identityLoss(
  scope: Scope,
  embeddings: Value,
  labels: Value,
  options: LossOptions & { readonly loss: IdentityLossConfig | OwnLogits },
): Value {
  const logits = identityLogits(scope.child('head'), embeddings, labels, options) // [B, N]
  const { identities, labelSmoothing, photosPerIdentity, classBalance: beta = 0 } = options
  const weights =
    beta === 0 || photosPerIdentity === undefined
      ? undefined
      : photoWeights(oneHot(labels, identities), photosPerIdentity, beta)
  return crossEntropy(logits, labels, labelSmoothing, weights)
}

function isOfPairs(loss: LossOptions['loss']): loss is PairLossConfig | OwnPairLoss {
  return loss.kind === 'own' ? 'pairs' in loss : isPairLoss(loss)
}
