import { expect, test } from 'vitest'
import { type Graph, input, inverseDeviation, standardise, topological } from '../graph/index.ts'
import { referenceBackend } from '../runtime/index.ts'
import { float32 } from '../tensor/index.ts'
import { lower } from './index.ts'
import { portableTarget } from './target.ts'

const x = input('x', [2, 4])
const ops = (graph: Graph) => topological(Object.values(graph.outputs)).map(({ op }) => op)
const webgpu = { ...portableTarget, deviations: false }

test('where the deviation is read, standardisation is plain operators: the same numbers, each computed once', async () => {
  const graph: Graph = { outputs: { y: standardise(x, 1e-5), r: inverseDeviation(x, 1e-5) } }
  const lowered = lower(graph, webgpu)
  expect(ops(lowered)).not.toContain('standardise')
  expect(ops(lowered)).not.toContain('inverseDeviation')
  expect(ops(lowered).filter((op) => op === 'sqrt')).toHaveLength(1)
  const feeds = { x: float32([2, 4], [1, 2, 3, 4, -10, 10, 0, 0]) }
  const reference = referenceBackend()
  const [expected, got] = [await reference.compile(graph), await reference.compile(lowered)]
  const [a, b] = [await expected.run(feeds), await got.run(feeds)]
  for (const name of ['y', 'r'])
    Array.from(a[name]!.data, Number).forEach((v, i) => expect(Number(b[name]!.data[i])).toBeCloseTo(v, 6))
  expect(Number(a.y!.data[0])).toBeCloseTo(-1.3416, 3)
})

test('a graph that reads no deviation keeps the one operator, and so does a target that has it', () => {
  expect(ops(lower({ outputs: { y: standardise(x, 1e-5) } }, webgpu))).toContain('standardise')
  const both: Graph = { outputs: { y: standardise(x, 1e-5), r: inverseDeviation(x, 1e-5) } }
  expect(ops(lower(both, portableTarget))).toContain('inverseDeviation')
})
