import { Rng } from '../base/index.ts'
import { symmetricEigen } from './jacobi.ts'

/** The k largest eigenvalues, falling, of a symmetric operator; unit eigenvectors as rows. */
export interface TopEigenpairs {
  readonly values: Float64Array
  readonly vectors: readonly Float64Array[]
  /** max over pairs of ‖A·v − λ·v‖ / λ₁; 0 where the operator is zero. */
  readonly residual: number
}

export interface KrylovConfig {
  /** Vectors beyond k that are carried along: convergence is governed by the gap behind them. */
  readonly oversampling: number
  /** Applications of the operator to the block before it starts again from the best vectors so far. */
  readonly depth: number
  readonly cycles: number
  readonly tolerance: number
  readonly seed: number
}

export const krylovDefaults: KrylovConfig = { oversampling: 8, depth: 8, cycles: 40, tolerance: 1e-11, seed: 0 }

/**
 * Eigenpairs of a positive semidefinite operator of n dimensions, which writes A·x into `out`: block Krylov with restarts
 * (Musco and Musco, arXiv:1504.05477): an orthonormal basis of [V, AV, A²V, …], the exact eigenpairs of A inside it, and again from
 * the best of these until ‖A·v − λ·v‖ ≤ tolerance·λ₁. Where the basis stops growing it holds every vector that matters, and the
 * answer is exact: so it is for few points or few dimensions.
 */
export function topEigenpairs(
  apply: (x: Float64Array, out: Float64Array) => void,
  n: number,
  k: number,
  config: KrylovConfig = krylovDefaults,
): TopEigenpairs {
  const rng = new Rng(config.seed).fork('krylov')
  const width = Math.min(n, k + config.oversampling)
  let block: readonly Float64Array[] = Array.from({ length: width }, () =>
    Float64Array.from({ length: n }, () => rng.normal()),
  )
  for (let cycle = 1; ; cycle++) {
    const { basis, images, whole } = krylovBasis(apply, block, n, config.depth)
    const { values, vectors } = symmetricEigen(projectedOperator(basis, images), basis.length)
    const combine = (from: readonly Float64Array[], pair: number) => combination(from, vectors, pair, n)
    block = Array.from({ length: Math.min(width, basis.length) }, (_, pair) => combine(basis, pair))
    const kept = Math.min(k, block.length)
    const top = values[0] ?? 0
    let residual = 0
    for (let pair = 0; pair < kept && top > 0; pair++)
      residual = Math.max(residual, distance(combine(images, pair), block[pair]!, values[pair]!) / top)
    if (whole || residual <= config.tolerance || cycle === config.cycles)
      return { values: values.slice(0, kept), vectors: block.slice(0, kept), residual }
  }
}

/** An orthonormal basis of the Krylov space, A times each of its vectors, and whether A leads nowhere else. */
function krylovBasis(
  apply: (x: Float64Array, out: Float64Array) => void,
  start: readonly Float64Array[],
  n: number,
  depth: number,
): { readonly basis: Float64Array[]; readonly images: Float64Array[]; readonly whole: boolean } {
  const basis: Float64Array[] = []
  const images: Float64Array[] = []
  let frontier = start
  for (let step = 0; step < depth; step++) {
    const next: Float64Array[] = []
    for (const vector of frontier) {
      const direction = orthonormal(vector, basis)
      if (direction === undefined) continue
      const image = new Float64Array(n)
      apply(direction, image)
      basis.push(direction)
      images.push(image)
      next.push(image)
    }
    frontier = next
    if (frontier.length === 0) break
  }
  return { basis, images, whole: basis.length === n || frontier.every((v) => orthonormal(v, basis) === undefined) }
}

/** What is new in a vector, of length 1; undefined where nothing is. Taken out twice, for rounding. */
function orthonormal(vector: Float64Array, basis: readonly Float64Array[]): Float64Array | undefined {
  const out = Float64Array.from(vector)
  const before = Math.sqrt(dot(out, out))
  for (let pass = 0; pass < 2; pass++) {
    for (const b of basis) {
      const share = dot(out, b)
      for (let d = 0; d < out.length; d++) out[d]! -= share * b[d]!
    }
  }
  const after = Math.sqrt(dot(out, out))
  if (after <= 1e-10 * before) return undefined
  for (let d = 0; d < out.length; d++) out[d]! /= after
  return out
}

/** basisᵀ·A·basis, [m, m], made symmetric to the bit. */
function projectedOperator(basis: readonly Float64Array[], images: readonly Float64Array[]): Float64Array {
  const m = basis.length
  const matrix = new Float64Array(m * m)
  for (let i = 0; i < m; i++) {
    for (let j = i; j < m; j++) {
      const value = (dot(basis[i]!, images[j]!) + dot(basis[j]!, images[i]!)) / 2
      matrix[i * m + j] = value
      matrix[j * m + i] = value
    }
  }
  return matrix
}

/** Σ vectors[pair, i] · from[i] */
function combination(from: readonly Float64Array[], vectors: Float64Array, pair: number, n: number): Float64Array {
  const out = new Float64Array(n)
  from.forEach((vector, i) => {
    const share = vectors[pair * from.length + i]!
    for (let d = 0; d < n; d++) out[d]! += share * vector[d]!
  })
  return out
}

/** ‖image − value·vector‖ */
function distance(image: Float64Array, vector: Float64Array, value: number): number {
  let squares = 0
  for (let d = 0; d < image.length; d++) squares += (image[d]! - value * vector[d]!) ** 2
  return Math.sqrt(squares)
}

/** Four sums at once: the processor need not wait for each addition. */
export function dot(a: Float64Array, b: Float64Array, bAt = 0): number {
  const whole = a.length - (a.length % 4)
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  for (let d = 0; d < whole; d += 4) {
    s0 += a[d]! * b[bAt + d]!
    s1 += a[d + 1]! * b[bAt + d + 1]!
    s2 += a[d + 2]! * b[bAt + d + 2]!
    s3 += a[d + 3]! * b[bAt + d + 3]!
  }
  for (let d = whole; d < a.length; d++) s0 += a[d]! * b[bAt + d]!
  return s0 + s1 + (s2 + s3)
}
