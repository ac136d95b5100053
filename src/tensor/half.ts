/** IEEE 754 half precision (1 sign, 5 exponent, 10 fraction bits) as float32, exactly. */
export function widenFloat16(bits: Uint16Array): Float32Array {
  const wide = new Uint32Array(bits.length)
  for (let i = 0; i < bits.length; i++) wide[i] = wideBits(bits[i]!)
  return new Float32Array(wide.buffer)
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
