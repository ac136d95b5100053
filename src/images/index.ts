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
export { type Geometry, geometry, geometryDefaults, prepareImage, type Rgb } from './geometry.ts'
export type { Box } from './region.ts'
export type { Kernel } from './resize.ts'
