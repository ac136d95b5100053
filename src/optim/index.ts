/** Optimisation as graphs: AdamW, clipping, weight averaging, loss scaling; schedules as functions of the step; rates by parameter. */
export {
  type AdamWConfig,
  type AdamWInputs,
  type AdamWState,
  adamw,
  adamwDefaults,
  adamwFeeds,
  adamwInputs,
} from './adamw.ts'
export { clipByGlobalNorm, globalNorm } from './clip.ts'
export { movingAverage } from './ema.ts'
export { type Layered, layerOf, type RateConfig, rateDefaults, rateScale } from './groups.ts'
export {
  isFinite,
  type LossScale,
  type LossScaleConfig,
  lossScaleDefaults,
  lossScaleInputs,
  lossScaleState,
  nextLossScale,
  unscaled,
} from './loss-scale.ts'
export { cosineSchedule, type ScheduleConfig, scheduleDefaults } from './schedule.ts'
