import { expect, test } from 'vitest'
import { expectClose } from '../../test/compare.ts'
import { evaluate } from '../../test/differences.ts'
import { tinyNetworks } from '../../test/tiny-training.ts'
import { float32Op, forSums } from '../../test/tolerances.ts'
import { Rng } from '../base/index.ts'
import { graphInputs, staticShape, topological } from '../graph/index.ts'
import { lower } from '../lower/index.ts'
import { embeddingGraph } from '../models/index.ts'
import { float32, sizeOf, type Tensor, tensor } from '../tensor/index.ts'
import { deviceTarget } from './device-target.ts'
import { ortBackend } from './ort.ts'

const rng = new Rng('device target')

/** Weights; what has one axis may be a variance or an exponent, and is above zero. */
function drawn(shape: readonly number[]): Tensor {
  const one = () => (shape.length < 2 ? rng.uniform(0.5, 1.5) : 0.3 * rng.normal())
  return float32([...shape], Array.from({ length: sizeOf(shape) }, one))
}

test.each([
  ['ViT', { fusedAttention: 3, biasGelu: 3 }],
  ['ConvNeXt', { biasGelu: 4 }],
] as const)('what CUDA gets of a %s is fused, and computes the same', async (name, fused) => {
  const { graph } = embeddingGraph(tinyNetworks[name], { heightPx: 32, widthPx: 32, batch: 2, flip: false })
  const lowered = lower(graph, deviceTarget('cuda'))
  const ops = topological(Object.values(lowered.outputs)).map(({ op }) => op)
  const counts = Object.fromEntries(
    (['fusedAttention', 'biasGelu'] as const)
      .map((op) => [op, ops.filter((own) => own === op).length] as const)
      .filter(([, count]) => count > 0),
  )
  expect(counts).toEqual(fused)
  const feeds = Object.fromEntries(
    graphInputs(graph).map(({ attrs: { name: input, shape, dtype } }) => {
      const sizes = staticShape(shape)
      if (dtype === 'float32') return [input, drawn(sizes)]
      return [
        input,
        tensor(
          'uint8',
          sizes,
          Uint8Array.from({ length: sizeOf(sizes) }, () => rng.int(256)),
        ),
      ]
    }),
  )
  const backend = await ortBackend({ threads: 1 })
  const expected = await evaluate(backend, graph.outputs, feeds)
  const actual = await evaluate(backend, lowered.outputs, feeds)
  for (const [output, values] of Object.entries(expected)) {
    expect(values.data.some((value) => Number(value) !== 0)).toBe(true)
    expectClose(output, actual[output]!, values, forSums(float32Op, 10))
  }
})
