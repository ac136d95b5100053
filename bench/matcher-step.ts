import { input, matmul, reshape, slice, type Value } from '../src/graph/index.ts'
import { type CoatNetworkConfig, coatNetwork, coatStridePx } from '../src/models/index.ts'
import { l2Normalise, type MatchLossConfig, matchLoss, Scope } from '../src/nn/index.ts'
import { type AdamWConfig, adamwDefaults, type Layered, rateDefaults } from '../src/optim/index.ts'
import { type StepPlan, stepPlan } from '../src/train/index.ts'
import { type BatchShape, rowsOf } from './matcher-batches.ts'

/** A step's network, batch and loss. */
export interface MatcherStepConfig {
  readonly network: CoatNetworkConfig
  readonly batch: BatchShape
  readonly loss: MatchLossConfig
}

/** AdamW with a fifth of the usual decay: the network is small. */
export const matcherOptimiser: AdamWConfig = { ...adamwDefaults, weightDecay: 0.01 }

/** One layer for all parameters. */
const wholeNetwork: Layered = { layers: 1, layerOf: () => 1 }

/** The step as one graph, with `right` beside the loss: the share of pairs that are each other's nearest. */
export function matcherStep(config: MatcherStepConfig): StepPlan {
  const scope = Scope.root('training')
  const { loss, right } = matcherLoss(scope, config)
  const plan = stepPlan(scope, loss, wholeNetwork, {
    optimiser: matcherOptimiser,
    rates: rateDefaults,
    clipNorm: 1,
    emaDecay: null,
  })
  return { ...plan, graph: { ...plan.graph, outputs: { ...plan.graph.outputs, right } } }
}

/** The loss of a batch as `drawBatch` feeds it. */
export function matcherLoss(scope: Scope, { network, batch, loss }: MatcherStepConfig): { loss: Value; right: Value } {
  const { groups, sizePx } = batch
  const [rows, cells, photos] = [rowsOf(batch), (sizePx / coatStridePx) ** 2, 4 * groups]
  const maps = coatNetwork(scope, input('photos', [photos, sizePx, sizePx, 1]), network)
  const reading = input('reading', [photos, rows, cells])
  const places = l2Normalise(matmul(reading, maps.descriptors)) // [4G, M, D]
  const sure = matmul(reading, reshape(maps.reliability, [photos, cells, 1])) // [4G, M, 1]
  const side = (x: Value, b: 0 | 1, rest: readonly number[]) =>
    reshape(slice(x, 0, b * 2 * groups, (b + 1) * 2 * groups), [groups, 2 * rows, ...rest])
  return matchLoss(
    {
      a: side(places, 0, [network.dim]),
      b: side(places, 1, [network.dim]),
      reliabilityA: side(sure, 0, []),
      reliabilityB: side(sure, 1, []),
      isPair: input('isPair', [groups, 2 * rows]),
      isPlace: input('isPlace', [groups, 2 * rows]),
    },
    loss,
  )
}
