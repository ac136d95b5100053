import { describe, expect, test } from 'vitest'
import { expectClose } from '../../test/compare.ts'
import { float32Op } from '../../test/tolerances.ts'
import { Rng } from '../base/index.ts'
import { type Graph, gridSample, input, topological, transpose } from '../graph/index.ts'
import { ortBackend, referenceBackend } from '../runtime/index.ts'
import { type Shape, sizeOf, type Tensor, tensor } from '../tensor/index.ts'
import { lower } from './index.ts'
import { portableTarget } from './target.ts'

const webgpu = { ...portableTarget, lacks: ['gridSample'] } as const
const ops = (graph: Graph) => topological(Object.values(graph.outputs)).map(({ op }) => op)
const rng = new Rng('sample.test')
const drawn = (shape: Shape, least: number, most: number): Tensor =>
  tensor(
    'float32',
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => rng.uniform(least, most)),
  )

/** Two photos of 4 × 6 with three channels, read at 5 × 2 places. */
const [photos, places] = [input('x', [2, 3, 4, 6]), input('grid', [2, 5, 2, 2])]
const graph: Graph = { outputs: { y: gridSample(photos, places) } }

describe('where a device has no GridSample', () => {
  test.each([
    ['inside', -0.7, 0.7],
    ['across the edges', -1.3, 1.3],
    ['far outside', 2, 9],
  ])('look-ups give its numbers: places %s', async (_, least, most) => {
    const feeds = { x: drawn([2, 3, 4, 6], -5, 5), grid: drawn([2, 5, 2, 2], least, most) }
    const lowered = lower(graph, webgpu)
    expect(ops(lowered)).not.toContain('gridSample')
    expect(ops(lowered).filter((op) => op === 'gatherRows')).toHaveLength(4)
    const oracle = await referenceBackend().compile(graph)
    const program = await (await ortBackend({ threads: 1 })).compile(lowered)
    const [{ y: expected }, { y }] = [await oracle.run(feeds), await program.run(feeds)]
    await program.release()
    expectClose('sampled', y!, expected!, float32Op)
    expect(y!.data.some((value) => value !== 0)).toBe(most < 2)
  })

  test('photos that were channels-last are not turned twice', () => {
    const turned = transpose(input('pixels', [2, 4, 6, 3]), [0, 3, 1, 2])
    const lowered = lower({ outputs: { y: gridSample(turned, places) } }, webgpu)
    expect(ops(lowered).filter((op) => op === 'transpose')).toHaveLength(1) // of the result
  })

  test('a batch of symbolic size keeps the operator, and so does a device that has it', () => {
    const open = { outputs: { y: gridSample(input('x', ['N', 3, 4, 6]), input('grid', ['N', 5, 2, 2])) } }
    expect(ops(lower(open, webgpu))).toContain('gridSample')
    expect(ops(lower(graph, portableTarget))).toContain('gridSample')
  })
})
