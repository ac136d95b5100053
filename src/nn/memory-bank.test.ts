import { expect, test } from 'vitest'
import { gradient } from '../autodiff/index.ts'
import { type Graph, input } from '../graph/index.ts'
import { ortBackend, referenceBackend } from '../runtime/index.ts'
import { filled, float32, int32, type Tensor } from '../tensor/index.ts'
import { memoryBank } from './memory-bank.ts'
import { pairLoss, pairLossDefaults } from './pair-loss.ts'
import { pairsOf } from './pairs.ts'
import { Scope } from './scope.ts'

const [batch, dim] = [3, 2]
const numbers = ({ data }: Tensor) => Array.from(data, Number)

/** The bank alone, as a graph that carries it over. */
function bankGraph(size: number): Graph {
  const scope = Scope.root('training')
  const before = memoryBank(
    scope.child('bank'),
    size,
    input('embeddings', [batch, dim]),
    input('labels', [batch], 'int32'),
  )
  const next = scope.statistics().map(({ spec, next }) => [`next/${spec.name}`, next!] as const)
  return {
    outputs: { was: before.embeddings, named: before.labels, ...Object.fromEntries(next) },
    carried: Object.fromEntries(next.map(([name]) => [name.slice('next/'.length), name])),
  }
}

test.each([
  ['a queue of two batches', 6, [4, 5, 6, 1, 2, 3]],
  ['one that keeps a part of a batch', 4, [4, 5, 6, 1]],
  ['one smaller than a batch', 2, [4, 5]],
  ['one that is not full yet', 8, [4, 5, 6, 1, 2, 3, -1, -1]],
] as const)('%s: the newest first, of length 1', async (_, size, expected) => {
  const state = { 'bank.embeddings': filled([size, dim], 0), 'bank.labels': filled([size], -1) }
  const program = await (await ortBackend({ threads: 1 })).start(bankGraph(size), state)
  for (const first of [1, 4]) {
    const labels = [first, first + 1, first + 2]
    const embeddings = float32(
      [batch, dim],
      labels.flatMap((label) => [3 * label, -4 * label]),
    )
    await program.step({ embeddings, labels: int32([batch], labels) })
  }
  const { 'bank.labels': labels, 'bank.embeddings': embeddings } = await program.checkpoint()
  await program.release()
  expect(numbers(labels!)).toEqual(expected)
  expected.forEach((label, i) => {
    const [x, y] = numbers(embeddings!).slice(dim * i, dim * (i + 1))
    expect(x).toBeCloseTo(label < 0 ? 0 : 0.6, 6)
    expect(y).toBeCloseTo(label < 0 ? 0 : -0.8, 6)
  })
})

test('what is remembered is compared with, and an empty place is nobody', async () => {
  const rows = [0.9, 0.2, -0.3, 1.1, 0.6, 0.8, -1, 0.1]
  const cosine = (a: number, b: number) => {
    const [x, y] = [a, b].map((i) => rows.slice(dim * i, dim * (i + 1)))
    return (x![0]! * y![0]! + x![1]! * y![1]!) / Math.hypot(...x!) / Math.hypot(...y!)
  }
  const scope = Scope.root('training')
  const [embeddings, labels] = [input('embeddings', [2, dim]), input('labels', [2], 'int32')]
  const bank = memoryBank(scope.child('bank'), 3, embeddings, labels)
  const loss = pairLoss(pairsOf(embeddings, labels, bank), pairLossDefaults('supervised-contrastive'))
  const [slope] = gradient(loss, [embeddings])
  const next = Object.fromEntries(scope.statistics().map(({ spec, next }) => [`next/${spec.name}`, next!]))
  const carried = { 'bank.embeddings': 'next/bank.embeddings', 'bank.labels': 'next/bank.labels' }
  const state = { 'bank.embeddings': filled([3, dim], 0), 'bank.labels': filled([3], -1) }
  const program = await referenceBackend().start({ outputs: { loss, slope: slope!, ...next }, carried }, state)
  const step = (from: number) =>
    program.step({ embeddings: float32([2, dim], rows.slice(from, from + 4)), labels: int32([2], [0, 1]) })
  const first = await step(4)
  expect(numbers(first.loss!)).toEqual([0]) // neither has a pair
  const second = await step(0)
  await program.release()
  // photo 0 of the batch has photo 2 of the bank, photo 1 photo 3
  const each = [0, 1].map((a) => {
    const others = [0, 1, 2, 3].filter((b) => b !== a)
    return Math.log(others.reduce((sum, b) => sum + Math.exp(cosine(a, b) / 0.1), 0)) - cosine(a, a + 2) / 0.1
  })
  expect(Number(second.loss!.data[0])).toBeCloseTo((each[0]! + each[1]!) / 2, 4)
  expect(Math.hypot(...numbers(second.slope!))).toBeGreaterThan(0.01)
})
