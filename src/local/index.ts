/** Places of a coat found again in another photo: keypoints and descriptors, matches, and how sure they are. */

export {
  type CoatDescriptorConfig,
  type CoatDescriptorOptions,
  coatDescriptor,
  coatDescriptorDefaults,
} from './coat-descriptor.ts'
export type { Correspondences } from './correspond.ts'
export { type ExtractOptions, extractPhotos, type PhotoFeatures } from './extract-photos.ts'
export type { LocalExtractor, LocalFeatures, LocalPhoto } from './features.ts'
export { decodeFeatures, encodeFeatures } from './features-file.ts'
export {
  type FusionConfig,
  fusedSimilarities,
  fusionDefaults,
  fusionOf,
  localScore,
  localSimilarities,
  shortlistOf,
  type WeighedAnswer,
} from './fusion.ts'
export {
  type JointAnswer,
  type JointGallery,
  type JointMatch,
  type JointMatcher,
  type JointOptions,
  type JointVotes,
  type JointWay,
  jointFingerprint,
  jointName,
  openJointMatcher,
} from './joint.ts'
export type { KindSpan } from './kinds.ts'
export { type LnbnnOptions, lnbnnDefaults, type Votes } from './lnbnn.ts'
export {
  type ComparedPhoto,
  type LocalAnswer,
  type LocalMatch,
  type LocalMatcher,
  type MatchOptions,
  openMatcher,
} from './matcher.ts'
export type { OpenExtractorOptions } from './network-extractor.ts'
export { areOwnMatchers, openExtractor, openExtractors, releaseExtractors } from './open-extractor.ts'
export { type PackedFeatures, packFeatures } from './packed.ts'
export { type RootSiftOptions, rootSift } from './root-sift-lanes.ts'
export type { MatchRule } from './rule.ts'
export { type SiftConfig, siftDefaults } from './sift-config.ts'
export { type Verified } from './verify.ts'
