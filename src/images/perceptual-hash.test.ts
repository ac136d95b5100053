import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ImageRGBA } from './decode.ts'
import { hammingDistance, perceptualHash } from './perceptual-hash.ts'

/** A smooth picture of a few waves, which `shift` and `gain` vary. */
function waves(seed: number, { width = 320, height = 240, shift = 0, gain = 1, mirror = false } = {}): ImageRGBA {
  const data = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const u = ((mirror ? width - 1 - x : x) + shift) / width
      const v = y / height
      let value = 128
      for (let k = 0; k < 5; k++)
        for (let l = 0; l < 5; l++)
          value += (40 / (1 + k + l)) * Math.cos(3 * (k * u + l * v) + seed * (1 + 7 * k + 3 * l) ** 2)
      const at = 4 * (y * width + x)
      data.fill(Math.max(0, Math.min(255, value * gain)), at, at + 3)
      data[at + 3] = 255
    }
  return { width, height, data }
}

const distances = (a: ImageRGBA, b: ImageRGBA) => {
  const [p, q] = [perceptualHash(a), perceptualHash(b)]
  return [hammingDistance(p, 0, q, 0), hammingDistance(p, 2, q, 2)]
}

describe('perceptualHash', () => {
  it('hardly changes with size, light and a step to the side', () => {
    for (const other of [
      waves(1, { width: 800, height: 600 }),
      waves(1, { gain: 0.8 }),
      waves(1, { shift: 4 }),
      waves(1, { width: 60, height: 45 }),
    ])
      expect(Math.max(...distances(waves(1), other))).toBeLessThanOrEqual(6)
  })

  it('tells other pictures and mirrored ones apart', () => {
    for (const other of [waves(2), waves(3), waves(1, { mirror: true })])
      expect(Math.min(...distances(waves(1), other))).toBeGreaterThan(11)
  })

  it('sees the box alone', () => {
    const [left, right] = [waves(1, { width: 100, height: 100 }), waves(2, { width: 100, height: 100 })]
    const both: ImageRGBA = { width: 200, height: 100, data: new Uint8Array(200 * 100 * 4) }
    for (let y = 0; y < 100; y++) {
      both.data.set(left.data.subarray(y * 400, (y + 1) * 400), y * 800)
      both.data.set(right.data.subarray(y * 400, (y + 1) * 400), y * 800 + 400)
    }
    const box = { x: 100, y: 0, width: 100, height: 100 }
    expect([...perceptualHash(both, box)]).toEqual([...perceptualHash(right)])
  })

  it('is of an even picture the same whatever its grey', () => {
    const even = (grey: number): ImageRGBA => ({ width: 9, height: 7, data: new Uint8Array(9 * 7 * 4).fill(grey) })
    expect(distances(even(20), even(201))).toEqual([0, 0])
  })

  it('of a ramp to the right has all difference bits, of its mirror none', () => {
    const ramp = (mirror: boolean): ImageRGBA => {
      const data = Uint8Array.from({ length: 90 * 8 * 4 }, (_, i) => {
        const x = Math.floor(i / 4) % 90
        return 2 * (mirror ? 89 - x : x)
      })
      return { width: 90, height: 8, data }
    }
    expect([...perceptualHash(ramp(false)).subarray(0, 2)]).toEqual([0xffffffff, 0xffffffff])
    expect([...perceptualHash(ramp(true)).subarray(0, 2)]).toEqual([0, 0])
  })
})

it('hammingDistance counts bits that differ', () => {
  const words = fc.array(fc.nat(0xffffffff), { minLength: 2, maxLength: 2 })
  fc.assert(
    fc.property(words, words, (a, b) => {
      const bits = a.map((word, i) => [...((word ^ b[i]!) >>> 0).toString(2)].filter((bit) => bit === '1').length)
      expect(hammingDistance(Uint32Array.from(a), 0, Uint32Array.from(b), 0)).toBe(bits[0]! + bits[1]!)
    }),
  )
})
