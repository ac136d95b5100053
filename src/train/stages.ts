import type { Backend, Program } from '../runtime/index.ts'
import { type FreezeStage, stagesUntil } from './freeze.ts'
import type { StepPlan } from './updates.ts'

/** A step ready to run, and at which steps the stages so far began. */
export interface CompiledStep {
  readonly plan: StepPlan
  readonly program: Program
  readonly releasedAt: readonly number[]
}

/** The programs of a run's stages: each is compiled when it begins, in place of the one before. */
export class StagedSteps {
  readonly #backend: Backend
  readonly #stages: readonly FreezeStage[]
  readonly #planOf: (frozen: readonly number[]) => StepPlan
  #current: CompiledStep | undefined

  constructor(backend: Backend, stages: readonly FreezeStage[], planOf: (frozen: readonly number[]) => StepPlan) {
    this.#backend = backend
    this.#stages = stages
    this.#planOf = planOf
  }

  async at(step: number): Promise<CompiledStep> {
    const begun = stagesUntil(this.#stages, step)
    if (this.#current?.releasedAt.length === begun.length) return this.#current
    await this.release()
    const plan = this.#planOf(begun.map(({ frozen }) => frozen))
    const program = await this.#backend.compile(plan.graph)
    this.#current = { plan, program, releasedAt: begun.map(({ fromStep }) => fromStep) }
    return this.#current
  }

  async release(): Promise<void> {
    await this.#current?.program.release()
    this.#current = undefined
  }
}
