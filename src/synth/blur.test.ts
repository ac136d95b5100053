import { expect, it } from 'vitest'
import { blur, gaussian, line } from './blur.ts'

it('kernels weigh 1 in all', () => {
  for (const kernel of [gaussian(0.4), gaussian(2.5), line(1.5), line(4)]) {
    expect(kernel.length % 2).toBe(1)
    expect(kernel.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 6)
  }
  expect([...line(3)].map((w) => Number(w.toFixed(4)))).toEqual([0, 0.3333, 0.3333, 0.3333, 0])
})

it('spreads a point along each axis by its own kernel and keeps its sum', () => {
  const rgb = new Float32Array(3 * 7 * 5)
  rgb[3 * (2 * 7 + 3) + 1] = 1
  const out = blur(rgb, 7, 5, line(3), new Float32Array([1]))
  const green = Array.from({ length: 35 }, (_, i) => Number(out[3 * i + 1]!.toFixed(4)))
  expect(green.slice(14, 21)).toEqual([0, 0, 0.3333, 0.3333, 0.3333, 0, 0])
  expect(out.reduce((sum, v) => sum + v, 0)).toBeCloseTo(1, 6)
  const down = blur(rgb, 7, 5, new Float32Array([1]), line(3))
  expect([1, 2, 3].map((y) => down[3 * (y * 7 + 3) + 1]!.toFixed(4))).toEqual(['0.3333', '0.3333', '0.3333'])
})

it('leaves an even picture as it is, borders included', () => {
  const out = blur(new Float32Array(3 * 6 * 4).fill(0.25), 6, 4, gaussian(1.5), gaussian(0.7))
  for (const v of out) expect(v).toBeCloseTo(0.25, 6)
})
