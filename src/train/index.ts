/** Training as a story: config, the step's graph, the loop, checkpoints and resume, the run folder. */
export type { Estimate } from './estimate.ts'
export type { Outcome, TrainEvent } from './events.ts'
export type { PrepareEvent, TrainOptions } from './job.ts'
export { initialState } from './state.ts'
export { type StepConfig, stepGraph } from './step.ts'
export { type TrainCallOptions, train } from './train.ts'
export { exportUntrained } from './untrained.ts'
export type { StepPlan } from './updates.ts'
