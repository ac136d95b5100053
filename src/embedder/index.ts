/**
 * A model opened, photos in, embeddings out. Our own models from a run folder or an exported file, and anybody's ONNX file with a
 * `model.json` that states its preprocessing.
 */
export { type BatchPolicy, inBatches, joined } from './batches.ts'
export {
  describeModel,
  descriptionFile,
  geometryOf,
  type ModelDescription,
  readModelDescription,
  writeModelDescription,
} from './description.ts'
export {
  type EmbeddedPhotos,
  type EmbedOptions,
  embedBatches,
  embedPhotos,
  type PhotoEmbeddings,
  type PrepareStage,
} from './embed.ts'
export { type CachedEmbedOptions, embedCached } from './embed-cached.ts'
export {
  type Averaging,
  averagings,
  type Embedder,
  type OpenModelOptions,
  openModelDefaults,
  type Precision,
  type PreparedPhoto,
  photosTogether,
  prepareFor,
  type Tta,
  ttaModes,
} from './embedder.ts'
export { EmbeddingFile } from './embedding-file.ts'
export { commitPair, settlePair } from './embedding-pair.ts'
export {
  type EnsembleOptions,
  ensembleOf,
  type FusionMethod,
  fusionMethods,
} from './ensemble.ts'
export { checkNamedOnce, doubledWords } from './ensemble-doubles.ts'
export {
  type EnsembleMember,
  type EnsembleRecord,
  ensembleFile,
  isEnsemble,
  type MemberToSeal,
  memberPath,
  readEnsemble,
  sealOf,
  writeEnsemble,
} from './ensemble-file.ts'
export { checkSameStart } from './ensemble-start.ts'
export {
  appended,
  type Gallery,
  type GalleryLocal,
  type GalleryModel,
  galleryModel,
  isGallery,
  readGallery,
  writeGallery,
} from './gallery.ts'
export { galleryLocals, type StoredLocal } from './gallery-local.ts'
export { findGallery, type GallerySource, loadGallery } from './gallery-source.ts'
export { headModel, isHeadRun } from './head-run.ts'
export { inPrecision } from './in-precision.ts'
export { modelFiles, runsOf } from './model-files.ts'
export { checkModelFiles } from './model-hashes.ts'
export { checkModels, checkWholeCv, describedModel, isExported } from './model-place.ts'
export type { CellGrid, Network } from './network.ts'
export { type AboutNetwork, embedderOf, type NetworkEmbedder } from './network-embedder.ts'
export { findDescription } from './onnx-model.ts'
export { openModel } from './open.ts'
export { type OpenModelsOptions, openModels } from './open-models.ts'
export { type RunModel, readRunModel } from './run-folder.ts'
export { matchTensors } from './tensors.ts'
