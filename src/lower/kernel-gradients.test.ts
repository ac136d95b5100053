import { expect, test } from 'vitest'
import { relativeError } from '../../test/golden.ts'
import { float32Op } from '../../test/tolerances.ts'
import { Rng } from '../base/index.ts'
import { cast, depthwiseConvWeight, input, topological, type Value } from '../graph/index.ts'
import { referenceBackend } from '../runtime/index.ts'
import { float32, sizeOf } from '../tensor/index.ts'
import { lower } from './index.ts'
import { portableTarget } from './target.ts'

const rng = new Rng('weight products')
const drawn = (shape: readonly number[]) =>
  float32(
    shape,
    Array.from({ length: sizeOf(shape) }, () => rng.normal()),
  )

test.each([
  [[2, 5, 6, 3], [2, 5, 6, 3], 3], // 7 × 7, the same size
  [[2, 6, 5, 2], [2, 4, 3, 2], 0], // 3 × 3, a smaller map
] as const)('the gradient of a depthwise kernel from x %j and dy %j is a product', async (x, dy, padding) => {
  const graph = { outputs: { dw: depthwiseConvWeight(input('x', x), input('dy', dy), padding) } }
  const lowered = lower(graph, { ...portableTarget, planeKernels: 'none' })
  expect(topological([lowered.outputs.dw!]).map(({ op }) => op)).not.toContain('depthwiseConvWeight')
  const feeds = { x: drawn(x), dy: drawn(dy) }
  const run = async (own: typeof graph) => (await (await referenceBackend().compile(own)).run(feeds)).dw!
  const [wanted, got] = [await run(graph), await run({ outputs: { dw: lowered.outputs.dw! } })]
  expect(got.shape).toEqual(wanted.shape)
  expect(relativeError(got, wanted)).toBeLessThan(float32Op.rtol)
})

test('where float16 is slow for it, it is computed in float32', () => {
  const [x, dy] = ['x', 'dy'].map((name) => cast(input(name, [2, 5, 6, 3]), 'float16'))
  const graph = { outputs: { dw: cast(depthwiseConvWeight(x!, dy!, 3), 'float32') } }
  const dtypeOf = (own: typeof graph) =>
    topological([own.outputs.dw]).find(({ op }) => op === 'depthwiseConvWeight')?.dtype
  const lowered = lower(graph, { ...portableTarget, planeKernels: 'float32' })
  expect([dtypeOf(graph), dtypeOf({ outputs: { dw: lowered.outputs.dw! } })]).toEqual(['float16', 'float32'])
})

test('in float16 products give it as well, to its rounding', async () => {
  const [x, dy] = ['x', 'dy'].map((name) => input(name, [2, 5, 6, 3]))
  const wanted = { outputs: { dw: depthwiseConvWeight(x!, dy!, 3) } }
  const half = cast(depthwiseConvWeight(cast(x!, 'float16'), cast(dy!, 'float16'), 3), 'float32')
  const lowered = lower({ outputs: { dw: half } }, { ...portableTarget, planeKernels: 'none' })
  expect(topological([lowered.outputs.dw!]).map(({ op }) => op)).not.toContain('depthwiseConvWeight')
  const feeds = { x: drawn([2, 5, 6, 3]), dy: drawn([2, 5, 6, 3]) }
  const run = async (dw: Value) => (await (await referenceBackend().compile({ outputs: { dw } })).run(feeds)).dw!
  const error = relativeError(await run(lowered.outputs.dw!), await run(wanted.outputs.dw))
  expect(error).toBeLessThan(2e-3)
  expect(error).toBeGreaterThan(0)
})
