/** A picture being painted: linear RGB in [0, 1] (not clamped before development), and the animal's coverage. */
export interface Canvas {
  readonly width: number
  readonly height: number
  /** Interleaved, 3 · width · height. */
  readonly rgb: Float32Array
  /** Share of each pixel that shows the animal. */
  readonly mask: Float32Array
}

/** Red, green, blue in [0, 1]. */
export type Colour = readonly [number, number, number]

/** A canvas of one colour, without an animal. */
export function canvas(width: number, height: number, colour: Colour = [0, 0, 0]): Canvas {
  const rgb = new Float32Array(3 * width * height)
  for (let i = 0; i < rgb.length; i++) rgb[i] = colour[i % 3]!
  return { width, height, rgb, mask: new Float32Array(width * height) }
}

/** Lays `colour · shade` over pixel `i` with the given coverage; what was there, the animal included, is hidden as much. */
export function cover(on: Canvas, i: number, colour: Colour, shade: number, coverage: number): void {
  const { rgb, mask } = on
  const rest = 1 - coverage
  rgb[3 * i] = rgb[3 * i]! * rest + colour[0] * shade * coverage
  rgb[3 * i + 1] = rgb[3 * i + 1]! * rest + colour[1] * shade * coverage
  rgb[3 * i + 2] = rgb[3 * i + 2]! * rest + colour[2] * shade * coverage
  mask[i] = mask[i]! * rest
}

/** a + (b − a) · t for each channel. */
export function mixColour(a: Colour, b: Colour, t: number): Colour {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t]
}

export function clamp01(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value
}

/** 0 below `low`, 1 above `high`, 3t² − 2t³ between. */
export function smoothstep(low: number, high: number, value: number): number {
  const t = clamp01((value - low) / (high - low))
  return t * t * (3 - 2 * t)
}
