/**
 * What a random order of n gallery photos, P of them positives, reaches on average. Every formula is exact: each of the C(n, P) places
 * of the positives is equally likely, and there are no ties.
 */

/** P(first positive ≤ k) = 1 − C(n−P, k) / C(n, k): k photos drawn without replacement, hypergeometric. */
export function randomRank(k: number, positives: number, gallery: number): number {
  let without = 1 // the first k photos are all negatives
  for (let drawn = 0; drawn < Math.min(k, gallery); drawn++) {
    without *= Math.max(0, gallery - positives - drawn) / (gallery - drawn)
  }
  return 1 - without
}

/**
 * E[AP] = (H_n + (P−1)/(n−1) · (n − H_n)) / n with H_n = 1 + 1/2 + … + 1/n.
 * From E[match_k · match_j] = P/n for j = k and P(P−1)/(n(n−1)) else, summed over k ≤ n and j ≤ k with weight 1/(kP) (Bestgen, "Exact
 * Expected Average Precision of the Random Baseline for System Evaluation", Prague Bulletin of Mathematical Linguistics 103, 2015).
 */
export function randomAp(positives: number, gallery: number): number {
  return randomApWithin(gallery, positives, gallery)
}

/** E[AP@R] = (H_P + (P−1)/(n−1) · (P − H_P)) / n: the same sum over the first P ranks only. */
export function randomApAtR(positives: number, gallery: number): number {
  return randomApWithin(positives, positives, gallery)
}

function randomApWithin(ranks: number, positives: number, gallery: number): number {
  if (gallery === 1) return 1 // the only photo is the positive
  const h = harmonic(ranks)
  return (h + ((positives - 1) / (gallery - 1)) * (ranks - h)) / gallery
}

/** E[INP] = Σ_m (P/m) · P(last positive at m), with P(last at m) = C(m−1, P−1) / C(n, P), summed from m = n down. */
export function randomInp(positives: number, gallery: number): number {
  let probability = positives / gallery
  let expected = 0
  for (let last = gallery; last >= positives; last--) {
    expected += (positives / last) * probability
    probability *= (last - positives) / (last - 1) // C(m−2, P−1) / C(m−1, P−1)
  }
  return expected
}

const exactUpTo = 256
const eulerGamma = 0.5772156649015329

/** H_n; beyond 256 by its asymptotic series, whose error is below 1/(252 n⁶). */
function harmonic(n: number): number {
  if (n > exactUpTo) return Math.log(n) + eulerGamma + 1 / (2 * n) - 1 / (12 * n ** 2) + 1 / (120 * n ** 4)
  let sum = 0
  for (let k = n; k >= 1; k--) sum += 1 / k
  return sum
}
