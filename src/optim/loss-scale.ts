import { add, div, equal, input, less, mul, type Value, where } from '../graph/index.ts'
import { filled, type Tensor } from '../tensor/index.ts'

/** How the factor grows and shrinks by which a loss is multiplied before it is differentiated. */
export interface LossScaleConfig {
  readonly initial: number
  /** What it is multiplied by after `interval` steps in a row whose gradients were finite. */
  readonly growth: number
  /** What it is multiplied by after a step whose gradients were not. */
  readonly backoff: number
  readonly interval: number
}

/** PyTorch's GradScaler: 65,536 at first, doubled after 2,000 good steps, halved after a bad one. */
export const lossScaleDefaults: LossScaleConfig = { initial: 65536, growth: 2, backoff: 0.5, interval: 2000 }

/** The state of a loss scale, scalars that a step carries over. */
export interface LossScale {
  readonly scale: Value
  /** Good steps since the scale changed. */
  readonly goodSteps: Value
}

const nameOf = { scale: 'scaler/scale', goodSteps: 'scaler/goodSteps' } as const satisfies Record<
  keyof LossScale,
  string
>

/** The two inputs of a graph, `scaler/scale` and `scaler/goodSteps`. */
export function lossScaleInputs(): LossScale {
  return { scale: input(nameOf.scale, []), goodSteps: input(nameOf.goodSteps, []) }
}

/** Their values before the first step, by name. */
export function lossScaleState({ initial }: LossScaleConfig): Record<string, Tensor> {
  return { [nameOf.scale]: filled([], initial), [nameOf.goodSteps]: filled([], 0) }
}

/** The largest float32: less than infinity, and no NaN is less than it. */
const largestFloat32 = 3.4028234663852886e38

/** True where a norm of gradients is a number: then they all are. */
export function isFinite(norm: Value): Value {
  return less(norm, largestFloat32)
}

/** The gradients of the loss, from those of the loss times the scale: g / scale. */
export function unscaled(gradients: readonly Value[], { scale }: LossScale): Value[] {
  const inverse = div(1, scale)
  return gradients.map((g) => mul(g, inverse))
}

/**
 * The scale after a step, by name (Micikevicius et al., arXiv:1710.03740, section 3.2; PyTorch's GradScaler): times `backoff` where the gradients were not
 * finite, times `growth` after `interval` steps in a row where they were, unless it would then be infinite.
 */
export function nextLossScale(
  { scale, goodSteps }: LossScale,
  finite: Value,
  { growth, backoff, interval }: LossScaleConfig,
): Record<string, Value> {
  const counted = add(goodSteps, 1)
  const isDue = equal(counted, interval)
  const larger = mul(scale, growth)
  const grown = where(isFinite(larger), larger, scale)
  return {
    [nameOf.scale]: where(finite, where(isDue, grown, scale), mul(scale, backoff)),
    [nameOf.goodSteps]: where(finite, where(isDue, 0, counted), 0),
  }
}
