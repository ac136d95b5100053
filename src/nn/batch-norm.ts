import { add, div, mul, reduceMean, sqrt, staticDim, sub, type Value } from '../graph/index.ts'
import { oneInit, type Scope, zeroInit } from './scope.ts'

/** (x − mean) / √(variance + eps) · γ + β over the batch, with running statistics for inference. */
export interface BatchNormConfig {
  readonly eps: number
  /** Share of the new batch in the running statistics. */
  readonly momentum: number
  /** Whether a shift is learned. */
  readonly bias: boolean
}

/** PyTorch's: eps 1e-5, a tenth of each new batch, a learned shift. */
export const batchNormDefaults: BatchNormConfig = { eps: 1e-5, momentum: 0.1, bias: true }

/**
 * Batch normalisation of vectors x [B, D] (Ioffe and Szegedy, arXiv:1502.03167): training uses the batch's mean and biased
 * variance and moves `running_mean` and `running_var` (unbiased) by `momentum`; inference uses those. As the neck between
 * pooling and the margin loss it is the BNNeck of Luo et al. (arXiv:1903.07071).
 */
export function batchNorm(scope: Scope, x: Value, config: BatchNormConfig = batchNormDefaults): Value {
  const size = staticDim(x.shape[1])
  const weight = scope.param('weight', [size], oneInit)
  const bias = config.bias ? scope.param('bias', [size], zeroInit) : undefined
  const runningMean = scope.statistic('running_mean', [size], zeroInit)
  const runningVar = scope.statistic('running_var', [size], oneInit)
  if (scope.mode === 'inference') return scaleShift(sub(x, runningMean), runningVar, weight, bias, config.eps)
  const count = staticDim(x.shape[0])
  const mean = reduceMean(x, { axes: [0] }) // [D]
  const deviation = sub(x, mean)
  const variance = reduceMean(mul(deviation, deviation), { axes: [0] }) // [D]
  const move = (running: Value, now: Value) => add(mul(running, 1 - config.momentum), mul(now, config.momentum))
  scope.updateStatistic('running_mean', move(runningMean, mean))
  scope.updateStatistic('running_var', move(runningVar, mul(variance, count / Math.max(1, count - 1))))
  return scaleShift(deviation, variance, weight, bias, config.eps)
}

function scaleShift(deviation: Value, variance: Value, weight: Value, bias: Value | undefined, eps: number): Value {
  const scaled = mul(deviation, div(weight, sqrt(add(variance, eps))))
  return bias === undefined ? scaled : add(scaled, bias)
}
