/**
 * What recomputation costs and saves: a training step with nothing, some and all of the backbone's layers computed again in the
 * backward pass, one process after the other: together they would need the memory of all. Beside the time of a step stands its
 * processor time, which other work on the machine changes less. Appends to results/recompute-<processor>.csv.
 *
 *     node scripts/bench.mjs recompute --model convnext_base --size 384 --batch 8 --settings 0,6,all
 */
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatTable, median } from '../src/base/index.ts'
import { processorName } from './processor.ts'
import { Served } from './served.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'convnext_base' },
    size: { type: 'string', default: '384' },
    batch: { type: 'string', default: '8' },
    chunk: { type: 'string', default: '8' },
    settings: { type: 'string', default: '0,6,all' },
    steps: { type: 'string', default: '3' },
    warmup: { type: 'string', default: '1' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
})
const { model, size, batch, chunk, steps, warmup, threads } = values
const root = fileURLToPath(new URL('../..', import.meta.url))
const file = join(root, 'results', `recompute-${processorName()}-${threads}-cores.csv`)
const header =
  'date,model,size,batch,chunk,threads,recompute,steps,step_ms,step_cpu_ms,cpu_of_first,peak_mb,load_1_min\n'
mkdirSync(join(root, 'results'), { recursive: true })
if (!existsSync(file)) writeFileSync(file, header)

const script = fileURLToPath(new URL('ours.js', import.meta.url))
const shared = ['--model', model, '--size', size, '--batch', batch, '--chunk', chunk, '--threads', threads]
const rows: (string | number)[][] = []
let first: number | undefined
for (const recompute of values.settings.split(',')) {
  const child = new Served(process.execPath, [script, ...shared, '--warmup', warmup, '--recompute', recompute])
  await child.ready()
  const times: number[] = []
  for (let i = 0; i < Number(steps); i++) times.push(await child.step())
  const { cpu_ms = [], peak_rss_mb } = await child.summary()
  const cpu = median(cpu_ms)
  first ??= cpu
  const load = loadavg()[0]!.toFixed(1)
  const numbers = [median(times).toFixed(0), cpu.toFixed(0), (cpu / first).toFixed(2), peak_rss_mb.toFixed(0), load]
  const day = new Date().toISOString().slice(0, 10)
  appendFileSync(file, `${[day, model, size, batch, chunk, threads, recompute, steps, ...numbers].join(',')}\n`)
  rows.push([recompute, ...numbers.map(Number)])
}
console.log(formatTable(['recompute', 'step ms', 'processor ms', 'of the first', 'peak MB', 'load'], rows))
