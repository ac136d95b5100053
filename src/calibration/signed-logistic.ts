import { type Coefficients, fitLogistic, type Regression } from './logistic.ts'

/**
 * Logistic regression whose coefficients have given signs, [d], each 1 or −1: columns that come out with the other sign are left out, with a coefficient
 * of 0, and the rest is fitted again until none does. So a pair with more evidence never has a lower score, also far outside of what was fitted on.
 * @throws InputError as `fitLogistic`.
 */
export function fitSignedLogistic(regression: Regression, signs: readonly number[]): Coefficients {
  let kept = signs.map((_, k) => k)
  for (;;) {
    const { intercept, coefficients } = fitLogistic({
      ...regression,
      features: columnsOf(regression, signs.length, kept),
    })
    const wrong = new Set(kept.filter((k, at) => coefficients[at]! * signs[k]! < 0))
    if (wrong.size === 0) {
      const found = new Map(kept.map((k, at) => [k, coefficients[at]!]))
      return { intercept, coefficients: signs.map((_, k) => found.get(k) ?? 0) }
    }
    kept = kept.filter((k) => !wrong.has(k))
  }
}

/** Row-major [n, kept]. */
function columnsOf({ features, targets }: Regression, width: number, kept: readonly number[]): Float64Array {
  const columns = new Float64Array(targets.length * kept.length)
  for (let row = 0; row < targets.length; row++)
    kept.forEach((k, at) => {
      columns[row * kept.length + at] = features[row * width + k]!
    })
  return columns
}
