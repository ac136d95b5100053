import { mean } from '../base/index.ts'

/** How many steps the speed is a mean of. */
const recentSteps = 20

/** How fast a run goes, by the mean of its last steps. */
export class StepClock {
  readonly #batchSize: number
  readonly #recentMs: number[] = []

  constructor(batchSize: number) {
    this.#batchSize = batchSize
  }

  /** After a step that took so long, with so many to go. */
  tick(elapsedMs: number, stepsLeft: number): { readonly imagesPerSecond: number; readonly remainingMs: number } {
    this.#recentMs.push(elapsedMs)
    if (this.#recentMs.length > recentSteps) this.#recentMs.shift()
    const meanMs = mean(this.#recentMs)
    return { imagesPerSecond: (this.#batchSize / meanMs) * 1000, remainingMs: stepsLeft * meanMs }
  }
}
