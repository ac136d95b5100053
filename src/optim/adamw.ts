import { add, div, input, mul, sqrt, sub, type Value } from '../graph/index.ts'

/** How fast AdamW forgets, and how strongly weights decay (Loshchilov and Hutter, arXiv:1711.05101, algorithm 2). */
export interface AdamWConfig {
  readonly beta1: number
  readonly beta2: number
  readonly eps: number
  readonly weightDecay: number
}

/** β₁ 0.9, β₂ 0.999, ε 1e-8 (Kingma and Ba, arXiv:1412.6980); decay 0.05, as ConvNeXt and ViTs are trained. */
export const adamwDefaults: AdamWConfig = { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.05 }

/** What changes from step to step, fed as scalars: η, 1 / (1 − β₁ᵗ) and 1 / √(1 − β₂ᵗ) with t counted from 1. */
export interface AdamWInputs {
  readonly learningRate: Value
  readonly correction1: Value
  readonly correction2: Value
}

/** The learning rate is one for all; parameters that began to learn later count their own steps, group by group. */
const nameOf = {
  learningRate: () => 'learningRate',
  correction1: (group: number) => (group === 0 ? 'correction1' : `correction1/${group}`),
  correction2: (group: number) => (group === 0 ? 'correction2' : `correction2/${group}`),
} as const satisfies Record<keyof AdamWInputs, (group: number) => string>

/** The three scalar inputs of a graph's optimiser, for one group of parameters. */
export function adamwInputs(group = 0): AdamWInputs {
  const scalar = (key: keyof AdamWInputs) => input(nameOf[key](group), [])
  return {
    learningRate: scalar('learningRate'),
    correction1: scalar('correction1'),
    correction2: scalar('correction2'),
  }
}

/** Their values at step t = 1, 2, … of the group. */
export function adamwFeeds(t: number, learningRate: number, config: AdamWConfig, group = 0): Record<string, number> {
  return {
    [nameOf.learningRate()]: learningRate,
    [nameOf.correction1(group)]: 1 / (1 - config.beta1 ** t),
    [nameOf.correction2(group)]: 1 / Math.sqrt(1 - config.beta2 ** t),
  }
}

/** One parameter before a step: itself, its gradient and its two moments, all of one shape. */
export interface AdamWState {
  readonly parameter: Value
  readonly gradient: Value
  /** First and second moment. */
  readonly m: Value
  readonly v: Value
}

/**
 * One step of AdamW with decoupled decay (Loshchilov and Hutter, arXiv:1711.05101, algorithm 2):
 * m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; p ← p − η·s·(λp + m̂ / (√v̂ + eps)), with s the parameter's own share of the rate.
 */
export function adamw(
  { parameter, gradient, m, v }: AdamWState,
  inputs: AdamWInputs,
  config: AdamWConfig,
  options: { readonly decay: boolean; readonly rateScale: number },
): { readonly parameter: Value; readonly m: Value; readonly v: Value } {
  const nextM = add(mul(m, config.beta1), mul(gradient, 1 - config.beta1))
  const nextV = add(mul(v, config.beta2), mul(mul(gradient, gradient), 1 - config.beta2))
  const rate = mul(inputs.learningRate, options.rateScale)
  const denominator = add(mul(sqrt(nextV), inputs.correction2), config.eps)
  const update = mul(div(nextM, denominator), mul(rate, inputs.correction1))
  const kept =
    options.decay && config.weightDecay > 0 ? mul(parameter, sub(1, mul(rate, config.weightDecay))) : parameter
  return { parameter: sub(kept, update), m: nextM, v: nextV }
}
