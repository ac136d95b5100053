import { describe, expect, test } from 'vitest'
import { add, type Graph, graphInputs, input, matmul, mul, printGraph, reshape } from '../graph/index.ts'
import { float32 } from '../tensor/index.ts'
import { fixedOperands, productWeights, quantiseProducts, roundColumns, withConstants } from './quantise.ts'

const x = input('x', ['N', 32])
const w = input('w', [4, 32])
const gamma = input('gamma', [32])
const folded = mul(w, gamma)
const parameters = new Set(['w', 'gamma', 'bias', 'narrow'])
const named = (graph: Graph) => productWeights(graph, parameters)

describe('productWeights', () => {
  test('is the side made of parameters alone, once for each', () => {
    const [a, b] = [matmul(x, folded, { transB: true }), matmul(mul(x, x), folded, { transB: true })]
    expect(named({ outputs: { a, b } })).toEqual([folded])
  })

  test.each([
    ['products of parameters', matmul(reshape(gamma, [1, 32]), w, { transB: true })],
    ['products of data', matmul(x, input('y', [32, 4]))],
    ['products of few terms', matmul(input('x', [5, 31]), input('narrow', [31, 4]))],
    ['more than two axes', matmul(input('x', [2, 5, 32]), w, { transB: true })],
    ['a transposed left side', matmul(input('x', [32, 5]), w, { transA: true, transB: true })],
  ])('leaves %s', (_, y) => {
    expect(named({ outputs: { y } })).toEqual([])
  })
})

test('a product becomes one in whole numbers; what is added to it stays', () => {
  const y = add(matmul(x, folded, { transB: true }), input('bias', [4]))
  const values = new Map([[folded, float32([4, 32], new Float32Array(128).fill(1))]])
  expect(printGraph(quantiseProducts({ outputs: { y } }, values))).toMatchInlineSnapshot(`
    "@x = input() → float32 [N, 32]
    %0 = constant() value={128 numbers} → int8 [32, 4]
    %1 = constant() value={0.01587301678955555, 0.01587301678955555, 0.01587301678955555, 0.01587301678955555} → float32 [4]
    %2 = quantisedMatmul(@x, %0, %1) → float32 [N, 4]
    @bias = input() → float32 [4]
    %3 = add(%2, @bias) → float32 [N, 4]
    return y = %3"
  `)
})

test('what parameters alone decide becomes a constant, and what it was made of is gone', () => {
  const bias = reshape(matmul(reshape(gamma, [1, 32]), w, { transB: true }), [4])
  const graph = { outputs: { y: add(input('data', [2, 4]), bias) } }
  const operands = fixedOperands(graph, parameters)
  expect(operands).toEqual([bias])
  const known = new Map(operands.map((value) => [value, float32([4], [1, 2, 3, 4])]))
  expect(graphInputs(withConstants(graph, known)).map(({ attrs }) => attrs.name)).toEqual(['data'])
})

describe('roundColumns', () => {
  test('±63 at the largest of each column', () => {
    const { columns, scale } = roundColumns(float32([2, 3], [1, -8, 0, 0.5, 4, 0]), false)
    expect(columns.shape).toEqual([2, 3])
    expect([...columns.data]).toEqual([63, -63, 0, 32, 32, 0])
    expect([...scale.data].map((s) => Math.fround(s * 63))).toEqual([1, 8, 63])
  })

  test('of a transposed weight', () => {
    const { columns, scale } = roundColumns(float32([3, 2], [1, 0.5, -8, 4, 0, 0]), true)
    expect([...columns.data]).toEqual([63, -63, 0, 32, 32, 0])
    expect(scale.shape).toEqual([3])
  })
})
