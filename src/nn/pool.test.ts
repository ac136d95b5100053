import { describe, expect, test } from 'vitest'
import { compute, goldenBackends } from '../../test/golden.ts'
import { gradient } from '../autodiff/index.ts'
import { input, reduceSum } from '../graph/index.ts'
import { float32 } from '../tensor/index.ts'
import { averageParts, averagePool, gemDefaults, gemParts, gemPool } from './pool.ts'
import { Scope } from './scope.ts'

const shape = [1, 2, 2, 2] as const
const x = input('x', shape)

describe.each(goldenBackends)('$name', ({ backend }) => {
  const gem = async (p: number, map: readonly number[]) => {
    const scope = Scope.root('training')
    const y = gemPool(scope, x, gemDefaults)
    const [dx, dp] = gradient(reduceSum(y), [x, scope.params()[0]!.value])
    const results = await compute(
      await backend,
      { y, dx: dx!, dp: dp! },
      { x: float32(shape, map), p: float32([1], [p]) },
    )
    return Object.fromEntries(Object.entries(results).map(([name, t]) => [name, Array.from(t.data, Number)]))
  }
  const map = [1, 10, 2, 10, 3, 30, 6, 50]

  test('GeM with p = 1 is the average, with a large p nearly the maximum', async () => {
    const { average } = await compute(await backend, { average: averagePool(x) }, { x: float32(shape, map) })
    expect(Array.from(average!.data, Number)).toEqual([3, 25])
    const { y, dx } = await gem(1, map)
    y!.forEach((v, i) => expect(v / [3, 25][i]!).toBeCloseTo(1, 5))
    for (const v of dx!) expect(v).toBeCloseTo(0.25, 5)
    // (6^p / 4)^(1/p) = 6 · 4^(−1/p)
    const large = (await gem(60, map)).y!
    large.forEach((v, i) => expect(v / ([6, 50][i]! * 4 ** (-1 / 60))).toBeCloseTo(1, 5))
  })

  test.each([1, 3, 8, 30])('GeM of a map of zeros is eps, with finite gradients: p = %d', async (p) => {
    const { y, dx, dp } = await gem(p, new Array(8).fill(0))
    for (const v of y!) expect(v / gemDefaults.eps).toBeCloseTo(1, 4)
    expect(dx).toEqual(new Array(8).fill(0))
    expect(dp![0]).toBeCloseTo(0, 6)
  })

  test('GeM takes negative activations for eps', async () => {
    const { y, dx } = await gem(2, [-5, 3, 4, 3, -5, 3, -5, 3])
    expect(y![0]).toBeCloseTo(2, 5)
    expect([dx![0], dx![4], dx![6]]).toEqual([0, 0, 0])
    expect(dx![2]).toBeCloseTo(0.5, 5)
  })

  test('parts: by hand, and their sum is the pooled vector', async () => {
    const scope = Scope.root('inference')
    const parts = { gem: gemParts(scope, x), pooled: gemPool(scope, x), average: averageParts(x) }
    const feeds = { x: float32(shape, map), p: float32([1], [3]) }
    const results = await compute(await backend, parts, feeds)
    const [gem, pooled, average] = ['gem', 'pooled', 'average'].map((name) => Array.from(results[name]!.data, Number))
    const f = ((1 + 8 + 27 + 216) / 4) ** (1 / 3)
    const expected = [1, 2, 3, 6].map((value) => (value * (value / f) ** 2) / 4)
    expected.forEach((value, place) => expect(gem![2 * place]! / value).toBeCloseTo(1, 5))
    for (const channel of [0, 1]) {
      const sum = (values: number[]) => [0, 2, 4, 6].reduce((total, at) => total + values[at + channel]!, 0)
      expect(sum(gem!) / pooled![channel]!).toBeCloseTo(1, 5)
      expect(sum(average!)).toBeCloseTo([3, 25][channel]!, 5)
    }
  })
})
