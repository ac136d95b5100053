import { describe, expect, test } from 'vitest'
import { expectClose } from '../../test/compare.ts'
import { evaluate } from '../../test/differences.ts'
import { roundedToFloat32 } from '../../test/tolerances.ts'
import { gradient } from '../autodiff/index.ts'
import {
  add,
  constant,
  div,
  exp,
  type Graph,
  gelu,
  input,
  matmul,
  mul,
  printGraph,
  reduceMean,
  reduceSum,
  slice,
  standardise,
  topological,
  type Value,
} from '../graph/index.ts'
import { referenceBackend } from '../runtime/index.ts'
import { filled, float32, tensor } from '../tensor/index.ts'
import { mergeEqual } from './merge.ts'

describe('equal values', () => {
  test('become one', () => {
    const x = input('x', [2])
    const merged = mergeEqual({ outputs: { y: add(exp(mul(x, 2)), exp(mul(x, 2))), z: exp(mul(input('x', [2]), 2)) } })
    expect(printGraph(merged)).toMatchInlineSnapshot(`
      "@x = input() → float32 [2]
      %0 = constant() value={2} → float32 []
      %1 = mul(@x, %0) → float32 [2]
      %2 = exp(%1) → float32 [2]
      %3 = add(%2, %2) → float32 [2]
      return y = %3
      return z = %2"
    `)
  })

  test('are those with equal attributes only', () => {
    const x = input('x', [4, 2])
    const outputs = {
      a: slice(x, 0, 0, 2),
      b: slice(x, 0, 1, 3),
      c: standardise(x, 1e-6),
      d: standardise(x, 1e-5),
      e: matmul(x, x, { transA: true }),
      f: matmul(x, x, { transB: true }),
      g: reduceSum(x, { axes: [0] }),
      h: reduceSum(x, { axes: [0], keepDims: true }),
    }
    expect(size(mergeEqual({ outputs }))).toBe(size({ outputs }))
  })

  test('are those with operands in the same order only', () => {
    const [x, y] = [input('x', [2]), input('y', [2])]
    expect(size(mergeEqual({ outputs: { a: div(x, y), b: div(y, x) } }))).toBe(4)
  })

  test.each([
    ['0 and −0', float32([1], [0]), float32([1], [-0])],
    ['shapes', float32([1, 2], [1, 2]), float32([2, 1], [1, 2])],
    ['dtypes', tensor('int32', [1], Int32Array.of(1)), tensor('uint8', [1], Uint8Array.of(1))],
    ['neighbouring numbers', float32([1], [1]), float32([1], [1 + 2 ** -23])],
  ])('are no constants that differ in %s', (_, a, b) => {
    expect(size(mergeEqual({ outputs: { a: constant(a), b: constant(b) } }))).toBe(2)
  })

  test('are no large constants, which are not compared', () => {
    expect(size(mergeEqual({ outputs: { a: constant(filled([65], 1)), b: constant(filled([65], 1)) } }))).toBe(2)
    expect(size(mergeEqual({ outputs: { a: constant(filled([64], 1)), b: constant(filled([64], 1)) } }))).toBe(1)
  })

  test('make a gradient graph smaller and keep its values', async () => {
    const x = input('x', [3, 4])
    const w = input('w', [4, 4])
    const hidden = gelu(standardise(matmul(x, w), 1e-6))
    const loss = reduceMean(mul(gelu(matmul(hidden, w)), hidden))
    const [dx, dw] = gradient(loss, [x, w]) as [Value, Value]
    const graph = { outputs: { loss, dx, dw } }
    const merged = mergeEqual(graph)
    expect(size(merged)).toBe(56) // of 62
    expect(mergeEqual(merged)).toEqual(merged)
    const feeds = {
      x: float32(
        [3, 4],
        Array.from({ length: 12 }, (_, i) => Math.sin(i)),
      ),
      w: float32(
        [4, 4],
        Array.from({ length: 16 }, (_, i) => Math.cos(3 * i)),
      ),
    }
    const actual = await evaluate(referenceBackend(), merged.outputs, feeds)
    const expected = await evaluate(referenceBackend(), graph.outputs, feeds)
    for (const name of ['loss', 'dx', 'dw']) expectClose(name, actual[name]!, expected[name]!, roundedToFloat32)
  })
})

function size(graph: Graph): number {
  return topological(Object.values(graph.outputs)).length
}
