import { expect, test } from 'vitest'
import { fuseBias } from '../lower/gemm.ts'
import { costByGroup } from './budget.ts'
import { add, cast, gelu, input, matmul, reduceSum, reshape, transpose } from './index.ts'

const [x, w, b] = [input('x', [6, 4]), input('w', [4, 8]), input('b', [8])]

test('a product of 6·4·8 multiply-adds, its row, and what follows, each by what it reads and writes', () => {
  const layer = add(matmul(x, w), b)
  const y = reduceSum(transpose(cast(gelu(reshape(layer, [2, 24])), 'float16'), [1, 0]))
  const costs = costByGroup({ outputs: { y } })
  expect(costs.products).toEqual({ nodes: 1, flop: 2 * 6 * 4 * 8, bytes: 4 * (24 + 32 + 48) })
  expect(costs.elementwise).toEqual({ nodes: 2, flop: 0, bytes: 4 * (48 + 48 + 8) + 4 * (48 + 48) })
  expect(costs.casts).toEqual({ nodes: 1, flop: 0, bytes: 48 * (4 + 2) })
  expect(costs.moves).toEqual({ nodes: 1, flop: 0, bytes: 48 * (2 + 2) })
  expect(costs.reductions).toEqual({ nodes: 1, flop: 0, bytes: 48 * 2 + 2 })
  expect(costs.convolutions.nodes).toBe(0)
})

test('a fused row costs no pass of its own', () => {
  const { products, elementwise } = costByGroup(fuseBias({ outputs: { y: add(matmul(x, w), b) } }))
  expect(products).toEqual({ nodes: 1, flop: 2 * 6 * 4 * 8, bytes: 4 * (24 + 32 + 8 + 48) })
  expect(elementwise.nodes).toBe(0)
})
