import { check } from '../base/index.ts'
import { input } from '../graph/index.ts'
import { roundProducts, roundWeightGradients } from '../lower/index.ts'
import { pixelStatistics, type ReIdConfig, reidBackbone, reidLoss, weightPrecision } from '../models/index.ts'
import { augment, type LossOptions, Scope } from '../nn/index.ts'
import { lossScaleDefaults } from '../optim/index.ts'
import { forwardOf, inHalf } from './forward.ts'
import { type StepPlan, stepPlan, type UpdateConfig } from './updates.ts'

/** Everything that decides the graph of a training step. */
export interface StepConfig extends UpdateConfig, Omit<LossOptions, 'marginShare'> {
  readonly model: ReIdConfig
  readonly batchSize: number
  /** Photos that pass the backbone together, so that their activations stay in the cache. */
  readonly chunk: number
  readonly heightPx: number
  readonly widthPx: number
  readonly precision: StepPrecision
}

/**
 * How a step computes. int8: the products of the backbone's blocks in whole numbers, forward and backward. int8-products: the same but for the
 * gradients of the weights, for comparison; no configuration asks for it. fp16: the backbone's products, convolutions and activations in float16,
 * and a scaled loss.
 */
export type StepPrecision = 'fp32' | 'fp16' | 'int8' | 'int8-products'

/**
 * Forward, loss, backward, clipping and AdamW. Inputs: `pixels` uint8 [B, H, W, 3], `labels` int32 [B], the augmentation's
 * `affine`, `color`, `erase`, `marginShare`, the optimiser's scalars, the state: `<name>`, `m/<name>`, `v/<name>`, and `ema/<name>`.
 */
export function stepGraph(config: StepConfig): StepPlan {
  const { batchSize, heightPx, widthPx } = config
  check(
    !config.precision.startsWith('int8') || config.packed !== true,
    'precision: int8 rounds parameters one by one, expected a step that is not packed',
  )
  const backbone = reidBackbone(config.model)
  const { stridePx } = backbone
  check(
    heightPx % stridePx === 0 && widthPx % stridePx === 0,
    `image size, expected multiples of ${stridePx}, got ${heightPx} × ${widthPx}`,
  )
  const scope = Scope.root('training')
  const labels = input('labels', [batchSize], 'int32')
  const augmentation = {
    affine: input('affine', [batchSize, 2, 3]),
    color: input('color', [batchSize, 3, 4]),
    erase: input('erase', [batchSize, 4]),
  }
  const pixels = input('pixels', [batchSize, heightPx, widthPx, 3], 'uint8')
  const x = augment(pixels, augmentation, pixelStatistics[config.model.pixels])
  const { loss } = reidLoss(scope, x, labels, config.model, { ...config, marginShare: input('marginShare', []) })
  const forward = forwardOf(scope, loss)
  const own = [...scope.params(), ...scope.statistics()].map(({ spec }) => spec.name)
  const precisions = weightPrecision(own)
  if (config.precision === 'fp16') {
    const options = { ...config, lossScale: config.lossScale ?? lossScaleDefaults }
    return stepPlan(scope, inHalf(forward, precisions), backbone, options)
  }
  const plan = stepPlan(scope, forward, backbone, config)
  if (config.precision === 'fp32') return plan
  const graph = roundProducts(plan.graph, precisions.rounded)
  return { ...plan, graph: config.precision === 'int8' ? roundWeightGradients(graph) : graph }
}
