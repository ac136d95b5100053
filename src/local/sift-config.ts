/** How keypoints are found and described. */
export interface SiftConfig {
  /** Keypoints kept, the strongest: those with the largest |difference of Gaussians|. */
  readonly keypoints: number
  /** The long side at which a photo is looked at, or its box; smaller ones are not enlarged. */
  readonly longSidePx: number
  /** Begins at twice the resolution: more small keypoints, four times the work. */
  readonly doubled: boolean
  /** Scales an octave. */
  readonly layers: number
  /** Blur of an octave's first scale, in its own pixels. */
  readonly sigma: number
  /** |difference of Gaussians| · layers below this share of the whole range is noise. */
  readonly contrast: number
  /** Places whose principal curvatures differ by more than this factor lie on an edge, along which they slip. */
  readonly edge: number
  /** A descriptor's side, in Lowe's: the whole of it is so many times larger each way. */
  readonly window: number
  /** Contrast is equalised first (`equalise`). */
  readonly equalise: boolean
}

/**
 * Lowe's values, as OpenCV has them: 3 layers, σ 1.6, contrast 0.04, edge 10; 800 keypoints of a photo of 512 pixels. Only the window is
 * larger than his, chosen on nyala (docs/local-matching.md): many animals have such a spot, few have such a spot with these around it.
 */
export const siftDefaults = {
  keypoints: 800,
  longSidePx: 512,
  doubled: true,
  layers: 3,
  sigma: 1.6,
  contrast: 0.04,
  edge: 10,
  window: 2,
  equalise: true,
} as const satisfies SiftConfig
