import type { StateTensors } from '../run/index.ts'
import type { Backend, StatefulProgram } from '../runtime/index.ts'
import { type FreezeStage, stagesUntil } from './freeze.ts'
import type { Material } from './material.ts'
import { startStep } from './packed-program.ts'
import type { StepPlan } from './updates.ts'

/** A step ready to run, and at which steps the stages so far began. */
export interface CompiledStep {
  readonly plan: StepPlan
  readonly program: StatefulProgram
  readonly releasedAt: readonly number[]
}

/** The programs of a run's stages: each begins with the state of the one before, in its place. */
export class StagedSteps {
  readonly #backend: Backend
  readonly #stages: readonly FreezeStage[]
  readonly #planOf: Material['planOf']
  /** The state that the next program begins with; then that program has it. */
  #first: StateTensors
  #current: CompiledStep | undefined

  constructor(backend: Backend, stages: readonly FreezeStage[], planOf: Material['planOf'], state: StateTensors) {
    this.#backend = backend
    this.#stages = stages
    this.#planOf = planOf
    this.#first = state
  }

  /** What runs this step: the program of its stage. */
  async at(step: number): Promise<CompiledStep> {
    const begun = stagesUntil(this.#stages, step)
    if (this.#current?.releasedAt.length === begun.length) return this.#current
    this.#first = await this.checkpoint() // kept until a program has it
    await this.release()
    const plan = this.#planOf({ frozen: begun.map(({ frozen }) => frozen), packed: this.#backend.prefersFew })
    const program = await startStep(this.#backend, plan, this.#first)
    this.#first = {}
    this.#current = { plan, program, releasedAt: begun.map(({ fromStep }) => fromStep) }
    return this.#current
  }

  /** Steps from this one on that its stage still has. */
  left(step: number): number {
    const next = this.#stages[stagesUntil(this.#stages, step).length]
    return next === undefined ? Number.POSITIVE_INFINITY : next.fromStep - step
  }

  /** The whole state, as it is now. */
  async checkpoint(): Promise<StateTensors> {
    return (await this.#current?.program.checkpoint()) ?? this.#first
  }

  async release(): Promise<void> {
    await this.#current?.program.release()
    this.#current = undefined
  }
}
