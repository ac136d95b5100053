import { describe, expect, test } from 'vitest'
import { gradient } from '../autodiff/index.ts'
import {
  add,
  type Graph,
  graphInputs,
  input,
  matmul,
  mul,
  printGraph,
  reduceSum,
  reshape,
  topological,
  type Value,
} from '../graph/index.ts'
import { float32 } from '../tensor/index.ts'
import {
  fixedOperands,
  productWeights,
  quantiseProducts,
  roundColumns,
  roundProducts,
  withConstants,
} from './quantise.ts'

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

test('a weight that one product rounds stays whole where another cannot', () => {
  const [square, left] = [input('square', [32, 32]), input('left', [32, 32])]
  const outputs = { a: matmul(left, square), b: matmul(left, square, { transA: true }) }
  const names = new Set(['square'])
  const values = new Map(productWeights({ outputs }, names).map((w) => [w, float32([32, 32], new Float32Array(1024))]))
  const ops = ({ outputs }: Graph) => [outputs.a!.op, outputs.b!.op]
  expect(ops(quantiseProducts({ outputs }, values))).toEqual(['quantisedMatmul', 'matmul'])
  expect(ops(roundProducts({ outputs }, names))).toEqual(['quantisedMatmul', 'matmul'])
})

test('a product becomes one in whole numbers; what is added to it stays', () => {
  const y = add(matmul(x, folded, { transB: true }), input('bias', [4]))
  const values = new Map([[folded, float32([4, 32], new Float32Array(128).fill(1))]])
  expect(printGraph(quantiseProducts({ outputs: { y } }, values))).toMatchInlineSnapshot(`
    "@x = input() → float32 [N, 32]
    %0 = constant() value={128 numbers} → int8 [32, 4]
    %1 = constant() value={0.01587301678955555, 0.01587301678955555, 0.01587301678955555, 0.01587301678955555} → float32 [4]
    %2 = quantisedMatmul(@x, %0, %1) by=tensor → float32 [N, 4]
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

describe('roundProducts', () => {
  test('rounds a weight in the graph, once for all that read it so', () => {
    const [a, b] = [matmul(x, folded, { transB: true }), matmul(mul(x, x), folded, { transB: true })]
    expect(printGraph(roundProducts({ outputs: { a, b } }, parameters))).toMatchInlineSnapshot(`
      "@x = input() → float32 [N, 32]
      @w = input() → float32 [4, 32]
      @gamma = input() → float32 [32]
      %0 = mul(@w, @gamma) → float32 [4, 32]
      %1 = transpose(%0) perm=[1, 0] → float32 [32, 4]
      %2 = abs(%1) → float32 [32, 4]
      %3 = reduceMax(%2) axes=[0] → float32 [4]
      %4 = constant() value={1.0000000031710769e-30} → float32 []
      %5 = max(%3, %4) → float32 [4]
      %6 = constant() value={63} → float32 []
      %7 = div(%5, %6) → float32 [4]
      %8 = roundColumns(%1, %7) → int8 [32, 4]
      %9 = quantisedMatmul(@x, %8, %7) by=row → float32 [N, 4]
      %10 = mul(@x, @x) → float32 [N, 32]
      %11 = quantisedMatmul(%10, %8, %7) by=row → float32 [N, 4]
      return a = %9
      return b = %11"
    `)
  })

  test('leaves a product of one row, as the shift of a norm that went into a bias is', () => {
    const shift = matmul(reshape(input('beta', [32]), [1, 32]), folded, { transB: true })
    const y = add(matmul(x, folded, { transB: true }), reshape(shift, [4]))
    const { outputs } = roundProducts({ outputs: { y } }, new Set([...parameters, 'beta']))
    const ops = topological(Object.values(outputs)).map(({ op }) => op)
    expect(ops.filter((op) => op.toLowerCase().includes('matmul'))).toEqual(['quantisedMatmul', 'matmul'])
  })

  test('takes forward products and the gradients of their left sides; those of the weights stay', () => {
    const [hidden, v] = [matmul(input('x', [64, 32]), w, { transB: true }), input('v', [32, 4])]
    const y = matmul(mul(hidden, hidden), v, { transB: true })
    const [dw, dv] = gradient(reduceSum(mul(y, y)), [w, v]) as [Value, Value]
    const { outputs } = roundProducts({ outputs: { y, dw, dv } }, new Set(['w', 'v']))
    const isRounded = ({ op }: Value) => op === 'quantisedMatmul'
    // x·w, and dy·v; h·v has four terms, too few
    expect(topological(Object.values(outputs)).filter(isRounded)).toHaveLength(2)
    expect([outputs.dw!.op, outputs.dv!.op]).toEqual(['matmul', 'matmul'])
  })
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
