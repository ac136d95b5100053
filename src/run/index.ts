/**
 * A run: what decides it (configuration, presets, settings as `path=value`) and what is written of it (record, split, log, checkpoints).
 */
export { backboneSettings, checkPixels, pixelsOf, setsPixels } from './backbone-option.ts'
export { beginRun, checkNewRun, type RunBeginning, removeRun, sweepRun } from './begin.ts'
export {
  type Checkpoint,
  checkpointPath,
  loadCheckpoint,
  type Position,
  readCheckpoint,
  type StateTensors,
  saveCheckpoint,
} from './checkpoint.ts'
export { type TrainConfig, trainConfigSchema, trainDefaults } from './config.ts'
export {
  appendLog,
  type LogEntry,
  readLog,
  rewindLog,
  type ScannedLog,
  type StepEntry,
  type ValidationEntry,
} from './log.ts'
export { isReportFile, runNames } from './names.ts'
export { isOnnx } from './onnx-backbone.ts'
export { resolveConfig } from './overrides.ts'
export { type DataToRead, dataToRead, locatingOf, workingFolderFrom } from './own-data.ts'
export { presets } from './presets.ts'

export { type LocatingOptions, mergeReading, type ReadingOptions, readingSchema } from './reading.ts'
export { copyRecord, type PartOfRecord, type RunRecord, readRecord } from './record.ts'
export { type ResumedRun, resumeRun } from './resume.ts'
export { burstsSchema, type CheckpointName, findCheckpoint, type RunData, readRunData, type Sides } from './run-data.ts'
export { checkNoRunFile, hasCheckpoints, isRunFolder, RunFolder, type RunMetrics, readMetrics } from './run-folder.ts'
export { RunLock } from './run-lock.ts'

export { type ConfigChange, type ConfigPart, sets } from './setting.ts'

export { type ShippedDescription, shippedDescriptionOf } from './shipped-descriptions.ts'
export { validationProtocols } from './validation-protocols.ts'
export { commit, version } from './version.ts'
