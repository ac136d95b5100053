import { describe, expect, test } from 'vitest'
import { expectClose } from '../../test/compare.ts'
import { evaluate } from '../../test/differences.ts'
import { float32Op, forSums, sameNumbers } from '../../test/tolerances.ts'
import { gradient } from '../autodiff/index.ts'
import { Rng } from '../base/index.ts'
import {
  type AnyOpName,
  add,
  depthwiseConv,
  type Graph,
  input,
  mul,
  reduceSum,
  topological,
  type Value,
} from '../graph/index.ts'
import { ortBackend, probeBlockSize, referenceBackend } from '../runtime/index.ts'
import { float32, sizeOf, type Tensor } from '../tensor/index.ts'
import { lowerDepthwise } from './blocked.ts'
import { lower, portableTarget } from './index.ts'

const block = await probeBlockSize()

/** y and the gradients of a depthwise convolution, whose output gradient is `dy`. */
function convolution(shape: readonly number[], k: number, pad: number) {
  const x = input('x', shape)
  const w = input('w', [shape[3]!, 1, k, k])
  const y = depthwiseConv(x, w, pad)
  const [dx, dw] = gradient(reduceSum(mul(y, input('dy', y.shape))), [x, w]) as [Value, Value]
  const rng = new Rng(`${shape} ${k} ${pad}`)
  const feeds = { x: drawn(rng, x.shape), w: drawn(rng, w.shape), dy: drawn(rng, y.shape) }
  return { graph: { outputs: { y, dx, dw } } satisfies Graph, feeds }
}

describe('blocked depthwise convolution', () => {
  test('is made where the block divides the channels', () => {
    const { graph } = convolution([2, 5, 4, 32], 3, 1)
    const counts = count(lowerDepthwise(graph, 16))
    expect(counts).toMatchObject({ blockedDepthwise: 3, blockedReorderOutput: 2 })
    expect(counts.depthwiseConv).toBeUndefined()
    expect(counts.depthwiseConvWeight).toBeUndefined()
  })

  test('reorders what two convolutions read once', () => {
    const { graph } = convolution([2, 5, 4, 32], 3, 1)
    expect(count(lowerDepthwise(graph, 16)).blockedReorderInput).toBe(2) // x for y and dw, dy for dx and dw
  })

  test('is not made of channels that are not in fours, nor of an unknown batch', () => {
    expect(ops(lowerDepthwise(convolution([2, 5, 4, 22], 3, 1).graph, 16))).not.toContain('blockedDepthwise')
    const symbolic = depthwiseConv(input('x', ['N', 5, 4, 16]), input('w', [16, 1, 3, 3]), 1)
    expect(ops(lowerDepthwise({ outputs: { symbolic } }, 16))).not.toContain('blockedDepthwise')
  })

  test('is not made for the portable target', () => {
    expect(ops(lower(convolution([2, 5, 4, 32], 3, 1).graph, portableTarget))).not.toContain('blockedDepthwise')
  })

  test('has no reference: the evaluator says so', async () => {
    const lowered = lowerDepthwise(convolution([1, 3, 3, 16], 3, 1).graph, 16)
    const program = await referenceBackend().compile(lowered)
    await expect(program.run(convolution([1, 3, 3, 16], 3, 1).feeds)).rejects.toThrow('before they are lowered')
  })

  const shapes: readonly (readonly [readonly number[], number, number])[] = [
    [[1, 4, 4, 16], 3, 1],
    [[2, 5, 4, 16], 3, 1],
    [[3, 7, 7, 32], 7, 3],
    [[2, 4, 6, 32], 3, 0],
    [[2, 3, 3, 32], 3, 2],
    [[2, 6, 6, 24], 5, 2],
    [[1, 1, 1, 16], 7, 3],
    [[2, 3, 4, 48], 1, 0],
  ]
  test.each(shapes)('[%s], kernel %i, pad %i: blocked, plain and reference agree', async (shape, k, pad) => {
    const { graph, feeds } = convolution(shape, k, pad)
    const blocked = await evaluate(await ortBackend({ threads: 1 }), graph.outputs, feeds)
    const plain = await evaluate(await ortBackend({ threads: 1, blocked: false }), graph.outputs, feeds)
    const expected = await evaluate(referenceBackend(), graph.outputs, feeds)
    for (const name of ['y', 'dx', 'dw'] as const) {
      const terms = name === 'dw' ? sizeOf(shape) / shape[3]! : k * k
      expectClose(`${name} plain`, plain[name]!, expected[name]!, forSums(float32Op, terms))
      expectClose(`${name} blocked`, blocked[name]!, expected[name]!, forSums(float32Op, terms))
      expectClose(`${name} both`, blocked[name]!, plain[name]!, forSums(sameNumbers, terms))
    }
  })

  test.skipIf(block === 0)('is what ONNX Runtime is given on this processor', () => {
    const { graph } = convolution([2, 3, 3, 32], 3, 1)
    expect(count(lower(graph, { blockSize: block })).blockedDepthwise).toBe(3)
  })

  test.each([16, 24])(
    'a bias of %i channels is the operator’s, and agrees with plain and reference',
    async (channels) => {
      const [x, w, bias] = [input('x', [2, 5, 4, channels]), input('w', [channels, 1, 3, 3]), input('bias', [channels])]
      const y = add(depthwiseConv(x, w, 1), bias)
      const [dx, dbias] = gradient(reduceSum(mul(y, y)), [x, bias]) as [Value, Value]
      const graph: Graph = { outputs: { y, dx, dbias } }
      expect(count(lowerDepthwise({ outputs: { y } }, 16))).toMatchObject({
        blockedDepthwise: 1,
        blockedReorderOutput: 1,
      })
      expect(ops(lowerDepthwise({ outputs: { y } }, 16))).not.toContain('add')
      const rng = new Rng(`bias ${channels}`)
      const feeds = { x: drawn(rng, x.shape), w: drawn(rng, w.shape), bias: drawn(rng, bias.shape) }
      const blocked = await evaluate(await ortBackend({ threads: 1 }), graph.outputs, feeds)
      const expected = await evaluate(referenceBackend(), graph.outputs, feeds)
      for (const name of ['y', 'dx', 'dbias'] as const)
        expectClose(name, blocked[name]!, expected[name]!, forSums(float32Op, name === 'dbias' ? 400 : 90))
    },
  )

  test('of two biases the first is the operator’s', async () => {
    const [x, w] = [input('x', [1, 4, 4, 16]), input('w', [16, 1, 3, 3])]
    const y = add(add(depthwiseConv(x, w, 1), input('a', [16])), input('b', [16]))
    expect(count(lowerDepthwise({ outputs: { y } }, 16))).toMatchObject({ blockedDepthwise: 1, add: 1 })
    const rng = new Rng('two biases')
    const feeds = { x: drawn(rng, x.shape), w: drawn(rng, w.shape), a: drawn(rng, [16]), b: drawn(rng, [16]) }
    const actual = await evaluate(await ortBackend({ threads: 1 }), { y }, feeds)
    expectClose('y', actual.y!, (await evaluate(referenceBackend(), { y }, feeds)).y!, forSums(float32Op, 9))
  })

  test.each([
    ['read elsewhere too', (y: Value, row: Value) => [add(y, row), mul(y, 2)]],
    ['added to a map', (y: Value) => [add(y, input('map', [2, 5, 4, 16]))]],
    ['added to a single number', (y: Value) => [add(y, input('one', [1]))]],
  ])('what is no bias stays: %s', (_, build) => {
    const y = depthwiseConv(input('x', [2, 5, 4, 16]), input('w', [16, 1, 3, 3]), 1)
    const outputs = Object.fromEntries(build(y, input('row', [16])).map((value, i) => [`y${i}`, value]))
    expect(ops(lowerDepthwise({ outputs }, 16))).toContain('add')
  })

  test('leaves values around it as they are', async () => {
    const x = input('x', [2, 4, 4, 16])
    const w = input('w', [16, 1, 3, 3])
    const y = add(mul(depthwiseConv(depthwiseConv(x, w, 1), w, 1), 0.5), x)
    const rng = new Rng(1)
    const feeds = { x: drawn(rng, x.shape), w: drawn(rng, w.shape) }
    const actual = await evaluate(await ortBackend({ threads: 1 }), { y }, feeds)
    const expected = await evaluate(referenceBackend(), { y }, feeds)
    expectClose('y', actual.y!, expected.y!, forSums(float32Op, 81))
  })
})

function drawn(rng: Rng, shape: readonly (number | string)[]): Tensor {
  const sizes = shape.map(Number)
  return float32(
    sizes,
    Array.from({ length: sizeOf(sizes) }, () => rng.normal()),
  )
}

function ops(graph: Graph): AnyOpName[] {
  return topological(Object.values(graph.outputs)).map(({ op }) => op)
}

function count(graph: Graph): Partial<Record<AnyOpName, number>> {
  const counts: Partial<Record<AnyOpName, number>> = {}
  for (const op of ops(graph)) counts[op] = (counts[op] ?? 0) + 1
  return counts
}
