/** Embeddings of queries held against known individuals: who a photo may show, and how often that is right. */
export {
  type Answer,
  type AnswerOptions,
  type AnswerReason,
  answerDefaults,
  type Likeness,
  type ScoredIndividual,
} from './answer.ts'
export { accuracyWords, answerWords, noAccuracyWords, placeOfNew } from './answer-words.ts'
export {
  type BackgroundOptions,
  type BackgroundReliance,
  type BackgroundScores,
  backgroundOf,
  jointReliance,
  type QueriesOtherwise,
  queriesWhereKnown,
  type ScoredAsTheyAre,
} from './background.ts'
export { photosBeside } from './beside.ts'
export { type AskedAnimals, animalsOf, type CalibratedAnimals, measuredElsewhere } from './calibrated-animals.ts'
export {
  type CalibratedMatching,
  type CalibratedScores,
  type CalibrationRecord,
  calibrationFile,
  calibrationPlaces,
  checkCalibrates,
  olderCalibration,
  readCalibration,
  writeCalibration,
} from './calibration-record.ts'
export {
  type ClusteredPhoto,
  type ClusterOptions,
  checkClusterable,
  checkLabelled,
  clusterPhotos,
  type PhotoClusters,
} from './cluster-photos.ts'
export { areCutOut } from './cut-out.ts'
export { type CutRange } from './cut-range.ts'
export { type Decision, type DecisionWord, noDecisions, type ReadDecisions, readDecisions } from './decisions.ts'
export { type EvaluateOptions, type EvaluationReport, evaluatePhotos, type Scored } from './evaluate.ts'
export { evaluateAgainstGallery, type KnownIndividuals } from './evaluate-gallery.ts'
export { evidenceOf } from './evidence.ts'
export { type FlankCounts, type FlankRule, otherFlank, sidesOf } from './flanks.ts'
export { type GalleryFeaturesOptions, galleryFeatures, storedFeatures } from './gallery-features.ts'
export {
  type Candidate,
  type Identification,
  type IdentifyPhotosOptions,
  identifyPhotos,
  matchQueries,
  type PlaceTimeOf,
} from './identify.ts'
export { idleDecisionsNote, otherDecisionsNote } from './idle-decisions.ts'
export { areOwnPhotos, type HashWatch, learnedPhotos, trainedFiles } from './known-photos.ts'
export type { FeaturesByExtractor, FindFeaturesOptions, HashedPhotos, KnownFeatures } from './local-features.ts'
export {
  type LocalMatching,
  type LocalResult,
  type LocalStage,
  type LocalTask,
  type MatchKind,
  matchLocally,
  matchPresentAndAbsent,
} from './local-matching.ts'
export { type AgreeingPlaces, type MatchedPairs, matchPairs } from './match-pairs.ts'
export { type Meeting, type MeetingOptions, meetingOf, otherEncounters } from './meeting.ts'
export { highestProbability } from './pair-distances.ts'
export type { PairToDecide } from './pairs-to-decide.ts'
export { percentText } from './percent-text.ts'
export { shortNames, shownNames } from './photo-names.ts'
export { placeTimeMeaning, placeTimeWords } from './place-time-words.ts'
export { checkMatchable, checkNotRanks, type PlacesAmong, placesAmong } from './places-among.ts'
export type { PriorScores } from './prior-scores.ts'
export {
  checkScorablePhotos,
  checkSecondEncounter,
  type ExcludeSame,
  exclusion,
  labelsOf,
  type MatchedBy,
  placesWords,
} from './protocol.ts'
export { type ProtocolGap, type ProtocolReport, type ProtocolScores } from './protocols.ts'
export type { RankProgress } from './rank-progress.ts'
export { type FoundIndividual, scoredIndividuals } from './scored-individuals.ts'
export { type ScoredPhotos, type Scoring, scoringOf } from './scoring.ts'
export { leftOutWords, scoredWords, scoringWarnings, trainedOnWarning, withinEncounterWords } from './scoring-words.ts'
export { type Selection, type SelectOptions, type SplitName, selectPhotos } from './selection.ts'
export type { ShownPhoto } from './shown-photos.ts'
export { similarityText } from './similarity-text.ts'
export { surelyScored } from './surely-scored.ts'
export { distrust } from './trust.ts'
