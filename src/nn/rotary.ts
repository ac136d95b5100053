import { add, constant, matmul, mul, type Value } from '../graph/index.ts'
import { float32 } from '../tensor/index.ts'

/**
 * Rotary position embedding of a grid of patches (Su et al., arXiv:2104.09864; in two dimensions Heo et al.,
 * arXiv:2403.13298): pairs of a head's channels are turned by position · frequency, half of the pairs by the row, half by
 * the column.
 */
export interface RotaryConfig {
  /**
   * 'index': 0, 1, …, rescaled to the grid that the network was pretrained on (EVA-02); 'centred': patch centres from −1 to 1
   * on both axes, as full turns (DINOv3).
   */
  readonly positions: 'index' | 'centred'
  /** Rows and columns of the pretraining grid, for 'index'. */
  readonly referenceGrid: number
  /** Ratio of the slowest to the fastest frequency, but for one step. */
  readonly temperature: number
  /** Which channels make a pair: neighbours, or one of each half of the head. */
  readonly pairs: 'neighbours' | 'halves'
}

/** What turns q and k: cos and sin [T, d], and the quarter turn [d, d] of every pair. */
export interface Rotary {
  readonly cos: Value
  readonly sin: Value
  readonly quarterTurn: Value
}

/** How many rows and columns of patches a photo has. */
export type Grid = readonly [rows: number, columns: number]

/** The tables for `prefix` tokens, which are not turned, and a grid after them; heads of `size` channels, a multiple of 4. */
export function rotary(config: RotaryConfig, grid: Grid, options: { prefix: number; size: number }): Rotary {
  const { prefix, size } = options
  const angles = [...new Array<number>(prefix * size).fill(0), ...rotaryAngles(config, grid, size)]
  const table = (f: (angle: number) => number) => constant(float32([angles.length / size, size], angles.map(f)))
  return {
    cos: table(Math.cos),
    sin: table(Math.sin),
    quarterTurn: constant(float32([size, size], quarterTurn(size, config.pairs))),
  }
}

/** x∘cos + turned(x)∘sin. The turn is a product with a small matrix: slices of single channels are slow to copy. x [B, h, T, d]. */
export function rotate(x: Value, { cos, sin, quarterTurn }: Rotary): Value {
  return add(mul(x, cos), mul(matmul(x, quarterTurn), sin))
}

/** The angle of every channel of every patch, row by row: [rows · columns · size]. */
export function rotaryAngles(config: RotaryConfig, [rows, columns]: Grid, size: number): number[] {
  const bands = size / 4
  const frequencies = Array.from({ length: bands }, (_, i) => config.temperature ** (-i / bands))
  const angles: number[] = []
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const places = [position(config, r, rows), position(config, c, columns)]
      const own = places.flatMap((place) => frequencies.map((frequency) => place * frequency)) // [size / 2]
      angles.push(...(config.pairs === 'halves' ? [...own, ...own] : own.flatMap((angle) => [angle, angle])))
    }
  }
  return angles
}

function position({ positions, referenceGrid }: RotaryConfig, i: number, count: number): number {
  return positions === 'index' ? (i / count) * referenceGrid : 2 * Math.PI * ((2 * (i + 0.5)) / count - 1)
}

/** The matrix that takes each pair (a, b) to (−b, a). */
function quarterTurn(size: number, pairs: RotaryConfig['pairs']): number[] {
  const matrix = new Array<number>(size * size).fill(0)
  for (let i = 0; i < size / 2; i++) {
    const [a, b] = pairs === 'halves' ? [i, i + size / 2] : [2 * i, 2 * i + 1]
    matrix[b * size + a] = -1
    matrix[a * size + b] = 1
  }
  return matrix
}
