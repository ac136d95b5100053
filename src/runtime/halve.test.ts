import { expect, test } from 'vitest'
import { rejection } from '../../test/dataset-fixture.ts'
import { add, cast, input, matmul, topological } from '../graph/index.ts'
import { float32 } from '../tensor/index.ts'
import { halve } from './halve.ts'
import { referenceBackend } from './reference.ts'

const graph = {
  outputs: { y: add(matmul(cast(input('x', [1, 2], 'uint8'), 'float32'), input('w', [2, 2])), input('b', [2])) },
}
const options = { halved: new Set(['w', 'b']), kept: new Set<string>() }
const weights = (w: number) =>
  new Map([...Object.entries({ w: float32([2, 2], [w, 0.1, 2, 0]), b: float32([2], [0, 1]) })])

test('weights become constants of float16, as they are rounded', async () => {
  const half = await halve(graph, weights(1), referenceBackend(), options)
  const values = topological(Object.values(half.outputs))
  expect(values.flatMap(({ op, dtype }) => (op === 'constant' ? [dtype] : []))).toEqual(['float16', 'float16'])
  expect(values.flatMap((value) => (value.op === 'input' ? [value.attrs.name] : []))).toEqual(['x'])
  const program = await referenceBackend().compile(half)
  const { y } = await program.run({ x: { dtype: 'uint8', shape: [1, 2], data: Uint8Array.of(200, 1) } })
  const tenth = 0.0999755859375 // the nearest to 0.1 of float16; 200 times it is 19.995, of whose neighbours 20 is the nearer
  expect(Array.from(y!.data, Number)).toEqual([202, Math.round(200 * tenth) + 1])
})

test('a weight that float16 does not have is named as the reason', async () => {
  const message = await rejection(halve(graph, weights(1e6), referenceBackend(), options))
  expect(message).toContain('fp16: a weight is larger than 65504')
})
