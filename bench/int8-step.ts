/**
 * `node scripts/bench.mjs int8-step`: what rounding saves of a training step: in float32, in int8 with the gradients of weights in float32 (`int8-products`), and
 * in int8 as it is. A process for each takes its steps in turn. Appends to results/int8-step-<processor>.csv: medians of the wall clock and of the processor's
 * time, which other work on the machine changes less, and for both the median of the first one's step over the other's of the same turn.
 *
 *     node scripts/bench.mjs int8-step --models convnext_small --batch 32 --steps 5 --threads 1
 */
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatTable, median } from '../src/base/index.ts'
import type { StepPrecision } from '../src/train/index.ts'
import { root, today } from './command.ts'
import { processorName } from './processor.ts'
import { Served } from './served.ts'

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: 'convnext_small' },
    size: { type: 'string', default: '224' },
    batch: { type: 'string', default: '32' },
    chunk: { type: 'string', default: '8' },
    steps: { type: 'string', default: '5' },
    warmup: { type: 'string', default: '1' },
    threads: { type: 'string', default: '1' },
    /** The first is what the others are compared with. */
    precisions: { type: 'string', default: 'fp32,int8-products,int8' },
  },
})
const { size, batch, chunk, steps, warmup, threads } = values

const precisions = values.precisions.split(',') as StepPrecision[]
const [first] = precisions

const file = join(root, 'results', `int8-step-${processorName()}.csv`)
const header =
  'date,model,size,batch,chunk,threads,precision,steps,step_ms,processor_ms,compared_with,faster,faster_by_processor_ms,peak_mb,load_1_min\n'
mkdirSync(join(root, 'results'), { recursive: true })
if (!existsSync(file)) writeFileSync(file, header)
const rows: (string | number)[][] = []
for (const model of values.models.split(',')) await measure(model)
console.log(
  formatTable(
    ['model', 'precision', 'ms', 'processor ms', 'compared with', 'faster', 'by processor', 'MB', 'load'],
    rows,
  ),
)

async function measure(model: string): Promise<void> {
  const script = fileURLToPath(new URL('ours.js', import.meta.url))
  const shared = ['--model', model, '--size', size, '--batch', batch, '--chunk', chunk]
  const run = ['--threads', threads, '--warmup', warmup]
  const children = precisions.map(
    (precision) => new Served(process.execPath, [script, ...shared, ...run, '--precision', precision]),
  )
  for (const child of children) await child.ready()
  for (let i = 0; i < Number(steps); i++) for (const child of children) await child.step()
  const summaries: Awaited<ReturnType<Served['summary']>>[] = []
  for (const child of children) summaries.push(await child.summary())
  const [compared] = summaries
  const load = loadavg()[0]!.toFixed(1)
  precisions.forEach((name, i) => {
    const { step_ms, cpu_ms = [], peak_rss_mb } = summaries[i]!
    const faster = median(step_ms.map((ms, turn) => compared!.step_ms[turn]! / ms))
    const byProcessor = median(cpu_ms.map((ms, turn) => compared!.cpu_ms![turn]! / ms))
    const ratios = [first!, faster.toFixed(2), byProcessor.toFixed(2)]
    const told = [median(step_ms).toFixed(0), median(cpu_ms).toFixed(0), ...ratios, peak_rss_mb.toFixed(0), load]
    appendFileSync(file, `${[today(), model, size, batch, chunk, threads, name, steps, ...told].join(',')}\n`)
    rows.push([model, name, ...told])
  })
}
