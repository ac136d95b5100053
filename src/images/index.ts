/** Photographs as pixels: decoding, orientation, masks, crops and the exact geometry a network sees. */
export { seenVersion, withoutCaptions } from './captions.ts'
export {
  type DecodeOptions,
  decodeDefaults,
  decodeImage,
  decoderVersion,
  hasPhotoHeader,
  type ImageRGBA,
  isTransparent,
} from './decode.ts'
export { encodeJpeg, encodePng, type PngOptions } from './encode.ts'
export { photoTime } from './exif-time.ts'
export {
  type CaptionKind,
  captionsLeftOut,
  geometry,
  geometryDefaults,
  type Placed,
  placedIn,
  prepareImage,
} from './geometry.ts'
export { type Geometry, geometrySchema } from './geometry-schema.ts'
export { withMask, withOutline } from './mask.ts'
export {
  checkOnePhoto,
  inputMismatches,
  type ModelInput,
  modelInput,
  modelInputSchema,
  type PicturePort,
  scaledBytes,
} from './model-input.ts'
export { type Orientation, uprightBox } from './orientation.ts'
export { type Outline, outlineSchema } from './outline.ts'
export { hammingDistance, hashVersion, hashWords, perceptualHash } from './perceptual-hash.ts'
export { readPhotoFile } from './photo-file.ts'
export { type Box, boxRegion, maskRegion } from './region.ts'
export { type Region, type ResizeTarget, resizeRgb } from './resize.ts'
export { runLengths } from './run-lengths.ts'
export { decodedBytes, decodingBudgetBytes, type PhotoSize, photoSize } from './size.ts'
export { type Thumbnail, type ThumbnailOptions, thumbnail, thumbnailDefaults } from './thumbnail.ts'
export { isPrinted, withoutPrinted } from './without-printed.ts'
