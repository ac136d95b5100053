// alone: reads denormals

import { expect, test } from 'vitest'
import { narrowFloat16, roundToFloat16, widenBfloat16, widenFloat16 } from './half.ts'

/** The definition: (−1)ˢ · 2ᵉ⁻¹⁵ · (1 + f/1024), and f · 2⁻²⁴ where e is 0. */
function half(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023]
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * 2 ** (exponent - 15) * (1 + fraction / 1024)
}

test('every half-precision number is the one of the definition', () => {
  const bits = Uint16Array.from({ length: 65536 }, (_, i) => i)
  const wide = widenFloat16(bits)
  for (const b of bits) if (!Object.is(wide[b], half(b))) throw new Error(`0x${b.toString(16)}: ${wide[b]}`)
  expect([...widenFloat16(Uint16Array.of(0x3c00, 0xc000, 1, 0x7bff))]).toEqual([1, -2, 2 ** -24, 65504])
})

test('bfloat16 is the upper half of a float32', () => {
  const values = [1, -2, 3.140625, 2 ** -130, Number.NEGATIVE_INFINITY]
  const bits = values.map((value) => new Uint32Array(Float32Array.of(value).buffer)[0]! >>> 16)
  expect([...widenBfloat16(Uint16Array.from(bits))]).toEqual(values)
})

test('every half-precision number is its own nearest one, and so is what lies just beside it', () => {
  const bits = Uint16Array.from({ length: 0x7c00 }, (_, i) => i)
  const wide = Float64Array.from(widenFloat16(bits))
  const negative = bits.map((b) => b | 0x8000)
  expect(narrowFloat16(wide)).toEqual(bits)
  expect(narrowFloat16(wide.map((v) => -v))).toEqual(negative)
  // a little less than half of the way to a neighbour
  const up = wide.map((v, i) => v + 0.499 * ((wide[i + 1] ?? 65536) - v))
  const down = wide.map((v, i) => v - 0.499 * (v - (wide[i - 1] ?? 0)))
  expect(narrowFloat16(up)).toEqual(bits)
  expect(narrowFloat16(down)).toEqual(bits)
})

test('a number between two halves goes to the even one; what is too large is infinite, what is tiny 0', () => {
  const [ulp, tiny] = [2 ** -10, 2 ** -24]
  const expected: readonly (readonly [value: number, half: number])[] = [
    [1 + ulp / 2, 1],
    [1 + 1.5 * ulp, 1 + 2 * ulp],
    [65519.99, 65504],
    [65520, Number.POSITIVE_INFINITY],
    [-1e9, Number.NEGATIVE_INFINITY],
    [tiny / 2, 0],
    [tiny * 0.51, tiny],
    [tiny * 1.5, 2 * tiny],
  ]
  for (const [value, half] of expected) {
    expect(roundToFloat16(value)).toBe(half)
    expect(widenFloat16(narrowFloat16([value]))[0]).toBe(half)
  }
  expect(roundToFloat16(Number.NaN)).toBeNaN()
  expect(widenFloat16(narrowFloat16([Number.NaN]))[0]).toBeNaN()
  expect(Object.is(roundToFloat16(-0), -0)).toBe(true)
})
