/**
 * The smallest positive number that is not denormal, 2⁻¹⁰²². `Number.MIN_VALUE` is denormal: where ONNX Runtime was opened it reads as 0 (docs/engine.md), and
 * its logarithm as −∞.
 */
export const smallestNormal = 2 ** -1022

/** The largest of any number of values, −∞ of none: `Math.max(...values)` ends the program where they are more than some hundred thousand. */
export function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
}

/** Arithmetic mean; NaN for no values. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length
}

/** Sample standard deviation (n − 1); 0 for fewer than two values. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0
  const m = mean(values)
  return Math.sqrt(values.reduce((sum, v) => sum + (v - m) ** 2, 0) / (values.length - 1))
}

/** Median, the mean of the middle two for an even count; NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
