import { expect, test } from 'vitest'
import { compute } from '../../test/golden.ts'
import { gradient } from '../autodiff/index.ts'
import { add, input, reduceSum } from '../graph/index.ts'
import { referenceBackend } from '../runtime/index.ts'
import { float32 } from '../tensor/index.ts'
import { responseNorm } from './response-norm.ts'
import { Scope } from './scope.ts'

const backend = referenceBackend({ floats: 'float64' })
const x = float32([1, 2, 1, 2], [3, 0, 4, 0]) // channel norms 5 and 0, of mean 2.5

async function response(weight: readonly number[], bias: readonly number[]) {
  const scope = Scope.root('training')
  const pixels = input('x', x.shape)
  const { scaled, shift } = responseNorm(scope, pixels)
  const y = add(scaled, shift)
  const [dx] = gradient(reduceSum(y), [pixels])
  const { y: values, dx: slopes } = await compute(
    backend,
    { y, dx: dx! },
    { x, weight: float32([2], weight), bias: float32([2], bias) },
  )
  return { y: [...values!.data].map(Number), dx: [...slopes!.data].map(Number) }
}

test('starts as the identity', async () => {
  expect((await response([0, 0], [0, 0])).y).toEqual([3, 0, 4, 0])
})

test('a channel grows with its share of the response', async () => {
  // n = 5 / 2.5 = 2: 3 + 0.5 · 3 · 2 + 1
  const { y } = await response([0.5, 0.5], [1, 10])
  expect(y[0]).toBeCloseTo(7, 5)
  expect(y[1]).toBe(10)
  expect(y[2]).toBeCloseTo(9, 5)
})

test('a channel that is zero everywhere has finite slopes', async () => {
  const { dx } = await response([0.5, 0.5], [0, 0])
  for (const slope of dx) expect(Number.isFinite(slope)).toBe(true)
  expect(dx[1]).toBeCloseTo(1, 5)
})
