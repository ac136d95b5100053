import { expect, test } from 'vitest'
import { widenBfloat16, widenFloat16 } from './half.ts'

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
