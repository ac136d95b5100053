import { expect, test } from 'vitest'
import { equalise } from './equalise.ts'

test('a dark half and a bright half come out alike, and noise in flat places stays small', () => {
  const [width, height] = [160, 80]
  const data = new Float32Array(width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const wave = Math.sin(x / 3 + Math.sin(y / 5))
      data[y * width + x] = x < width / 2 ? 0.1 + 0.03 * wave : 0.6 + 0.3 * wave
    }
  const out = equalise({ width, height, data }).data
  const contrast = (from: number) => {
    const row = Array.from({ length: 16 }, (_, i) => out[40 * width + from + i]!)
    return Math.max(...row) - Math.min(...row)
  }
  expect(contrast(24) / contrast(120)).toBeGreaterThan(0.15) // 0.1 before
  expect(Math.min(...out)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...out)).toBeLessThanOrEqual(1)
  const flat = equalise({
    width: 32,
    height: 32,
    data: Float32Array.from({ length: 1024 }, (_, i) => 0.5 + (i % 2) / 255),
  })
  expect(Math.max(...flat.data) - Math.min(...flat.data)).toBeLessThan(0.03)
})
