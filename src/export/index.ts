/** A run's network for elsewhere: one standard ONNX file with its description, or weights under timm's names with a model card. */

export { type EnsembleFolderOptions, type EnsembleSource, writeEnsembleFolder } from './ensemble-folder.ts'
export { type ExportedModel, type ExportOptions, exportModel } from './export.ts'
export { type ExportEnsembleOptions, type ExportedEnsemble, exportEnsemble } from './export-ensemble.ts'
export { copyHeadRun, describeHead, exportHead, type HeadExportOptions } from './export-head.ts'
export { exportTimm, type TimmExportOptions } from './export-timm.ts'
export { writeModelFolder } from './model-folder.ts'
export type { Agreement } from './precision-agreement.ts'
export type { WrittenModel } from './written-model.ts'
