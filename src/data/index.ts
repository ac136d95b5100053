/**
 * Datasets: where the photos lie, whom they show, which of them train, how batches are drawn and varied, and their pixels,
 * decoded once.
 */

export {
  type AffineConfig,
  type AugmentationParameters,
  type AugmentConfig,
  type AugmentMistake,
  type AugmentWhere,
  augmentationParameters,
  augmentDefaults,
  augmentMistakes,
  augmentOff,
  type ColorJitterConfig,
  type ErasingConfig,
} from './augmentation.ts'
export { type BoxFormat } from './box-format.ts'
export type { SizeProgress } from './boxes.ts'
export type { CosinesAmong, CosinesWanted, CosineThreshold } from './burst-cosines.ts'
export {
  type BurstFindings,
  type BurstOptions,
  type Bursts,
  type BurstThreshold,
  burstDefaults,
  burstsOf,
  burstWords,
  samePictureBits,
} from './bursts.ts'
export { CacheError, cacheFolder, notWritten, sweepCache } from './cache.ts'
export { type CaptionCounts, captionWords, noCaptions, withCaptions } from './caption-counts.ts'
export { checkFoldNames, columnFolds, wordAmongFolds } from './column-folds.ts'
export { readTable, type Table } from './csv.ts'
export { type DetectionOptions, detectionDefaults } from './detections.ts'
export { type EachPhotoOptions, eachPhoto } from './each-photo.ts'
export { type EncounterOptions, encounterDefaults, withTimes } from './encounters.ts'
export { type FindBurstsOptions, findBursts } from './find-bursts.ts'
export { type Side, sideOf } from './flank-words.ts'
export { type FoldOptions, foldDefaults, folds } from './folds.ts'
export { type GroupedSplitOptions, groupedSplit } from './grouped-split.ts'
export type { Curriculum, Difficulty } from './hard-draw.ts'
export { datasetHash } from './hash.ts'
export { identicalFiles, identicalFileWarnings, identicalInGalleryWarnings } from './identical.ts'
export { isKnownColumn } from './known-columns.ts'
export type { LabelOptions } from './labels.ts'
export { type CrossPair, type Leakage, leakageOf, leakageWords } from './leakage.ts'
export type { ListProgress, ListStage } from './list-progress.ts'
export {
  describePhoto,
  identifiedOnly,
  identitiesOf,
  type Manifest,
  type MaskFile,
  type Photo,
  type Problem,
  type SplitSide,
  shortList,
  type TableReading,
  type TestPart,
  type WordCount,
} from './manifest.ts'
export { type MaskShare, maskShares } from './mask-shares.ts'
export type { MaskOptions } from './masks.ts'
export { forEachNearPair, type NearPairOptions } from './near-pairs.ts'
export { isUsualNobody, type NobodyWords } from './nobody.ts'
export { type OpenOptions, openDataset, openDefaults } from './open.ts'
export { type DecodedPhoto, type KindOfMade, type MakeOnceOptions, makeOnce } from './photo-cache.ts'
export { type Groups, groupsOf, type KnownBursts, type SplitKind, splitKinds } from './photo-groups.ts'
export { hashPhotos, type PhotoHashes, type PhotoHashOptions } from './photo-hashes.ts'
export { checkListed, checkPhotosThere } from './photos-there.ts'
export { openPixelStore, type PixelIndex, type PixelStore, type PixelStoreOptions, pixelStoreOf } from './pixels.ts'
export { withoutProposed } from './proposed.ts'
export { openQueries, type QueryOptions } from './queries.ts'
export {
  contentHashOf,
  decodePhoto,
  type PhotoFile,
  type ReadOptions,
  type ReadPhoto,
  readPhotos,
} from './read-photos.ts'
export { epochBatches, type SamplerConfig, type SamplerKind } from './sampler.ts'
export { type ScanOptions } from './scan.ts'
export { similarNames, visible } from './similar-labels.ts'
export { hashSplit, photoKey, type Split, type SplitOptions, splitDefaults } from './split.ts'
export {
  columnSplit,
  hasSplit,
  photosToTrainWith,
  queriesAndGallery,
  testsValidate,
  trainsOnly,
} from './split-column.ts'
export { readPairs, readTestPairs, type TestPairs } from './test-pairs.ts'
export { type ReadTimes, readTimes } from './timestamps.ts'
export { listOf, type Skipped, whySkipped } from './unusable.ts'
export { dividesByBurst, moreThanAskedWords, splitWords, usualSplitKind } from './usual-split.ts'
