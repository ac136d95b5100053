/** Places of a coat found again in another photo: keypoints and descriptors, matches, and how sure they are. */
export { type LocalExtractor, type LocalFeatures, type LocalPhoto } from './features.ts'
export { rootSift } from './root-sift.ts'
export { type SiftConfig, siftDefaults } from './sift-config.ts'
