import { describe, expect, test } from 'vitest'
import { compute, goldenBackends } from '../../test/golden.ts'
import { pullback } from '../autodiff/index.ts'
import { constant, input, type Value } from '../graph/index.ts'
import { float32 } from '../tensor/index.ts'
import { batchNorm, batchNormDefaults } from './batch-norm.ts'
import { Scope } from './scope.ts'

describe.each(goldenBackends)('$name', ({ backend }) => {
  test('a batch of two: ±1, the unbiased variance in the statistics, and no gradient to speak of', async () => {
    const scope = Scope.root('training')
    const x = input('x', [2, 2])
    const y = batchNorm(scope, x, { ...batchNormDefaults, bias: false })
    expect(scope.params().map(({ spec }) => spec.name)).toEqual(['weight'])
    const [dx] = pullback([y], [constant(float32([2, 2], [1, 0, 0, 1]))], [x])
    const next = Object.fromEntries(scope.statistics().map(({ spec, next }) => [`next/${spec.name}`, next as Value]))
    const results = await compute(
      await backend,
      { y, dx: dx!, ...next },
      {
        x: float32([2, 2], [1, 7, 5, 7]), // the second column does not vary
        weight: float32([2], [2, 3]),
        running_mean: float32([2], [10, 0]),
        running_var: float32([2], [1, 1]),
      },
    )
    const numbers = (name: string) => Array.from(results[name]!.data, Number)
    expect(numbers('y').map((v) => v.toFixed(4))).toEqual(['-2.0000', '0.0000', '2.0000', '0.0000'])
    // column 0: y = ±2/√(1 + eps/4): its slope is eps·2/4^1.5, lost in float32; column 1: w/√eps·(1 − ½)
    expect(Math.abs(numbers('dx')[0]!)).toBeLessThan(1e-5)
    expect(numbers('dx')[3]! / ((3 / Math.sqrt(1e-5)) * 0.5)).toBeCloseTo(1, 4)
    // 0.9 · running + 0.1 · batch: mean 3, unbiased variance 8; mean 7, variance 0
    for (const [name, expected] of [
      ['next/running_mean', [9.3, 0.7]],
      ['next/running_var', [1.7, 0.9]],
    ] as const)
      numbers(name).forEach((v, i) => expect(v, name).toBeCloseTo(expected[i]!, 5))
  })
})
