/** Photographs as pixels: decoding, orientation, masks, crops and the exact geometry a network sees. */
export {
  type DecodeOptions,
  decodeDefaults,
  decodeImage,
  decoderVersion,
  encodeJpeg,
  encodePng,
  hasPhotoHeader,
  type ImageRGBA,
  readPhotoFile,
  type Thumbnail,
  type ThumbnailOptions,
  thumbnail,
  thumbnailDefaults,
} from './decode.ts'
export { geometry, geometryDefaults, prepareImage } from './geometry.ts'
export { type Geometry, geometrySchema, type Rgb } from './geometry-schema.ts'
export { type Orientation, uprightBox } from './orientation.ts'
export type { Box } from './region.ts'
export type { Kernel } from './resize.ts'
export { type PhotoSize, photoSize } from './size.ts'
