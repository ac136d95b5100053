/** Photographs as pixels: decoding, orientation, masks, crops and the exact geometry a network sees. */
export { encodePng, type ImageRGBA } from './decode.ts'
