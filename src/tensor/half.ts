/** IEEE 754 half precision (1 sign, 5 exponent, 10 fraction bits) as float32, exactly. */
export function widenFloat16(bits: Uint16Array): Float32Array {
  const wide = new Uint32Array(bits.length)
  for (let i = 0; i < bits.length; i++) wide[i] = wideBits(bits[i]!)
  return new Float32Array(wide.buffer)
}

/** The nearest half-precision numbers, ties to even: what is beyond ±65,504 becomes infinite, what is below 2⁻²⁵ becomes 0. */
export function narrowFloat16(values: ArrayLike<number>): Uint16Array {
  const bits = new Uint16Array(values.length)
  for (let i = 0; i < bits.length; i++) bits[i] = halfBits(values[i]!)
  return bits
}

/** The nearest number that half precision has, ties to even. */
export function roundToFloat16(value: number): number {
  const size = Math.abs(value)
  if (!(size > 0) || size === Number.POSITIVE_INFINITY) return value // 0, infinities, NaN
  const exponent = Math.max(-14, Math.floor(Math.log2(size)))
  const spacing = 2 ** ((2 ** exponent > size ? exponent - 1 : exponent) - 10) // log2 may round up to a whole number
  const rounded = roundHalfToEven(size / Math.max(spacing, 2 ** -24)) * Math.max(spacing, 2 ** -24)
  return Math.sign(value) * (rounded > largestFloat16 ? Number.POSITIVE_INFINITY : rounded)
}

/** The largest finite number of half precision. */
const largestFloat16 = 65504

function roundHalfToEven(x: number): number {
  const below = Math.floor(x)
  const rest = x - below
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below
}

function halfBits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(roundToFloat16(value))
  if (size === Number.POSITIVE_INFINITY) return sign | 0x7c00
  if (size < 2 ** -14) return sign | (size * 2 ** 24)
  const exponent = Math.floor(Math.log2(size)) // exact: of eleven digits
  return sign | ((exponent + 15) << 10) | ((size / 2 ** exponent - 1) * 1024)
}

/** bfloat16 (the upper half of a float32) as float32, exactly. */
export function widenBfloat16(bits: Uint16Array): Float32Array {
  const wide = new Uint32Array(bits.length)
  for (let i = 0; i < bits.length; i++) wide[i] = bits[i]! << 16
  return new Float32Array(wide.buffer)
}

/** float32's exponent is biased by 127, half's by 15: 112 more. */
function wideBits(half: number): number {
  const sign = (half & 0x8000) << 16
  const exponent = (half >> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13)
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13)
  if (fraction === 0) return sign
  const shift = Math.clz32(fraction) - 21 // fraction · 2⁻²⁴, its leading one becomes the implicit one
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13)
}
