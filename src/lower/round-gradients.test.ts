import { describe, expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import { constant, type Graph, input, matmul, type Node, topological, type Value } from '../graph/index.ts'
import { ortBackend, referenceBackend } from '../runtime/index.ts'
import { filled, float32, type Tensor } from '../tensor/index.ts'
import { roundProducts } from './quantise.ts'
import { roundWeightGradients } from './round-gradients.ts'

const [rows, narrow, wide] = [24, 128, 160]
const rng = new Rng('round-gradients')
const draw = (shape: readonly [number, number]) =>
  float32(
    shape,
    Array.from({ length: shape[0] * shape[1] }, () => rng.normal()),
  )

/** lᵀ·r, as a gradient of weights is, of two matrices that are multiplied with weights as well: in a step x forward, dY backward. */
function gradientOf(m: number, a: number, b: number): Graph {
  const [l, r] = [input('l', [m, a]), input('r', [m, b])]
  const outputs = { ofL: matmul(l, input('v', [a, 3])), ofR: matmul(r, input('w', [b, 3])) }
  return { outputs: { ...outputs, p: matmul(l, r, { transA: true }) } }
}

const feedsOf = (m: number, a: number, b: number) => {
  const feeds = { l: draw([m, a]), r: draw([m, b]), v: draw([a, 3]), w: draw([b, 3]) }
  for (let i = 0; i < m; i++) for (let j = 0; j < a; j++) feeds.l.data[i * a + j]! *= 10 ** (-4 * (i / m)) // as after pooling
  return feeds
}
const inWhole = (graph: Graph) => roundWeightGradients(roundProducts(graph, new Set(['v', 'w'])))
const opsOf = ({ outputs }: Graph) => topological(Object.values(outputs)).map(({ op }) => op)
const backend = await ortBackend({ threads: 1 })

async function run(
  graph: Graph,
  feeds: Readonly<Record<string, Tensor>>,
  on = backend,
): Promise<Record<string, Tensor>> {
  const program = await on.compile(graph)
  const results = await program.run(feeds)
  await program.release()
  return results
}

describe.each([
  ['the wider side on the left', wide, narrow],
  ['the wider side on the right', narrow, wide],
])('gradients of weights, %s', (_, a, b) => {
  test('are off by no more than half a step of each side, term by term', async () => {
    const [graph, feeds] = [gradientOf(rows, a, b), feedsOf(rows, a, b)]
    const exact = (await run(graph, feeds, referenceBackend({ floats: 'float64' }))).p!.data
    const whole = (await run(inWhole(graph), feeds)).p!.data
    const [l, r] = a > b ? [feeds.l, feeds.r] : [feeds.r, feeds.l] // wide, narrow
    const each = Array.from({ length: rows }, (_, m) => m)
    const largest = each.map((m) => Math.max(...l.data.subarray(m * wide, (m + 1) * wide).map(Math.abs)))
    let error = 0
    for (let n = 0; n < narrow; n++) {
      const terms = each.map((m) => largest[m]! * r.data[m * narrow + n]!)
      const step = Math.max(...terms.map(Math.abs)) / 63
      for (let k = 0; k < wide; k++) {
        const at = a > b ? k * narrow + n : n * wide + k
        const off = each.map(
          (m) => Math.abs(terms[m]!) / 254 + (step / 2) * (Math.abs(l.data[m * wide + k]!) / largest[m]! + 1 / 254),
        )
        const bound = off.reduce((sum, one) => sum + one, 0)
        error = Math.max(error, Math.abs(Number(whole[at]) - Number(exact[at])) / bound)
      }
    }
    expect(error).toBeGreaterThan(0.05) // rounded it is
    expect(error).toBeLessThan(1.001) // sums beside it are float32
  })

  test('an infinity on either side is not rounded to numbers', async () => {
    for (const side of ['l', 'r'] as const) {
      const feeds = feedsOf(rows, a, b)
      feeds[side].data[5] = Number.POSITIVE_INFINITY
      const { p } = await run(inWhole(gradientOf(rows, a, b)), feeds)
      expect(
        p!.data.some((value) => !Number.isFinite(Number(value))),
        side,
      ).toBe(true)
    }
  })
})

test('what both products read is rounded once', () => {
  const ops = opsOf(inWhole(gradientOf(rows, wide, narrow)))
  expect(ops.filter((op) => op === 'wholeMatmul')).toHaveLength(2)
  expect(ops.filter((op) => op === 'quantisedMatmul')).toHaveLength(1)
  expect(ops.filter((op) => op === 'roundRows')).toHaveLength(1)
})

test('a product that is rounded by an op of its own gives the same numbers to the bit', async () => {
  const [graph, feeds] = [gradientOf(rows, wide, narrow), feedsOf(rows, wide, narrow)]
  const [before, after] = [await run(roundProducts(graph, new Set(['v'])), feeds), await run(inWhole(graph), feeds)]
  expect(after.ofL!.data).toEqual(before.ofL!.data)
})

test.each([
  ['narrower than 128', gradientOf(rows, 127, wide)],
  ['of more rows than a sum in int32 holds', gradientOf(130_001, narrow, wide)],
])('gradients from matrices %s stay in float32', (_, graph) => {
  expect(opsOf(inWhole(graph))).not.toContain('wholeMatmul')
})

test('so do those where one side alone is rounded, or none', () => {
  const graph = gradientOf(rows, narrow, wide)
  expect(roundWeightGradients(graph).outputs.p!.op).toBe('matmul')
  expect(roundWeightGradients(roundProducts(graph, new Set(['v']))).outputs.p!.op).toBe('matmul')
})

test('the longest sum of the largest numbers does not overflow', async () => {
  const terms = 130_000
  const ones = input('ones', [1, terms])
  const largest = constant(filled([1, 1], 1))
  const scale = constant(filled([1], 1 / 63))
  const rounded = { op: 'roundRows', inputs: [ones, largest], attrs: {}, shape: [1, terms], dtype: 'uint8' } as const
  const column = {
    op: 'roundTerms',
    inputs: [input('column', [terms, 1]), scale],
    attrs: {},
    shape: [terms, 1],
    dtype: 'int8',
  } as const
  const inputs = [rounded satisfies Node<'roundRows'>, column satisfies Node<'roundTerms'>, scale] as const
  const y: Value = { op: 'wholeMatmul', inputs, attrs: {}, shape: [1, 1], dtype: 'float32' }
  const feeds = { ones: filled([1, terms], 1), column: filled([terms, 1], 1) }
  expect(Number((await run({ outputs: { y } }, feeds)).y!.data[0])).toBeCloseTo(terms, -1)
})
