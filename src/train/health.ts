import { type IdentityLossConfig, largestMargin } from '../nn/index.ts'
import type { Tensor } from '../tensor/index.ts'

/** A loss this many times the first one, and what the margin may add, is an explosion. */
const explosion = 5

/**
 * The largest loss that is still taken for training: 5 · max(1, first loss) + share · (the most that the margin takes from a logit).
 * The first loss was measured with little or no margin where the margin warms up, and rises with it.
 */
export function lossLimit(firstLoss: number, loss: IdentityLossConfig, marginShare: number): number {
  return explosion * Math.max(1, firstLoss) + marginShare * largestMargin(loss)
}

/** The name of the first tensor with NaN or infinity in it. Σ|x| of float32 does not overflow a double. */
export function firstNotFinite(tensors: Readonly<Record<string, Tensor>>): string | undefined {
  return Object.keys(tensors).find((name) => {
    const data = tensors[name]!.data as Float32Array
    let sum = 0
    for (let i = 0; i < data.length; i++) sum += Math.abs(data[i]!)
    return !Number.isFinite(sum)
  })
}
