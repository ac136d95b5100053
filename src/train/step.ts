import { check } from '../base/index.ts'
import { input } from '../graph/index.ts'
import { roundProducts } from '../lower/index.ts'
import { pixelStatistics, type ReIdConfig, reidBackbone, reidLoss } from '../models/index.ts'
import { augment, type LossOptions, Scope } from '../nn/index.ts'
import { type StepPlan, stepPlan, type UpdateConfig } from './updates.ts'

/** Everything that decides the graph of a training step. */
export interface StepConfig extends UpdateConfig, Omit<LossOptions, 'marginShare'> {
  readonly model: ReIdConfig
  readonly batchSize: number
  /** Photos that pass the backbone together, so that their activations stay in the cache. */
  readonly chunk: number
  readonly heightPx: number
  readonly widthPx: number
  /** 'int8': the backbone's products with its weights in whole numbers, forward and backward, but the gradients of the weights. */
  readonly precision: 'fp32' | 'int8'
}

/**
 * Forward, loss, backward, clipping and AdamW. Inputs: `pixels` uint8 [B, H, W, 3], `labels` int32 [B], the augmentation's
 * `affine`, `color`, `erase`, `marginShare`, the optimiser's scalars, the state: `<name>`, `m/<name>`, `v/<name>`, and `ema/<name>`.
 */
export function stepGraph(config: StepConfig): StepPlan {
  const { batchSize, heightPx, widthPx } = config
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
  const plan = stepPlan(scope, loss, backbone, config)
  if (config.precision === 'fp32') return plan
  // neck and classifier are small, and the loss is sensitive to what they round
  const weights = plan.params.map(({ name }) => name).filter((name) => name.startsWith('backbone.'))
  return { ...plan, graph: roundProducts(plan.graph, new Set(weights)) }
}
