import { expect, test } from 'vitest'
import { expectClose } from '../../test/compare.ts'
import { evaluate } from '../../test/differences.ts'
import { float32Op } from '../../test/tolerances.ts'
import { add, type Graph, gelu, input, matmul, printGraph } from '../graph/index.ts'
import { ortBackend, referenceBackend } from '../runtime/index.ts'
import { float32 } from '../tensor/index.ts'
import { fuseBiasGelu } from './bias-gelu.ts'

const sum = add(matmul(input('x', [2, 3]), input('w', [3, 2])), input('row', [2]))

test('a row and GELU become one op, which computes the same', async () => {
  const fused = fuseBiasGelu({ outputs: { y: gelu(sum) } })
  expect(fused.outputs.y!.op).toBe('biasGelu')
  const feeds = {
    x: float32([2, 3], [1, -2, 3, 0.5, 0.25, -1]),
    w: float32([3, 2], [0.1, 0.2, 0.3, -0.4, 0.5, 0.6]),
    row: float32([2], [-0.5, 2]),
  }
  const expected = await evaluate(referenceBackend(), { y: gelu(sum) }, feeds)
  const actual = await evaluate(await ortBackend({ threads: 1 }), fused.outputs, feeds)
  expectClose('y', actual.y!, expected.y!, float32Op)
})

const kept: readonly (readonly [string, Graph['outputs']])[] = [
  ['where the sum is read elsewhere, as a backward pass does', { y: gelu(sum), sum }],
  ['where what is added is no row', { y: gelu(add(input('x', [2, 3]), input('table', [2, 3]))) }],
  ['where the row has one element', { y: gelu(add(input('x', [2, 3]), input('one', [1]))) }],
]
test.each(kept)('they stay apart %s', (_, outputs) => {
  expect(printGraph(fuseBiasGelu({ outputs }))).toBe(printGraph({ outputs }))
})
