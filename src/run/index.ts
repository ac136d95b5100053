/**
 * A run: what decides it (configuration, presets, settings as `path=value`) and what is written of it (record, split, log, checkpoints).
 */
export { backboneSettings, checkPixels, pixelsOf, setsPixels } from './backbone-option.ts'
export {
  checkpointPath,
  loadCheckpoint,
  type Position,
  readCheckpoint,
  type StateTensors,
  saveCheckpoint,
} from './checkpoint.ts'
export { type TrainConfig, trainConfigSchema, trainDefaults } from './config.ts'
export { appendLog, type LogEntry, readLog, rewindLog, type StepEntry, type ValidationEntry } from './log.ts'
export { isOnnx } from './onnx-backbone.ts'
export { parseConfig, resolveConfig } from './overrides.ts'
export { type PresetName, presets } from './presets.ts'
export { type RunRecord, readRecord, writeJson } from './record.ts'
export { type CheckpointName, findCheckpoint, isRunFolder, type RunData, readRunData } from './run-data.ts'
export { commit, version } from './version.ts'
