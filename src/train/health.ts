import { unreachable } from '../base/index.ts'
import type { IdentityLossConfig } from '../nn/index.ts'
import type { Tensor } from '../tensor/index.ts'

/** A loss this many times the first one, and what the margin may add, is an explosion. */
const explosion = 5

/**
 * The largest loss that is still taken for training: 5 · max(1, first loss) + scale · share · (the most that the margin takes from
 * a cosine). The first loss was measured with little or no margin where the margin warms up, and rises with it.
 */
export function lossLimit(firstLoss: number, loss: IdentityLossConfig, marginShare: number): number {
  return explosion * Math.max(1, firstLoss) + marginShare * largestMargin(loss)
}

function largestMargin(loss: IdentityLossConfig): number {
  switch (loss.kind) {
    case 'arcface': {
      const m = loss.marginRad
      // cos θ − cos(θ + m) ≤ 2 sin(m/2); past θ + m = π the line takes m·sin m
      return loss.scale * Math.max(2 * Math.sin(m / 2), m * Math.sin(m))
    }
    case 'cosface':
      return loss.scale * loss.margin
    case 'softmax':
      return 0
    default:
      return unreachable(loss)
  }
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
