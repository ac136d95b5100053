/** How the learning rate goes over a run. */
export interface ScheduleConfig {
  /** Steps of linear warm-up, 0 for none. */
  readonly warmupSteps: number
  /** The last step's rate as a share of the base rate. */
  readonly finalFraction: number
}

/** A cosine from the first step down to 0. */
export const scheduleDefaults: ScheduleConfig = { warmupSteps: 0, finalFraction: 0 }

/**
 * The learning rate's factor at a step (0 … totalSteps − 1): (step + 1) / warmup while warming up, then the cosine
 * final + (1 − final)·(1 + cos π·t) / 2 with t the share of the steps after warm-up, 1 at the last (Loshchilov and Hutter, arXiv:1608.03983, eq. 5).
 */
export function cosineSchedule(step: number, totalSteps: number, config: ScheduleConfig = scheduleDefaults): number {
  const { warmupSteps, finalFraction } = config
  if (step < warmupSteps) return (step + 1) / warmupSteps
  const progress = Math.min(1, (step + 1 - warmupSteps) / Math.max(1, totalSteps - warmupSteps))
  return finalFraction + ((1 - finalFraction) * (1 + Math.cos(Math.PI * progress))) / 2
}
