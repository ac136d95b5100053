import { afterEach, expect, it, vi } from 'vitest'
import { Rng } from '../base/index.ts'
import type { Plane } from './plane.ts'

const rng = new Rng(7)
const photo: Plane = { width: 37, height: 21, data: Float32Array.from({ length: 37 * 21 }, () => rng.normal()) }
const noMemory = class {
  constructor() {
    throw new RangeError('WebAssembly.Memory(): could not allocate memory')
  }
}

afterEach(() => vi.unstubAllGlobals())

/** The photo blurred by a module of its own, which has no memory from before. */
async function blurred(sigma: number): Promise<Plane> {
  vi.resetModules()
  const { blur } = await import('./blur.ts')
  return blur(photo, sigma)
}

it('a bright pixel becomes a Gaussian, mirrored at the edges', async () => {
  const { blur } = await import('./blur.ts')
  const sigma = 1.2
  const weights = Array.from({ length: 9 }, (_, i) => Math.exp(-((i - 4) ** 2) / (2 * sigma * sigma)))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const g = (distance: number) => (Math.abs(distance) > 4 ? 0 : weights[distance + 4]! / sum)
  const data = new Float32Array(13 * 11)
  data[2 * 13 + 1] = 1 // row 2, column 1
  const out = blur({ width: 13, height: 11, data }, sigma)
  for (let y = 0; y < 11; y++)
    for (let x = 0; x < 13; x++) {
      const expected = (g(x - 1) + g(x + 1)) * (g(y - 2) + g(y + 2)) // and its mirror images
      expect(Math.abs(out.data[y * 13 + x]! - expected), `${x}, ${y}`).toBeLessThan(1e-7)
    }
})

it.each([0.8, 3.1])('is the same to the last bit where there is no memory for the kernel, sigma %d', async (sigma) => {
  const byKernel = await blurred(sigma)
  vi.stubGlobal('WebAssembly', { Memory: noMemory })
  const plainly = await blurred(sigma)
  expect(plainly.data).toEqual(byKernel.data)
  expect(plainly.data.some((value) => value !== 0)).toBe(true)
})
