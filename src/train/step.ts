import { gradient } from '../autodiff/index.ts'
import { check } from '../base/index.ts'
import { type Graph, input, reshape, type Value } from '../graph/index.ts'
import { pixelStatistics, type ReIdConfig, reidBackbone, reidLoss } from '../models/index.ts'
import {
  augment,
  type IdentityLossConfig,
  type ParamSpec,
  type RandomSpec,
  Scope,
  type StatisticSpec,
} from '../nn/index.ts'
import {
  type AdamWConfig,
  adamw,
  adamwInputs,
  clipByGlobalNorm,
  globalNorm,
  movingAverage,
  type RateConfig,
  rateScale,
} from '../optim/index.ts'

/** Everything that decides the graph of a training step. */
export interface StepConfig {
  readonly model: ReIdConfig
  readonly loss: IdentityLossConfig
  readonly labelSmoothing: number
  readonly identities: number
  readonly batchSize: number
  /** Photos that pass the backbone together, so that their activations stay in the cache. */
  readonly chunk: number
  readonly heightPx: number
  readonly widthPx: number
  readonly optimiser: AdamWConfig
  readonly rates: RateConfig
  /** Largest global norm of the gradients; null for no clipping. */
  readonly clipNorm: number | null
  /** Decay of the averaged weights; null for none. */
  readonly emaDecay: number | null
}

/** A training step as one graph, and what must be kept and fed for it. */
export interface StepPlan {
  /** Outputs `loss`, `gradientNorm` and `next/<name>` for every tensor of the state. */
  readonly graph: Graph
  readonly params: readonly ParamSpec[]
  readonly statistics: readonly StatisticSpec[]
  readonly randoms: readonly RandomSpec[]
  readonly ema: boolean
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
  const params = scope.params()
  const raw = gradient(
    loss,
    params.map(({ value }) => value),
  ).map(flat)
  const gradientNorm = globalNorm(raw)
  const gradients = config.clipNorm === null ? raw : clipByGlobalNorm(raw, gradientNorm, config.clipNorm)
  const outputs: Record<string, Value> = { loss, gradientNorm }
  const scalars = adamwInputs()
  params.forEach(({ spec, value }, i) => {
    const { name, shape } = spec
    const [m, v] = [input(`m/${name}`, shape), input(`v/${name}`, shape)]
    const state = { parameter: flat(value), gradient: gradients[i]!, m: flat(m), v: flat(v) }
    const options = { decay: spec.decay, rateScale: rateScale(name, backbone, config.rates) }
    const next = adamw(state, scalars, config.optimiser, options)
    outputs[`next/${name}`] = reshape(next.parameter, shape)
    outputs[`next/m/${name}`] = reshape(next.m, shape)
    outputs[`next/v/${name}`] = reshape(next.v, shape)
    if (config.emaDecay !== null) {
      const average = movingAverage(flat(input(`ema/${name}`, shape)), next.parameter, config.emaDecay)
      outputs[`next/ema/${name}`] = reshape(average, shape)
    }
  })
  for (const { spec, next } of scope.statistics()) outputs[`next/${spec.name}`] = next!
  return {
    graph: { outputs },
    params: params.map(({ spec }) => spec),
    statistics: scope.statistics().map(({ spec }) => spec),
    randoms: scope.randoms(),
    ema: config.emaDecay !== null,
  }
}

/**
 * Shapes that end in 1, as [1024, 256, 1, 1], in one row: ONNX Runtime multiplies them by a scalar element by element, 60 × slower
 * (8 ms instead of 0.1 ms for that one).
 */
function flat(x: Value): Value {
  return x.shape.length > 1 && x.shape[x.shape.length - 1] === 1 ? reshape(x, [-1]) : x
}
