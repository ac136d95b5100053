import { expect, test } from 'vitest'
import { compute, relativeError } from '../../test/golden.ts'
import { Rng } from '../base/index.ts'
import { input } from '../graph/index.ts'
import { Scope } from '../nn/index.ts'
import { referenceBackend } from '../runtime/index.ts'
import { float32, type Tensor } from '../tensor/index.ts'
import { affineNeck } from './affine-neck.ts'
import { neck } from './reid.ts'

test.each([
  { embeddingSize: null, neckBias: false, dropout: 0.5 },
  { embeddingSize: 3, neckBias: true, dropout: 0 },
])('folded it is the neck that infers: %o', async (config) => {
  const rng = new Rng('neck')
  const drawn = (name: string, shape: readonly number[]) => {
    const own = rng.fork(name)
    const count = shape.reduce((a, b) => a * b, 1)
    const draw = () => (name.endsWith('running_var') ? own.uniform(0.5, 2) : own.normal())
    return float32(shape, Array.from({ length: count }, draw))
  }
  const scope = Scope.root('inference')
  const y = neck(scope, input('x', [4, 5]), config)
  const tensors = new Map(
    [...scope.params(), ...scope.statistics()].map(({ spec }) => [spec.name, drawn(spec.name, spec.shape as number[])]),
  )
  const x = drawn('x', [4, 5])
  const backend = referenceBackend({ floats: 'float64' })
  const { y: expected } = await compute(backend, { y }, { x, ...Object.fromEntries(tensors) })
  const { matrix, bias } = affineNeck(tensors)
  const size = bias.shape[0]!
  const at = (row: number, e: number) =>
    matrix.shape.length === 1
      ? matrix.data[e]! * x.data[row * 5 + e]!
      : Array.from({ length: 5 }, (_, d) => matrix.data[e * 5 + d]! * x.data[row * 5 + d]!).reduce((a, b) => a + b)
  const folded: Tensor = float32(
    [4, size],
    Array.from({ length: 4 * size }, (_, i) => at(Math.floor(i / size), i % size) + bias.data[i % size]!),
  )
  expect(relativeError(folded, expected!)).toBeLessThan(1e-6)
})
