import { check } from '../base/index.ts'
import { dot, krylovDefaults, topEigenpairs } from './krylov.ts'
import { centred, checkPoints, columnMeans, type Layout, type Points } from './points.ts'

/** On how many axes to project. */
export interface PcaConfig {
  /** Axes to project on. */
  readonly components: number
}

/** A picture in the plane. */
export const pcaDefaults: PcaConfig = { components: 2 }

/** Principal components: the layout, and the affine map that makes it. */
export interface Pca {
  readonly method: 'pca'
  /** The points on the axes, [count, components]. */
  readonly layout: Layout
  /** Unit axes as rows, [components, dim]; an axis along which nothing varies is zeros. */
  readonly axes: Float64Array
  /** The points' mean, [dim]: layout = (x − mean)·axesᵀ. */
  readonly mean: Float64Array
  /** Sample variance (n − 1) along each axis. */
  readonly variance: Float64Array
  /** The same as a share of the variance in all dimensions; zeros where nothing varies. */
  readonly varianceShare: Float64Array
}

/** Below this share of the largest variance there is nothing but rounding. */
const negligible = 1e-13

/**
 * Principal components: the axes of largest variance, found without forming the covariance matrix. Each axis points to where its
 * largest loading is positive, as scikit-learn's `svd_flip` does. Any number of points: where they span fewer dimensions than
 * asked for, the axes left over are zeros, and so are the coordinates.
 * @throws InputError for points that are not finite, or components below 1.
 */
export function pca(points: Points, options: Partial<PcaConfig> = {}): Pca {
  const { components } = { ...pcaDefaults, ...options }
  checkPoints(points, 'pca')
  check(
    Number.isInteger(components) && components >= 1,
    `pca: components: expected a whole number from 1, got ${components}`,
  )
  const { count, dim, data } = centred(points)
  const covariance = (x: Float64Array, out: Float64Array) => {
    for (let i = 0, at = 0; i < count; i++, at += dim) {
      const share = dot(x, data, at) / Math.max(1, count - 1)
      for (let d = 0; d < dim; d++) out[d]! += share * data[at + d]!
    }
  }
  const found = topEigenpairs(covariance, dim, Math.min(components, dim), krylovDefaults)
  const axes = new Float64Array(components * dim)
  const variance = new Float64Array(components)
  found.vectors.forEach((vector, c) => {
    const value = found.values[c]!
    if (value <= negligible * found.values[0]!) return
    variance[c] = value
    axes.set(pointed(vector), c * dim)
  })
  const layout = new Float64Array(count * components)
  for (let c = 0; c < components; c++) {
    const axis = axes.subarray(c * dim, (c + 1) * dim)
    for (let i = 0; i < count; i++) layout[i * components + c] = dot(axis, data, i * dim)
  }
  const total = dot(data, data) / Math.max(1, count - 1)
  return {
    method: 'pca',
    layout: { count, dim: components, data: layout },
    axes,
    mean: columnMeans(points),
    variance,
    varianceShare: variance.map((value) => (total > 0 ? value / total : 0)),
  }
}

/** The axis or its opposite: the one whose largest loading is positive. */
function pointed(axis: Float64Array): Float64Array {
  let largest = 0
  for (const loading of axis) if (Math.abs(loading) > Math.abs(largest)) largest = loading
  return largest < 0 ? axis.map((loading) => -loading) : axis
}
