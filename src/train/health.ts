import { existsSync } from 'node:fs'
import { InputError } from '../base/index.ts'
import { type LossConfig, largestMargin } from '../nn/index.ts'
import { checkpointPath, type StateTensors, type StepEntry } from '../run/index.ts'
import type { Tensor } from '../tensor/index.ts'

/** Watches a run, and ends it with an InputError where it goes wrong. */
export class RunHealth {
  readonly #run: string
  readonly #loss: LossConfig
  /** Of the last step. */
  #learningRate = 0

  constructor(run: string, loss: LossConfig) {
    this.#run = run
    this.#loss = loss
  }

  /** A step that went wrong is not kept: the state before it, and the last checkpoint, stay. */
  checkStep(entry: StepEntry, firstLoss: number | null, marginShare: number): void {
    const { step, loss, gradientNorm, learningRate, lossScale = 1 } = entry
    this.#learningRate = learningRate
    if (!Number.isFinite(loss) || !(gradientNorm === null || Number.isFinite(gradientNorm)))
      this.#giveUp(
        step,
        `the loss is ${short(loss)}, the gradient's norm ${gradientNorm === null ? 'unknown' : short(gradientNorm)}`,
      )
    if (lossScale < smallestLossScale)
      this.#giveUp(step, `no scale of the loss keeps its gradients within float16, down to ${lossScale}`)
    if (firstLoss !== null && loss > lossLimit(firstLoss, this.#loss, marginShare))
      this.#giveUp(step, `the loss grew from ${firstLoss.toFixed(2)} to ${loss.toFixed(2)}`)
  }

  /** A step's loss is of the state before it: what the step made of the state is looked at before it replaces a checkpoint. */
  checkState(tensors: StateTensors, step: number): void {
    const name = firstNotFinite(tensors)
    if (name !== undefined) this.#giveUp(step, `'${name}' has become NaN or infinite`)
  }

  #giveUp(step: number, what: string): never {
    const last = checkpointPath(this.#run, 'last')
    const kept = existsSync(last) ? `; ${last} is the last good checkpoint` : ''
    throw new InputError(
      `training stopped at step ${step}: ${what}${kept}`,
      `the learning rate was ${this.#learningRate.toExponential(2)}: try \`set\` optimiser.learningRate with a third of it, or a longer schedule.warmupEpochs`,
    )
  }
}

function short(value: number): string {
  return Number.isFinite(value) ? value.toPrecision(4) : `${value}`
}

/** Gradients that are infinite at such a scale are so at any. */
const smallestLossScale = 2 ** -14

/** A loss this many times the first one, and what the margin may add, is an explosion. */
const explosion = 5

/**
 * The largest loss that is still taken for training: 5 · max(1, first loss) + share · (the most that the margin takes from a logit).
 * The first loss was measured with little or no margin where the margin warms up, and rises with it.
 */
export function lossLimit(firstLoss: number, loss: LossConfig, marginShare: number): number {
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
