/**
 * What t-SNE minimises: KL(P‖Q) = Σ p·ln(p/q) over ordered pairs, q = w/Z, w = 1 / (1 + ‖yᵢ − yⱼ‖²), Z = Σ w. Both functions
 * take points [count, 2] and P times `exaggeration`.
 */
export interface Objective {
  /** dKL/dy into `gradient`: 4·Σⱼ (exaggeration·p − q)·w·(yᵢ − yⱼ). */
  gradient(y: Float64Array, exaggeration: number, gradient: Float64Array): void
  divergence(y: Float64Array, exaggeration: number): number
}

/** e·(Σ p·ln(e·p) − Σ p·ln w + ln Z) with Σ p = 1. */
export function divergenceOf(exaggeration: number, plogp: number, plogw: number, z: number): number {
  return exaggeration * (Math.log(exaggeration) + plogp - plogw + Math.log(z))
}
