import { describe, expect, test } from 'vitest'
import { relativeError } from '../../test/golden.ts'
import { float32Op } from '../../test/tolerances.ts'
import { Rng } from '../base/index.ts'
import {
  add,
  concat,
  exp,
  type Graph,
  graphInputs,
  input,
  matmul,
  mul,
  reduceSum,
  reshape,
  slice,
  staticShape,
  topological,
  transpose,
  type Value,
} from '../graph/index.ts'
import { referenceBackend } from '../runtime/index.ts'
import { float32, sizeOf } from '../tensor/index.ts'
import { joinAlike } from './alike-joins.ts'
import { stackAlike } from './alike-rows.ts'
import { mergeEqual } from './merge.ts'

const blocks = [0, 1, 2]
const weights = input('weights', [3, 4, 5])
/** The scales of the blocks behind two other rows of that length. */
const scales = input('scales', [5, 4])
const row = (of: Value, i: number) => {
  const [, ...shape] = of.shape
  return reshape(slice(of, 0, i, i + 1), shape)
}
const asColumn = (x: Value) => reshape(x, [...x.shape, 1])

/** A weight times its scale, and what a block makes of data with it. */
const scaledWeights = blocks.map((i) => mul(row(weights, i), asColumn(row(scales, 2 + i))))
const forward: Graph = {
  outputs: {
    y: scaledWeights
      .map((w) => transpose(w, [1, 0]))
      .reduce((x, w) => exp(matmul(x, matmul(w, transpose(w, [1, 0])))), input('x', [2, 5])),
  },
}

describe('the same op on slice after slice', () => {
  test('is one on the whole, a view of other rows included', async () => {
    const stacked = mergeEqual(stackAlike(mergeEqual(forward)))
    expect(count(forward, 'mul')).toBe(3)
    expect(count(stacked, 'mul')).toBe(1)
    expect(count(stacked, 'transpose')).toBe(2) // of all weights, and of those
    const product = topological(Object.values(stacked.outputs)).find(({ op }) => op === 'mul')!
    expect(product.shape).toEqual([3, 4, 5])
    await expectSame(stacked, forward)
  })

  test('stays where a row is left out, where it is the only one, and where the other operand is its own', async () => {
    const own = blocks.map((i) => mul(row(weights, i), input(`x${i}`, [4, 5])))
    const gap = [0, 2].map((i) => exp(row(weights, i)))
    const graph = { outputs: { own: own.reduce(add), gap: gap.reduce(add), single: reduceSum(row(weights, 1)) } }
    const stacked = stackAlike(mergeEqual(graph))
    for (const op of ['mul', 'exp', 'reduceSum'] as const) expect(count(stacked, op), op).toBe(count(graph, op))
    await expectSame(stacked, graph)
  })

  test('has axes that count from the row', async () => {
    const sums = blocks.map((i) => reduceSum(row(weights, i), { axes: [1] }))
    const graph = { outputs: { sum: sums.reduce(add) } }
    const stacked = stackAlike(mergeEqual(graph))
    expect(count(stacked, 'reduceSum')).toBe(1)
    await expectSame(stacked, graph)
  })
})

describe('results of the same op that are joined', () => {
  /** Gradients of the scaled weights, and of what they are made of. */
  const gradients = blocks.map((i) => matmul(input(`a${i}`, [6, 4]), input(`b${i}`, [6, 5]), { transA: true }))
  const ofWeights = gradients.map((g, i) => mul(g, asColumn(row(scales, 2 + i))))
  const ofScales = gradients.map((g, i) => reduceSum(mul(g, row(weights, i)), { axes: [1] }))
  const others = [0, 1].map((i) => reduceSum(input(`c${i}`, [3, 4]), { axes: [0] }))
  const joined = (values: readonly Value[]) => concat(values.map((value) => reshape(value, [1, ...value.shape])))
  const backward: Graph = { outputs: { dw: joined(ofWeights), ds: joined([...others, ...ofScales]) } }

  test('are one result on joined operands, the other rows of the join left as they are', async () => {
    const sunk = mergeEqual(joinAlike(mergeEqual(backward)))
    expect(count(backward, 'mul')).toBe(6)
    expect(count(sunk, 'mul')).toBe(2)
    expect(count(sunk, 'reduceSum')).toBe(2) // of the scales, and of the others
    expect(count(sunk, 'matmul')).toBe(3) // data by data stays
    await expectSame(sunk, backward)
  })

  test('stay where somebody else reads them', async () => {
    const graph = { outputs: { ...backward.outputs, first: exp(ofWeights[0]!) } }
    const sunk = mergeEqual(joinAlike(mergeEqual(graph)))
    expect(count(sunk, 'mul')).toBe(4) // three weights' for that reader, and one of all scales
    await expectSame(sunk, graph)
  })

  test('stay where joining their operands copies more than it saves', () => {
    const large = [0, 1].map((i) => reduceSum(input(`large${i}`, [2 ** 10, 2 ** 10]), { axes: [0] }))
    expect(count(joinAlike({ outputs: { y: joined(large) } }), 'reduceSum')).toBe(2)
  })
})

function count({ outputs }: Graph, op: Value['op']): number {
  return topological(Object.values(outputs)).filter((value) => value.op === op).length
}

async function expectSame(actual: Graph, expected: Graph): Promise<void> {
  const rng = new Rng('alike')
  const feeds = Object.fromEntries(
    graphInputs(expected).map(({ attrs }) => {
      const shape = staticShape(attrs.shape)
      const numbers = Array.from({ length: sizeOf(shape) }, () => rng.normal() / 4)
      return [attrs.name, float32(shape, numbers)]
    }),
  )
  const run = async (graph: Graph) => (await referenceBackend().compile(graph)).run(feeds)
  const [ours, wanted] = [await run(actual), await run(expected)]
  for (const [name, tensor] of Object.entries(wanted)) {
    expect(ours[name]!.shape, name).toEqual(tensor.shape)
    expect(relativeError(ours[name]!, tensor), name).toBeLessThan(float32Op.rtol)
  }
}
