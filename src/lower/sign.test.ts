import { expect, test } from 'vitest'
import { input, mul, sign, topological } from '../graph/index.ts'
import { referenceBackend } from '../runtime/index.ts'
import { float32 } from '../tensor/index.ts'
import { lower } from './index.ts'
import { portableTarget } from './target.ts'

test('where a device has no Sign, comparisons give it', async () => {
  const graph = { outputs: { y: mul(sign(input('x', [5])), 2) } }
  const lowered = lower(graph, { ...portableTarget, lacks: ['sign'] })
  expect(topological([lowered.outputs.y!]).map(({ op }) => op)).not.toContain('sign')
  const program = await referenceBackend().compile(lowered)
  const { y } = await program.run({ x: float32([5], [-3, -1e-30, 0, 1e-30, 7]) })
  expect([...y!.data]).toEqual([-2, -2, 0, 2, 2])
  expect(topological([lower(graph, portableTarget).outputs.y!]).map(({ op }) => op)).toContain('sign')
})
