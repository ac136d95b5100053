import { describe, expect, test } from 'vitest'
import { goldenBackends } from '../../test/golden.ts'
import { tinyNetwork, tinyTensors } from '../../test/model-fixture.ts'
import { type Tensor, tensor } from '../tensor/index.ts'
import { backboneNames, backboneOf } from './backbones.ts'
import { cellGraph } from './cell-graph.ts'
import { embeddingGraph } from './embedding-graph.ts'
import { type ReIdConfig, reidDefaults } from './reid.ts'

const geometry = { heightPx: 32, widthPx: 64, batch: 2 }
const pixels = tensor(
  'uint8',
  [2, 32, 64, 3],
  Uint8Array.from({ length: 2 * 32 * 64 * 3 }, (_, i) => (i * 7919) % 256),
)
const variants: Record<string, ReIdConfig> = {
  'GeM and a projection': tinyNetwork,
  'GeM, the backbone’s width': { ...tinyNetwork, embeddingSize: null },
  'average pooling, no shift': { ...tinyNetwork, pool: 'average', neckBias: false },
}

describe.each(goldenBackends)('$name', ({ backend, forward }) => {
  test.each(Object.entries(variants))('%s: cells add up to the embedding', async (_, network) => {
    const { graph, tensors, rows, columns } = cellGraph(network, geometry)!
    expect([rows, columns]).toEqual([1, 2])
    const whole = embeddingGraph(network, { ...geometry, flip: false })
    expect(tensors).toEqual(whole.tensors)
    const feeds = { pixels, ...weights(network) }
    const [cells, embedding] = await Promise.all(
      [graph, whole.graph].map(async (part) => {
        const program = await (await backend).compile(part)
        const [output] = Object.values(await program.run(feeds))
        await program.release()
        return output!
      }),
    )
    const size = embedding!.shape[1] as number
    for (const photo of [0, 1]) {
      const sum = new Float64Array(size)
      for (let cell = 0; cell < rows * columns; cell++)
        for (let d = 0; d < size; d++) sum[d]! += Number(cells!.data[(photo * rows * columns + cell) * size + d])
      const norm = Math.hypot(...sum)
      sum.forEach((value, d) => {
        expect(Math.abs(value / norm - Number(embedding!.data[photo * size + d]))).toBeLessThan(forward)
      })
    }
  })
})

/** Random ones, of other shapes where the variant has them. */
function weights(network: ReIdConfig): Record<string, Tensor> {
  const random = tinyTensors()
  const { tensors } = embeddingGraph(network, { ...geometry, flip: false })
  return Object.fromEntries(
    tensors.map(({ name, shape }) => {
      const count = shape.reduce((a, b) => a * b, 1)
      const from = random.get(name)!.data
      return [
        name,
        tensor(
          'float32',
          shape,
          Float32Array.from({ length: count }, (_, i) => Number(from[i % from.length])),
        ),
      ]
    }),
  )
}

test('a network that pools no map has no cells', () => {
  expect(cellGraph({ ...tinyNetwork, pool: 'token' }, geometry)).toBeUndefined()
})

test('whether what is pooled is used as it is, is a fact of the family', () => {
  const cellsOf = (backbone: string, pool: ReIdConfig['pool']) =>
    cellGraph({ ...reidDefaults, backbone, pool }, { heightPx: 56, widthPx: 112, batch: 1 })
  const normalisesAfterwards = cellsOf('eva02_tiny_patch14_224', 'average')
  const normalisesTokens = cellsOf('vit_tiny_patch16_dinov3_qkvb', 'average')
  expect(normalisesAfterwards).toBeUndefined()
  expect([normalisesTokens!.rows, normalisesTokens!.columns]).toEqual([3, 7])
  expect(backboneNames.filter((name) => backboneOf(name).afterPooling !== undefined)).toEqual(
    backboneNames.filter((name) => name.startsWith('eva02_')),
  )
})
