import { describe, expect, test } from 'vitest'
import { expectClose } from '../../test/compare.ts'
import { evaluate } from '../../test/differences.ts'
import { float32Op } from '../../test/tolerances.ts'
import { gradient } from '../autodiff/index.ts'
import { Rng } from '../base/index.ts'
import {
  add,
  type Graph,
  input,
  matmul,
  mul,
  printGraph,
  reduceSum,
  reshape,
  softmax,
  topological,
  transpose,
  type Value,
} from '../graph/index.ts'
import { ortBackend, referenceBackend } from '../runtime/index.ts'
import { float32 } from '../tensor/index.ts'
import { fuseAttention } from './fused-attention.ts'
import { halveProducts } from './index.ts'

const names = ['query', 'key', 'value'] as const

/** softmax(q·kᵀ/√3)·v of four heads of three channels, side by side again: [2, 5, 12]. */
function attention(place = (x: Value): Value => x): Value {
  const swapped = (x: Value) => transpose(x, [0, 2, 1, 3])
  const [query, key, value] = names.map((name) => swapped(reshape(input(name, [2, 5, 12]), [2, 5, 4, 3]))) as Value[]
  const weights = softmax(matmul(mul(place(query!), 1 / Math.sqrt(3)), place(key!), { transB: true }))
  return reshape(swapped(matmul(weights, value!)), [2, 5, 12])
}

function values({ outputs }: Graph): Value[] {
  return topological(Object.values(outputs))
}

function ops(graph: Graph): string[] {
  return values(graph).map(({ op }) => op)
}

describe('attention', () => {
  test('becomes one op, and its heads are not taken apart', () => {
    expect(printGraph(fuseAttention({ outputs: { y: attention() } }))).toMatchInlineSnapshot(`
      "@query = input() → float32 [2, 5, 12]
      %0 = reshape(@query) shape=[2, 5, 4, 3] → float32 [2, 5, 4, 3]
      %1 = reshape(%0) shape=[2, 5, 12] → float32 [2, 5, 12]
      @key = input() → float32 [2, 5, 12]
      %2 = reshape(@key) shape=[2, 5, 4, 3] → float32 [2, 5, 4, 3]
      %3 = reshape(%2) shape=[2, 5, 12] → float32 [2, 5, 12]
      @value = input() → float32 [2, 5, 12]
      %4 = reshape(@value) shape=[2, 5, 4, 3] → float32 [2, 5, 4, 3]
      %5 = reshape(%4) shape=[2, 5, 12] → float32 [2, 5, 12]
      %6 = fusedAttention(%1, %3, %5) heads=4 scale=0.5773502588272095 → float32 [2, 5, 12]
      %7 = reshape(%6) shape=[2, 5, 4, 3] → float32 [2, 5, 4, 3]
      %8 = reshape(%7) shape=[2, 5, 12] → float32 [2, 5, 12]
      return y = %8"
    `)
  })

  test.each([
    ['as it is', (x: Value) => x],
    ['where queries and keys are placed', (x: Value) => add(x, mul(x, 0.5))],
  ])('computes the same, %s', async (_, place) => {
    const y = attention(place)
    const fused = fuseAttention({ outputs: { y } })
    expect(ops(fused)).toContain('fusedAttention')
    expect(ops(fused)).not.toContain('softmax')
    const rng = new Rng('attention')
    const draw = () => Array.from({ length: 2 * 5 * 12 }, () => rng.normal())
    const feeds = Object.fromEntries(names.map((name) => [name, float32([2, 5, 12], draw())]))
    const expected = await evaluate(referenceBackend(), { y }, feeds)
    const actual = await evaluate(await ortBackend({ threads: 1 }), fused.outputs, feeds)
    expectClose('y', actual.y!, expected.y!, float32Op)
  })

  test('takes the casts around its softmax with it', () => {
    const y = matmul(
      attention((x) => matmul(x, input('w', [3, 3]))),
      input('out', [12, 12]),
    )
    const mixed = halveProducts({ outputs: { y } }, { halved: new Set(['w', 'out']), kept: new Set() })
    expect(values(mixed).some(({ op, dtype }) => op === 'softmax' && dtype === 'float32')).toBe(true)
    expect(values(fuseAttention(mixed)).find(({ op }) => op === 'fusedAttention')?.dtype).toBe('float16')
  })

  test.each([
    ['values have another size than queries', [2, 4, 5, 3], [2, 4, 5, 3], [2, 4, 5, 6]],
    ['one photo’s keys are spread over all', [2, 4, 5, 3], [1, 4, 5, 3], [2, 4, 5, 3]],
    ['all heads of the queries share one of the keys', [2, 4, 5, 3], [2, 1, 5, 3], [2, 4, 5, 3]],
  ])('stays apart where %s', (_, ...shapes) => {
    const [query, key, value] = names.map((name, i) => input(name, shapes[i]!)) as [Value, Value, Value]
    const weights = softmax(matmul(mul(query, 0.5), key, { transB: true }))
    const graph = { outputs: { y: transpose(matmul(weights, value), [0, 2, 1, 3]) } }
    expect(printGraph(fuseAttention(graph))).toBe(printGraph(graph))
  })

  test('stays apart where a backward pass reads its weights', () => {
    const y = attention()
    const loss = reduceSum(mul(y, y))
    const graph = {
      outputs: { loss, dq: gradient(loss, [values({ outputs: { y } }).find(({ op }) => op === 'input')!])[0]! },
    }
    expect(printGraph(fuseAttention(graph))).toBe(printGraph(graph))
  })
})
