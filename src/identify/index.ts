/** Embeddings of queries held against known individuals: who a photo may show, and how often that is right. */
export { doubtsOf } from './doubts.ts'
export { type EvaluateOptions, type EvaluationReport, evaluatePhotos } from './evaluate.ts'
export { evaluateAgainstGallery, type KnownIndividuals } from './evaluate-gallery.ts'
export { type Candidate, type Identification, identifyPhotos } from './identify.ts'
export { type ExcludeSame, exclusion } from './protocol.ts'
export { type Selection, type SplitName, selectPhotos } from './selection.ts'
