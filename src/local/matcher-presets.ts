const floats = { layout: 'NCHW', dtype: 'float32', scale: 1 / 255 } as const
const square = (sidePx: number) => ({ heightPx: sidePx, widthPx: sidePx })
const rows = { kind: 'keypoints', keypoints: 'keypoints', scores: 'scores', descriptors: 'descriptors' } as const

/**
 * What is known of networks that many people have: a description names one as `preset` and says only what is other. Names, sizes and scaling are
 * those of the usual exports, in which extractor and matcher are two files.
 */
export const matcherPresets = {
  /** SuperPoint (DeTone et al., arXiv:1712.07629): grey pixels, keypoints as whole pixels. */
  superpoint: {
    input: { ...floats, ...square(512), channels: 'grey' },
    output: { ...rows, coordinates: 'pixels', size: 256 },
  },
  /** DISK (Tyszkiewicz et al., arXiv:2006.13566). */
  disk: {
    input: { ...floats, ...square(512), channels: 'RGB' },
    output: { ...rows, coordinates: 'pixels', size: 128 },
  },
  /** ALIKED (Zhao et al., arXiv:2304.03608): keypoints from −1 to 1 between the centers of the first and the last pixel. */
  aliked: {
    input: { ...floats, ...square(512), channels: 'RGB' },
    output: { ...rows, coordinates: 'minus-one-to-one', size: 128 },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, unknown>>>>
