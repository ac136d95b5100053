/**
 * `npm run bench`: training step and embedding of rosette, and where ROSETTE_PEERS names Python interpreters with PyTorch, the
 * same work there, step by step in turn, so that both meet the same machine. Writes results/speed-<processor>.csv.
 *
 *     ROSETTE_PEERS=python3,/path/to/other/python npm run bench -- --steps 7 --models convnext_small,convnext_atto
 *     ROSETTE_PEERS=python3 npm run bench -- --timm --models vit_small_patch14_dinov2
 */
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatTable, median } from '../src/base/index.ts'
import { processorName } from './processor.ts'
import { Served } from './served.ts'

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: 'convnext_small,convnext_atto' },
    tasks: { type: 'string', default: 'train,embed' },
    /** The peers'. */
    precisions: { type: 'string', default: 'fp32,bf16' },
    /** Rosette's. */
    ours: { type: 'string', default: 'fp32,int8' },
    /** The peers take timm's models, as they must for what is no ConvNeXt. */
    timm: { type: 'boolean', default: false },
    /** The peers are compiled by `torch.compile`, the strongest that PyTorch has; its first steps take minutes. */
    compile: { type: 'boolean', default: false },
    size: { type: 'string', default: '224' },
    batch: { type: 'string', default: '32' },
    chunk: { type: 'string' },
    steps: { type: 'string', default: '5' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
})

const root = fileURLToPath(new URL('../..', import.meta.url))
const file = join(root, 'results', `speed-${processorName()}-${values.threads}-cores.csv`)
const header =
  'date,task,model,size,batch,chunk,threads,peer,precision,rosette_precision,steps,peer_images_per_s,rosette_images_per_s,ratio,peer_peak_mb,rosette_peak_mb\n'
const peers = (process.env.ROSETTE_PEERS ?? '').split(',').filter((python) => python !== '')
const rows: (string | number)[][] = []

mkdirSync(join(root, 'results'), { recursive: true })
if (!existsSync(file)) writeFileSync(file, header)
for (const task of values.tasks.split(',')) {
  for (const model of values.models.split(',')) {
    for (const own of values.ours.split(',')) {
      if (peers.length === 0) await measure(task, model, { own })
      for (const python of peers)
        for (const precision of values.precisions.split(',')) await measure(task, model, { own, python, precision })
    }
  }
}
console.log(
  formatTable(
    [
      'task',
      'model',
      'peer',
      'precision',
      'rosette',
      'peer images/s',
      'rosette images/s',
      'ratio',
      'peer MB',
      'rosette MB',
    ],
    rows,
  ),
)

interface Pair {
  /** Rosette's precision. */
  readonly own: string
  /** The peer's interpreter, and its precision. */
  readonly python?: string
  readonly precision?: string
}

/** Alternates steps of rosette and one peer, and appends a row of medians. */
async function measure(task: string, model: string, { own, python, precision = 'fp32' }: Pair): Promise<void> {
  const { size, batch, threads } = values
  const shared = ['--task', task, '--model', model, '--size', size, '--batch', batch, '--threads', threads]
  const ours = new Served(process.execPath, [
    fileURLToPath(new URL('ours.js', import.meta.url)),
    ...shared,
    ...(values.chunk === undefined ? [] : ['--chunk', values.chunk]),
    '--precision',
    own,
  ])
  await ours.ready()
  const torch = join(root, 'bench', 'peers', 'torch_bench.py')
  const compiled = values.compile ? ['--compile', '--warmup', '3'] : []
  const timm = values.timm ? ['--timm'] : []
  const peerOptions = [torch, '--serve', '--precision', precision, ...timm, ...compiled, ...shared]
  const peer = python === undefined ? undefined : new Served(python, peerOptions)
  await peer?.ready()
  const ratios: number[] = []
  for (let i = 0; i < Number(values.steps); i++) {
    const step = await ours.step()
    const other = await peer?.step()
    if (other !== undefined) ratios.push(other / step)
    process.stderr.write(
      `${task} ${model} ${precision}: rosette ${own} ${step.toFixed(0)} ms${other === undefined ? '' : `, peer ${other.toFixed(0)} ms`}\n`,
    )
  }
  const [a, b] = [await ours.summary(), await peer?.summary()]
  const name =
    b === undefined ? 'none' : `torch ${b.torch}${values.timm ? ' + timm' : ''}${values.compile ? ' compiled' : ''}`
  const fields = [
    name,
    b === undefined ? '' : precision,
    own,
    values.steps,
    b?.images_per_s.toFixed(2) ?? '',
    a.images_per_s.toFixed(2),
    b === undefined ? '' : median(ratios).toFixed(2),
    b?.peak_rss_mb.toFixed(0) ?? '',
    a.peak_rss_mb.toFixed(0),
  ]
  appendFileSync(
    file,
    `${[new Date().toISOString().slice(0, 10), task, model, size, batch, a.chunk ?? '', threads, ...fields].join(',')}\n`,
  )
  rows.push([task, model, name, fields[1]!, own, ...fields.slice(4)])
}
