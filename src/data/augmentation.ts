import { check, Rng } from '../base/index.ts'
import { type Tensor, zeros } from '../tensor/index.ts'
import { colorMatrix } from './color-matrix.ts'

/** Least and most. */
type Range = readonly [low: number, high: number]

/** Angles in degrees either way, `translate` as a fraction of width and height either way, `scale` as a range of factors. */
export interface AffineConfig {
  readonly degrees: number
  readonly translate: number
  readonly scale: Range
  readonly shearDegrees: number
}

/** Brightness, contrast and saturation are factors in [max(0, 1 − v), 1 + v]; hue a fraction of the full turn either way. */
export interface ColorJitterConfig {
  readonly brightness: number
  readonly contrast: number
  readonly saturation: number
  readonly hue: number
}

/** Area as a fraction of the image, ratio as height over width, drawn evenly in its logarithm. */
export interface ErasingConfig {
  readonly probability: number
  readonly area: Range
  readonly ratio: Range
}

/** What is varied in training; each part can be switched off. */
export interface AugmentConfig {
  readonly affine: false | AffineConfig
  readonly colorJitter: false | ColorJitterConfig
  readonly flip: false | { readonly probability: number }
  readonly erasing: false | ErasingConfig
}

/**
 * What training varies unless told otherwise: affine ±15°, 10 % of the side, 0.85 to 1.15 in size; mild colours; half
 * of the photos mirrored; a quarter with a part erased.
 */
export const augmentDefaults = {
  affine: { degrees: 15, translate: 0.1, scale: [0.85, 1.15], shearDegrees: 0 },
  colorJitter: { brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.05 },
  flip: { probability: 0.5 },
  erasing: { probability: 0.25, area: [0.02, 0.2], ratio: [0.3, 3.3] },
} as const satisfies AugmentConfig

/** Nothing is varied: every matrix is the identity. */
export const augmentOff = {
  affine: false,
  colorJitter: false,
  flip: false,
  erasing: false,
} as const satisfies AugmentConfig

/** Which random numbers are drawn, and for how many photos of which size. */
export interface AugmentWhere {
  readonly seed: string | number
  readonly step: number
  /** B, the batch's photos. */
  readonly rows: number
  readonly heightPx: number
  readonly widthPx: number
}

/** What the training graph is told for each row of a batch. */
export interface AugmentationParameters {
  /**
   * [B, 2, 3]: input point = θ · (output point, 1) in coordinates that run from −1 to 1 between the image's outer edges
   * (torch's affine_grid with align_corners = false). Rotation is rigid in pixels, whatever the sides. The flip is in it.
   */
  readonly affine: Tensor<'float32'>
  /** [B, 3, 4]: RGB' = M · (RGB, 1) for RGB in [0, 1]; what leaves that range is for the graph to clip. */
  readonly color: Tensor<'float32'>
  /** [B, 4]: x0, y0, x1, y1 in whole pixels of the augmented image, the ends excluded; 0, 0, 0, 0 where nothing is erased. */
  readonly erase: Tensor<'float32'>
}

/**
 * Random parameters for a batch, a pure function of (seed, step, row): switching one part off changes no other.
 * @throws InputError listing the config's values that are out of range.
 */
export function augmentationParameters(config: AugmentConfig, where: AugmentWhere): AugmentationParameters {
  checkAugmentation(config)
  const { seed, step, rows } = where
  const affine = zeros('float32', [rows, 2, 3])
  const color = zeros('float32', [rows, 3, 4])
  const erase = zeros('float32', [rows, 4])
  const ofStep = new Rng(seed).fork('augment').fork(step)
  for (let row = 0; row < rows; row++) {
    const rng = ofStep.fork(row)
    const flipped = config.flip !== false && rng.fork('flip').chance(config.flip.probability)
    affine.data.set(theta(config.affine, flipped, rng.fork('affine'), where), row * 6)
    if (config.colorJitter !== false) color.data.set(jitter(config.colorJitter, rng.fork('color')), row * 12)
    else for (let c = 0; c < 3; c++) color.data[row * 12 + c * 5] = 1
    if (config.erasing !== false) erase.data.set(erased(config.erasing, rng.fork('erase'), where), row * 4)
  }
  return { affine, color, erase }
}

/** A value out of its range. */
export interface AugmentMistake {
  readonly path: readonly (string | number)[]
  readonly message: string
  readonly got: number
}

/** Every value of the configuration that is out of its range, with its path; none for a good one. */
export function augmentMistakes({ affine, colorJitter, flip, erasing }: AugmentConfig): AugmentMistake[] {
  const mistakes: AugmentMistake[] = []
  const within = (path: readonly (string | number)[], got: number, low: number, high: number) => {
    if (!(got >= low && got <= high)) mistakes.push({ path, message: `expected ${low} to ${high}`, got })
  }
  const range = (path: readonly string[], [first, last]: Range, low: number, high: number) => {
    within([...path, 0], first, low, high)
    within([...path, 1], last, first, high)
  }
  if (affine !== false) {
    within(['affine', 'degrees'], affine.degrees, 0, 180)
    within(['affine', 'translate'], affine.translate, 0, 1)
    range(['affine', 'scale'], affine.scale, 0.01, 100)
    within(['affine', 'shearDegrees'], affine.shearDegrees, 0, 80)
  }
  if (colorJitter !== false) {
    for (const part of ['brightness', 'contrast', 'saturation'] as const)
      within(['colorJitter', part], colorJitter[part], 0, 10)
    within(['colorJitter', 'hue'], colorJitter.hue, 0, 0.5)
  }
  if (flip !== false) within(['flip', 'probability'], flip.probability, 0, 1)
  if (erasing !== false) {
    within(['erasing', 'probability'], erasing.probability, 0, 1)
    range(['erasing', 'area'], erasing.area, 0, 1)
    range(['erasing', 'ratio'], erasing.ratio, 0.01, 100)
  }
  return mistakes
}

/** @throws InputError listing what is out of range, each with its path. */
export function checkAugmentation(config: AugmentConfig): void {
  const lines = augmentMistakes(config).map(({ path, message, got }) => {
    const keys = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    return `augment${keys.join('')}: ${message}, got ${got}`
  })
  check(lines.length === 0, lines.join('\n'))
}

/**
 * Forward (input → output, in pixels about the centre): flip, then A = rotation · shear · scale, then translation t.
 * θ is its inverse, in = F · A⁻¹ · (out − t), in coordinates divided by half the width and half the height.
 */
function theta(
  config: false | AffineConfig,
  flipped: boolean,
  rng: Rng,
  { widthPx, heightPx }: AugmentWhere,
): number[] {
  const mirror = flipped ? -1 : 1
  if (config === false) return [mirror, 0, 0, 0, 1, 0]
  const { degrees, translate, scale, shearDegrees } = config
  const angle = radians(rng.uniform(-degrees, degrees))
  const tx = 2 * rng.uniform(-translate, translate)
  const ty = 2 * rng.uniform(-translate, translate)
  const factor = rng.uniform(...scale)
  const shear = Math.tan(radians(rng.uniform(-shearDegrees, shearDegrees)))
  const cos = Math.cos(angle) / factor
  const sin = Math.sin(angle) / factor
  // A⁻¹ = (1/s) [1 −h; 0 1] · [cos sin; −sin cos]
  const aspect = heightPx / widthPx
  const xx = cos + shear * sin
  const xy = (sin - shear * cos) * aspect
  const yx = -sin / aspect
  const yy = cos
  return [mirror * xx, mirror * xy, mirror * -(xx * tx + xy * ty), yx, yy, -(yx * tx + yy * ty)]
}

function jitter({ brightness, contrast, saturation, hue }: ColorJitterConfig, rng: Rng): number[] {
  const factor = (v: number) => rng.uniform(Math.max(0, 1 - v), 1 + v)
  return colorMatrix({
    brightness: factor(brightness),
    contrast: factor(contrast),
    saturation: factor(saturation),
    hueTurns: rng.uniform(-hue, hue),
  })
}

/** A box that fits is tried for ten times, as torchvision's RandomErasing does. */
function erased({ probability, area, ratio }: ErasingConfig, rng: Rng, { widthPx, heightPx }: AugmentWhere): number[] {
  const nothing = [0, 0, 0, 0]
  if (!rng.chance(probability)) return nothing
  for (let attempt = 0; attempt < 10; attempt++) {
    const areaPx = rng.uniform(...area) * widthPx * heightPx
    const tallness = Math.exp(rng.uniform(Math.log(ratio[0]), Math.log(ratio[1])))
    const width = Math.round(Math.sqrt(areaPx / tallness))
    const height = Math.round(Math.sqrt(areaPx * tallness))
    if (width < 1 || height < 1 || width >= widthPx || height >= heightPx) continue
    const x = rng.int(widthPx - width + 1)
    const y = rng.int(heightPx - height + 1)
    return [x, y, x + width, y + height]
  }
  return nothing
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180
}
