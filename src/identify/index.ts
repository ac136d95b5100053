/** Embeddings of queries held against known individuals: who a photo may show, and how often that is right. */
export { type EvaluateOptions, type EvaluationReport, evaluatePhotos, type Scored } from './evaluate.ts'
export { evaluateAgainstGallery, type KnownIndividuals } from './evaluate-gallery.ts'
export { type Candidate, type Identification, identifyPhotos } from './identify.ts'
export { trainedFiles } from './known-photos.ts'
export { type ExcludeSame, exclusion } from './protocol.ts'
export { type ScoredPhotos, type Scoring, scoringOf } from './scoring.ts'
export { leftOutWords, scoredWords, scoringWarnings, trainedOnWarning, withinEncounterWords } from './scoring-words.ts'
export { type Selection, type SelectOptions, type SplitName, selectPhotos } from './selection.ts'
