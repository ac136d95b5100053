import * as z from 'zod'

const sidePx = z.int().min(1).max(16_384)
const byte = z.int().min(0).max(255)

/** How a photo becomes the pixels a network sees, as configurations and model.json write it. */
export const geometrySchema = z.strictObject({
  widthPx: sidePx,
  heightPx: sidePx,
  /** squash: both sides scaled to fit; letterbox: whole photo with bars; center-crop: short side scaled to fit, then the middle. */
  resize: z.enum(['squash', 'letterbox', 'center-crop']),
  kernel: z.enum(['bilinear', 'bicubic']),
  /** keep: colours as stored; black, mean: the background replaced; crop: cut to the mask's bounding box; crop-black: both. */
  alpha: z.enum(['keep', 'black', 'mean', 'crop', 'crop-black']),
  /** For `crop`: what is added on each side, as a fraction of the mask's width and height. */
  maskMargin: z.number().min(0).max(10),
  /**
   * Strips of text that a trap camera prints above or below a photo: crop leaves them out, keep leaves them in, as runs did that do not say
   * it.
   */
  captions: z.enum(['keep', 'crop']).default('keep'),
  /** For `mean`: the background; also the colour of letterbox bars then, which are black otherwise. */
  meanFill: z.tuple([byte, byte, byte]).readonly(),
})

/** How a photo becomes the pixels a network sees. Training and inference use the same one. */
export type Geometry = Readonly<z.output<typeof geometrySchema>>

/** Red, green, blue, each 0 to 255. */
export type Rgb = Geometry['meanFill']
