/**
 * What a training step costs before anything is timed: operations and bytes by groups of nodes, and how long they take at the peak of a
 * card. Nothing is run; the numbers of docs/performance.md come from here.
 *
 *     node scripts/bench.mjs budget --model convnext_small --size 224 --batch 32
 */
import { parseArgs } from 'node:util'
import { formatTable } from '../src/base/index.ts'
import { type CostGroup, costByGroup, type GroupCost } from '../src/graph/index.ts'
import { lower } from '../src/lower/index.ts'
import { reidDefaults } from '../src/models/index.ts'
import { arcfaceDefaults } from '../src/nn/index.ts'
import { adamwDefaults, rateDefaults } from '../src/optim/index.ts'
import { type StepPrecision, stepGraph } from '../src/train/index.ts'

interface Card {
  readonly name: string
  /** Products per second, in flop, as the maker states them: dense, in that precision. */
  readonly flops: Readonly<Record<'fp32' | 'fp16', number>>
  readonly bytesPerSecond: number
}

/** H100: products on tensor cores, float32 as TF32. RTX 4060 for laptops: shaders, which WebGPU has, without tensor cores. */
const cards: readonly Card[] = [
  { name: 'H100 SXM', flops: { fp32: 494e12, fp16: 989e12 }, bytesPerSecond: 3.35e12 },
  { name: 'RTX 4060 laptop', flops: { fp32: 11.6e12, fp16: 11.6e12 }, bytesPerSecond: 256e9 },
]

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'convnext_small' },
    size: { type: 'string', default: '224' },
    batch: { type: 'string', default: '32' },
    identities: { type: 'string', default: '31' },
  },
})
const [batchSize, sizePx] = [Number(values.batch), Number(values.size)]

for (const precision of ['fp32', 'fp16'] as const) {
  const costs = Object.entries(costByGroup(loweredStep(precision))) as [CostGroup, GroupCost][]
  const rows = costs.map(([group, cost]) => [
    group,
    cost.nodes,
    (cost.flop / 1e12).toFixed(3),
    (cost.bytes / 1e9).toFixed(2),
    ...cards.map((card) => (1000 * secondsOf(cost, card, precision)).toFixed(1)),
  ])
  const sum = (of: (cost: GroupCost) => number) => costs.reduce((total, [, cost]) => total + of(cost), 0)
  const whole = cards.map((card) => (1000 * sum((cost) => secondsOf(cost, card, precision))).toFixed(1))
  rows.push([
    'together',
    sum((c) => c.nodes),
    (sum((c) => c.flop) / 1e12).toFixed(3),
    (sum((c) => c.bytes) / 1e9).toFixed(2),
    ...whole,
  ])
  const header = ['group', 'nodes', 'TFLOP', 'GB', ...cards.map(({ name }) => `ms, ${name}`)]
  console.log(
    `${values.model}, batch ${batchSize}, ${sizePx} x ${sizePx}, ${precision}\n${formatTable(header, rows)}\n`,
  )
}

/** The step as a graphics processor gets it: one chunk, no blocked convolutions. */
function loweredStep(precision: StepPrecision) {
  const { graph } = stepGraph({
    model: { ...reidDefaults, backbone: values.model },
    loss: arcfaceDefaults,
    labelSmoothing: 0,
    identities: Number(values.identities),
    batchSize,
    chunk: batchSize,
    heightPx: sizePx,
    widthPx: sizePx,
    optimiser: adamwDefaults,
    rates: rateDefaults,
    clipNorm: 1,
    emaDecay: null,
    precision,
    packed: true,
  })
  return lower(graph, { blockSize: 0, prefersFew: true, planeKernels: 'float32', wideSums: true })
}

/** Arithmetic or memory, whichever takes longer. */
function secondsOf({ flop, bytes }: GroupCost, { flops, bytesPerSecond }: Card, precision: 'fp32' | 'fp16'): number {
  return Math.max(flop / flops[precision], bytes / bytesPerSecond)
}
