import { describe, expect, test } from 'vitest'
import { cloud, pointsOf } from '../../test/clouds.ts'
import { golden, relativeError } from '../../test/golden.ts'
import { type Pca, pca } from './pca.ts'
import type { Layout } from './points.ts'

const expected = golden('projection')

describe.each(['tall', 'wide'])('scikit-learn, %s', (name) => {
  const get = (what: string) => expected.get(`pca-${name}/${what}`)
  const components = get('share').shape[0]!
  const found = pca(pointsOf(get('points')), { components })

  test.each(['layout', 'axes', 'variance', 'share'])('%s, signs too', (what) => {
    const data = { layout: found.layout.data, axes: found.axes, variance: found.variance, share: found.varianceShare }[
      what
    ]!
    const golden = get(what)
    expect(relativeError({ dtype: 'float64', shape: golden.shape, data }, golden)).toBeLessThan(1e-9)
  })
})

test('a new point lands where its layout says: (x − mean)·axesᵀ', () => {
  const points = cloud(30, 5)
  const { layout, axes, mean } = pca(points)
  let x = 0
  for (let d = 0; d < 5; d++) x += (points.data[35 + d]! - mean[d]!) * axes[5 + d]!
  expect(layout.data[2 * 7 + 1]).toBeCloseTo(x, 12)
})

test('equal variances: axes are orthonormal and hold their share', () => {
  const dim = 40
  const data = new Float64Array(2 * dim * dim) // the points ±e_d: every axis has the same variance
  for (let d = 0; d < dim; d++) {
    data[2 * d * dim + d] = 1
    data[(2 * d + 1) * dim + d] = -1
  }
  const { axes, varianceShare } = pca({ count: 2 * dim, dim, data }, { components: 3 })
  for (const share of varianceShare) expect(share).toBeCloseTo(1 / dim, 12)
  for (let a = 0; a < 3; a++)
    for (let b = 0; b < 3; b++) {
      let product = 0
      for (let d = 0; d < dim; d++) product += axes[a * dim + d]! * axes[b * dim + d]!
      expect(product).toBeCloseTo(a === b ? 1 : 0, 10)
    }
})

test('a slow spectrum still converges: values against their closed form', () => {
  // A diagonal covariance whose largest eigenvalues differ by 1 in 1,000.
  const dim = 300
  const data = new Float64Array(2 * dim * dim)
  for (let d = 0; d < dim; d++) {
    const reach = Math.sqrt(1 - d / 1000)
    data[2 * d * dim + d] = reach
    data[(2 * d + 1) * dim + d] = -reach
  }
  const { variance, axes } = pca({ count: 2 * dim, dim, data })
  expect(variance[0]).toBeCloseTo(2 / (2 * dim - 1), 9)
  expect(variance[1]).toBeCloseTo((2 * 0.999) / (2 * dim - 1), 9)
  expect(axes[0]).toBeCloseTo(1, 6)
  expect(axes[dim + 1]).toBeCloseTo(1, 6)
})

describe('few and equal points', () => {
  const zeros = ({ layout, varianceShare }: Pca) => [...layout.data, ...varianceShare].every((value) => value === 0)

  test('one point is the origin', () => {
    expect(zeros(pca({ count: 1, dim: 3, data: Float32Array.of(1, 2, 3) }))).toBe(true)
  })

  test('identical points are, to the bit', () => {
    const data = new Float64Array(70).fill(0.1)
    expect(zeros(pca({ count: 7, dim: 10, data }))).toBe(true)
  })

  test('two points lie on a line', () => {
    const { layout, varianceShare } = pca({ count: 2, dim: 2, data: Float64Array.of(0, 0, 3, 4) })
    expect([...layout.data].map((value) => value + 0)).toEqual([-2.5, 0, 2.5, 0])
    expect([...varianceShare]).toEqual([1, 0])
  })

  test('points of one dimension have a second coordinate, 0', () => {
    const { layout } = pca({ count: 3, dim: 1, data: Float64Array.of(1, 2, 6) })
    expect([...layout.data]).toEqual([-2, 0, -1, 0, 3, 0])
  })
})

test('one result, whatever the array’s type and however often', () => {
  const points = cloud(50, 20)
  const narrow: Layout = { ...points, data: points.data.map(Math.fround) }
  const again = pca({ ...points, data: Float32Array.from(points.data) })
  expect(again).toEqual(pca(narrow))
})

test('refuses what is no point', () => {
  const data = Float64Array.of(1, 2, 3, Number.NaN)
  expect(() => pca({ count: 2, dim: 2, data })).toThrow('pca: point 1, column 1: expected a finite number, got NaN')
  expect(() => pca({ count: 2, dim: 3, data })).toThrow('expected 2 × 3 = 6 numbers, got 4')
  expect(() => pca({ count: 0, dim: 3, data: new Float32Array() })).toThrow('expected points, got 0')
  expect(() => pca(cloud(4, 2), { components: 0 })).toThrow('components: expected a whole number from 1, got 0')
})
