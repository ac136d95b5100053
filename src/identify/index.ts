/**
 * A model opened, photos in, embeddings and ranked individuals out. Our own models from a run folder or an exported file, and
 * anybody's ONNX file with a `model.json` that states its preprocessing.
 */
export type { Correspondence } from './attribution.ts'
export { type CellBox, cellBox, type DeletionOptions, type Faithfulness } from './deletion.ts'
export {
  describeModel,
  descriptionFile,
  geometryOf,
  type ModelDescription,
  readModelDescription,
  writeModelDescription,
} from './description.ts'
export { type EmbeddedPhotos, type EmbedOptions, embedInBatches, embedPhotos, type PhotoEmbeddings } from './embed.ts'
export {
  type CellGrid,
  type Embedder,
  type OpenModelOptions,
  openModelDefaults,
  type Precision,
  photosTogether,
  type Tta,
} from './embedder.ts'
export { EmbeddingFile } from './embedding-file.ts'
export { type EvaluateOptions, type EvaluationReport, evaluatePhotos } from './evaluate.ts'
export {
  type ExplainConfig,
  type ExplainedPhoto,
  explainDefaults,
  explainMatch,
  type MatchExplanation,
} from './explain.ts'
export { type ExportedModel, type ExportOptions, exportModel } from './export.ts'
export { exportTimm, type TimmExportOptions } from './export-timm.ts'
export { copyHeadRun, describeHead, exportHead, type HeadExportOptions } from './export-head.ts'
export { isHeadRun } from './head-run.ts'
export { type Candidate, type Identification, identifyPhotos } from './identify.ts'
export type { Agreement } from './int8-agreement.ts'
export { modelFiles } from './model-files.ts'
export { findDescription } from './onnx-model.ts'
export { openModel } from './open.ts'
export { type CheckpointName, findCheckpoint, isRunFolder, type RunData, readRunData } from './run-data.ts'
export { type RunModel, readRunModel } from './run-folder.ts'
export { type Selection, type SplitName, selectPhotos } from './selection.ts'
export { type ScoreKind, scorePairs } from './submission.ts'
