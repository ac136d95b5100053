/**
 * `node scripts/bench.mjs weight-gradients`: is the gradient of a weight faster in whole numbers, with all that it takes? The products of the linear layers of
 * ConvNeXt-Small, stage by stage, at 8 photos of 224 × 224: x·Wᵀ and dY·W in int8, as a step has them, alone, and with dYᵀ·x beside them in float32 and in
 * int8. What dYᵀ·x takes is the difference to those alone, rounding and transposing included. The programs run in turn; processor time, which other
 * work on the machine changes least; medians. Appends to results/weight-gradients-<processor>.csv.
 */
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatTable, median, Rng } from '../src/base/index.ts'
import { type Graph, input, matmul } from '../src/graph/index.ts'
import { roundProducts, roundWeightGradients } from '../src/lower/index.ts'
import { ortBackend } from '../src/runtime/index.ts'
import { float32, type Tensor, zeros } from '../src/tensor/index.ts'
import { root, today } from './command.ts'
import { processorName } from './processor.ts'

const { values } = parseArgs({
  options: {
    /** Places of 8 photos, and channels, of each stage but the first, whose 96 channels are too few. */
    stages: { type: 'string', default: '6272x192,1568x384,392x768' },
    turns: { type: 'string', default: '9' },
    threads: { type: 'string', default: '1' },
  },
})

const file = join(root, 'results', `weight-gradients-${processorName()}.csv`)
const header = 'date,places,in,out,threads,turns,products_ms,gradient_fp32_ms,gradient_int8_ms,faster,load_1_min\n'
mkdirSync(join(root, 'results'), { recursive: true })
if (!existsSync(file)) writeFileSync(file, header)
const backend = await ortBackend({ threads: Number(values.threads) })
const rows: string[][] = []
for (const stage of values.stages.split(',')) {
  const [places, channels] = stage.split('x').map(Number) as [number, number]
  await measure(places, channels, 4 * channels)
  await measure(places, 4 * channels, channels)
}
console.log(
  formatTable(['places', 'in', 'out', 'products ms', 'gradient fp32', 'gradient int8', 'faster', 'load'], rows),
)

async function measure(places: number, from: number, to: number): Promise<void> {
  const shapes = { x: [places, from], dy: [places, to], w: [to, from] } as const
  const [x, dy, w] = [input('x', shapes.x), input('dy', shapes.dy), input('w', shapes.w)]
  const products = { y: matmul(x, w, { transB: true }), dx: matmul(dy, w) }
  const all = { ...products, dw: matmul(dy, x, { transA: true }) }
  const rounded = (outputs: Graph['outputs']) => roundProducts({ outputs }, new Set(['w']))
  const graphs = [rounded(products), rounded(all), roundWeightGradients(rounded(all))]
  const feeds = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, draw(name, shape)]))
  const into = Object.fromEntries(
    Object.entries(all).map(([name, { shape }]) => [name, zeros('float32', shape.map(Number))]),
  )
  const programs = await Promise.all(graphs.map((graph) => backend.compile(graph)))
  const times = programs.map((): number[] => [])
  for (let turn = -1; turn < Number(values.turns); turn++)
    for (const [i, program] of programs.entries()) {
      const begin = process.cpuUsage()
      await program.run(feeds, i === 0 ? { y: into.y!, dx: into.dx! } : into)
      const { user, system } = process.cpuUsage(begin)
      if (turn >= 0) times[i]!.push((user + system) / 1000) // the first touches its memory
    }
  await Promise.all(programs.map((program) => program.release()))
  const [alone, exact, whole] = times.map(median) as [number, number, number]
  const numbers = [alone, exact - alone, whole - alone, (exact - alone) / (whole - alone)].map((ms) => ms.toFixed(2))
  const load = loadavg()[0]!.toFixed(1)
  const facts = [today(), places, from, to, values.threads, values.turns]
  appendFileSync(file, `${[...facts, ...numbers, load].join(',')}\n`)
  rows.push([places, from, to].map(String).concat(numbers, load))
}

function draw(name: string, shape: readonly [number, number]): Tensor {
  const rng = new Rng(name)
  return float32(
    shape,
    Float32Array.from({ length: shape[0] * shape[1] }, () => rng.uniform(-1, 1)),
  )
}
