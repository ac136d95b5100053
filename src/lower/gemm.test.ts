import { describe, expect, test } from 'vitest'
import { expectClose } from '../../test/compare.ts'
import { evaluate } from '../../test/differences.ts'
import { float32Op } from '../../test/tolerances.ts'
import { Rng } from '../base/index.ts'
import { add, type Graph, input, matmul, printGraph, type Value } from '../graph/index.ts'
import { ortBackend, referenceBackend } from '../runtime/index.ts'
import { float32 } from '../tensor/index.ts'
import { fuseBias } from './gemm.ts'

const bias = input('bias', [4])

function linear(options: { transA?: boolean; transB?: boolean } = {}): Value {
  const x = input('x', options.transA ? [3, 2] : [2, 3])
  const w = input('w', options.transB ? [4, 3] : [3, 4])
  return matmul(x, w, options)
}

describe('a matrix product and a bias', () => {
  test('become one op', () => {
    expect(printGraph(fuseBias({ outputs: { y: add(linear(), bias) } }))).toMatchInlineSnapshot(`
      "@x = input() → float32 [2, 3]
      @w = input() → float32 [3, 4]
      @bias = input() → float32 [4]
      %0 = gemm(@x, @w, @bias) → float32 [2, 4]
      return y = %0"
    `)
  })

  const kept: readonly (readonly [string, Graph['outputs']])[] = [
    ['where the product is read elsewhere', both()],
    ['where the product is an output', alsoOutput()],
    ['where what is added is no row', { y: add(linear(), input('table', [2, 4])) }],
    ['where the row has one element', { y: add(linear(), input('one', [1])) }],
    ['of more than two axes', { y: add(matmul(input('x', [2, 2, 3]), input('w', [3, 4])), bias) }],
  ]
  test.each(kept)('stay apart %s', (_, outputs) => {
    expect(printGraph(fuseBias({ outputs }))).toBe(printGraph({ outputs }))
  })

  test.each([{}, { transA: true }, { transB: true }, { transA: true, transB: true }])(
    'compute the same: %o',
    async (o) => {
      const y = add(linear(o), bias)
      const rng = new Rng(JSON.stringify(o))
      const draw = (...shape: number[]) =>
        float32(
          shape,
          Array.from({ length: shape.reduce((a, b) => a * b) }, () => rng.normal()),
        )
      const feeds = {
        x: o.transA ? draw(3, 2) : draw(2, 3),
        w: o.transB ? draw(4, 3) : draw(3, 4),
        bias: draw(4),
      }
      const actual = await evaluate(await ortBackend({ threads: 1 }), { y }, feeds)
      const expected = await evaluate(referenceBackend(), { y }, feeds)
      expectClose('y', actual.y!, expected.y!, float32Op)
    },
  )
})

function both(): Graph['outputs'] {
  const product = linear()
  return { y: add(add(product, bias), product) }
}

function alsoOutput(): Graph['outputs'] {
  const product = linear()
  return { y: add(product, bias), product }
}
