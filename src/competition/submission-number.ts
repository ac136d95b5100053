/**
 * The shortest decimal that reads back as exactly this number, without an exponent: for float32 `Math.fround(Number(text))`,
 * for float64 `Number(text)`. Order and ties survive the printing, since no two numbers share a decimal.
 */
export function decimalText(value: number, precision: 'float32' | 'float64'): string {
  return plain(precision === 'float32' ? shortestFloat32(value) : String(value))
}

/** Six digits survive float32 always, nine always identify one (IEEE 754: FLT_DIG, FLT_DECIMAL_DIG). */
function shortestFloat32(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits)
    if (Math.fround(Number(text)) === value) return text
  }
  return value.toPrecision(9)
}

/** 1.50e-7 → 0.00000015; 0.500000 → 0.5. Numbers of size 10²¹ and more are no scores and are not expected here. */
function plain(text: string): string {
  const [mantissa, exponent] = text.split('e') as [string, string | undefined]
  if (exponent === undefined) return text.includes('.') ? text.replace(/\.?0+$/, '') : text
  const sign = mantissa.startsWith('-') ? '-' : ''
  const digits = mantissa.replace(/[-.]/g, '').replace(/0+$/, '')
  return `${sign}0.${'0'.repeat(-Number(exponent) - 1)}${digits}`
}
