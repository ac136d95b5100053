import type { Rng } from '../base/index.ts'

const SIDE = 256

/** Fractal value noise in [0, 1], mean about 0.5, on a torus of 256 × 256: made once, then read by everything that paints. */
export type NoiseTile = Float32Array

/** Octaves of bilinear value noise with periods 32, 16 … pixels, each 0.62 as strong as the one before. */
export function noiseTile(rng: Rng, octaves = 6): NoiseTile {
  const tile = new Float32Array(SIDE * SIDE)
  let total = 0
  for (let octave = 0; octave < octaves; octave++) {
    const cells = 8 << octave
    const lattice = Float32Array.from({ length: cells * cells }, () => rng.uniform())
    const strength = 0.62 ** octave
    total += strength
    for (let i = 0; i < tile.length; i++) {
      const x = eased(((i % SIDE) * cells) / SIDE)
      const y = eased((Math.floor(i / SIDE) * cells) / SIDE)
      tile[i] = tile[i]! + strength * latticeAt(lattice, cells, x, y)
    }
  }
  for (let i = 0; i < tile.length; i++) tile[i] = tile[i]! / total
  return tile
}

/** The tile at any real position, bilinear, wrapping round. */
export function noiseAt(tile: NoiseTile, x: number, y: number): number {
  return latticeAt(tile, SIDE, x, y)
}

/** 65,536 normal deviates, to be read from a random offset: a sensor's noise without a draw for every pixel. */
export function normalTile(rng: Rng): Float32Array {
  return Float32Array.from({ length: 1 << 16 }, () => rng.normal())
}

/** Smooth in each cell, so that the lattice does not show. */
function eased(x: number): number {
  const whole = Math.floor(x)
  const t = x - whole
  return whole + t * t * (3 - 2 * t)
}

function latticeAt(values: Float32Array, cells: number, x: number, y: number): number {
  const x0 = Math.floor(x)
  const y0 = Math.floor(y)
  const fx = x - x0
  const fy = y - y0
  const left = x0 & (cells - 1)
  const right = (x0 + 1) & (cells - 1)
  const top = (y0 & (cells - 1)) * cells
  const bottom = ((y0 + 1) & (cells - 1)) * cells
  const above = values[top + left]! * (1 - fx) + values[top + right]! * fx
  const below = values[bottom + left]! * (1 - fx) + values[bottom + right]! * fx
  return above * (1 - fy) + below * fy
}
