/**
 * One training or embedding step of rosette, timed, under the protocol of bench/peers/torch_bench.py --serve: it says "built", warms up when told "warm",
 * says "ready", and answers each "step" with its milliseconds.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { median, Rng } from '../src/base/index.ts'
import { augmentationParameters, augmentOff } from '../src/data/index.ts'
import { type Precision, photosTogether } from '../src/embedder/index.ts'
import { type Graph, graphInputs, staticShape } from '../src/graph/index.ts'
import { embeddingGraph, reidDefaults, weightPrecision } from '../src/models/index.ts'
import { initialise } from '../src/nn/index.ts'
import { adamwFeeds } from '../src/optim/index.ts'
import { trainDefaults } from '../src/run/index.ts'
import { type Device, halve, ortBackend, quantise, shareThreads } from '../src/runtime/index.ts'
import { filled, type Tensor, tensor, totalBytes } from '../src/tensor/index.ts'
import { initialState, type StepPrecision, startStep, stepGraph } from '../src/train/index.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'convnext_small' },
    task: { type: 'string', default: 'train' },
    size: { type: 'string', default: '224' },
    batch: { type: 'string', default: '32' },
    /** As training and `rosette embed` take it unless given. */
    chunk: { type: 'string' },
    threads: { type: 'string', default: '2' },
    /** Runs before the first that is timed; of one step each. */
    warmup: { type: 'string', default: '2' },
    /** fp32, int8 or fp16. */
    precision: { type: 'string', default: 'fp32' },
    device: { type: 'string', default: 'cpu' },
    recompute: { type: 'string', default: '0' },
    /** Steps of one run, where the state travels to the device and back around them. */
    together: { type: 'string' },
    profile: { type: 'string' },
  },
})
const [batch, size, threads, warmup] = [values.batch, values.size, values.threads, values.warmup].map(Number) as [
  number,
  number,
  number,
  number,
]
const device = values.device as Device
/** A card takes the whole batch at once. */
let chunk = Number(values.chunk ?? (device === 'cpu' ? 8 : batch))
const identities = 31
const model = { ...reidDefaults, backbone: values.model, embeddingSize: null }
const backend = await ortBackend({
  threads,
  device,
  ...(values.together === undefined ? {} : { together: Number(values.together) }),
  ...(values.profile === undefined ? {} : { profilePrefix: values.profile }),
})
let release = async () => {}
/** Does some of what is timed, at most so many steps, and says how many it was. */
type Work = (most: number) => Promise<number>
const step = values.task === 'train' ? await trainStep() : await embedStep()

process.stdout.write('built\n')
const times: number[] = []
const cpuTimes: number[] = []
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'warm') {
    for (let i = 0; i < warmup; i++) await step(1)
    process.stdout.write('ready\n')
    continue
  }
  if (line !== 'step') break
  const [start, cpu] = [performance.now(), process.cpuUsage()]
  const made = await step(Number.POSITIVE_INFINITY)
  times.push((performance.now() - start) / made)
  const { user, system } = process.cpuUsage(cpu)
  cpuTimes.push((user + system) / 1000 / made)
  process.stdout.write(`${times.at(-1)!.toFixed(3)}\n`)
}
const middle = median(times)
const { task, precision } = values
process.stdout.write(
  `${JSON.stringify({ peer: 'rosette', task, model: values.model, batch, size, chunk, precision, threads, images_per_s: (batch / middle) * 1000, step_ms: times, cpu_ms: cpuTimes, peak_rss_mb: peakMegabytes() })}\n`,
)
await release() // the profile is written then
process.exit(0)

async function trainStep(): Promise<Work> {
  const { loss, labelSmoothing, optimiser, rates, clipNorm } = trainDefaults
  const plan = stepGraph({
    model,
    loss,
    labelSmoothing,
    identities,
    batchSize: batch,
    chunk,
    heightPx: size,
    widthPx: size,
    optimiser,
    rates,
    clipNorm,
    emaDecay: null,
    precision: values.precision as StepPrecision,
    packed: backend.prefersFew,
    recompute: values.recompute === 'all' ? 'all' : Number(values.recompute),
  })
  const program = await startStep(backend, plan, initialState(plan, '0'))
  release = () => program.release()
  const varied = augmentationParameters(augmentOff, { seed: 0, step: 0, rows: batch, heightPx: size, widthPx: size })
  const fixed = {
    pixels: pixels(batch),
    labels: tensor(
      'int32',
      [batch],
      Int32Array.from({ length: batch }, (_, i) => i % identities),
    ),
    ...varied,
    marginShare: filled([], 1),
  }
  let t = 0
  return async (most) => {
    const rows = Array.from({ length: Math.min(most, program.together) }, () => {
      const scalars = Object.entries(adamwFeeds(++t, 1e-4, optimiser)).map(([name, v]) => [name, filled([], v)])
      return { ...fixed, ...Object.fromEntries(scalars) }
    })
    return (await program.steps(rows)).length
  }
}

async function embedStep(): Promise<Work> {
  // as `rosette embed` does: a few photos at a time, as many times at once as there are lanes
  const graphOf = (together: number) =>
    embeddingGraph(model, { heightPx: size, widthPx: size, batch: together, flip: false }).graph
  const rng = new Rng(0)
  const parameters = new Map<string, Tensor>()
  for (const { attrs } of graphInputs(graphOf(1))) {
    if (attrs.name === 'pixels') continue
    const shape = staticShape(attrs.shape)
    const positive = shape.length === 1
    const init = positive
      ? ({ kind: 'constant', value: 1 } as const)
      : ({ kind: 'truncatedNormal', standardDeviation: 0.02 } as const)
    parameters.set(attrs.name, initialise(shape, init, rng.fork(attrs.name)))
  }
  const own = values.precision as Precision
  if (values.chunk === undefined && device === 'cpu')
    chunk = photosTogether('none', own, shareThreads(totalBytes(parameters), threads)[0]!)
  const graph = graphOf(chunk)
  const options = { parameters, lanes: values.profile === undefined && device === 'cpu' }
  const program = await backend.compile(await inPrecision(graph, own, parameters), options)
  release = () => program.release()
  const feeds = { pixels: pixels(chunk) }
  return async () => {
    await Promise.all(Array.from({ length: Math.ceil(batch / chunk) }, () => program.run(feeds)))
    return 1
  }
}

async function inPrecision(graph: Graph, own: Precision, parameters: ReadonlyMap<string, Tensor>): Promise<Graph> {
  if (own === 'fp32') return graph
  const processor = await ortBackend({ threads }) // the weights are rounded there
  if (own === 'int8') return quantise(graph, parameters, processor)
  return halve(graph, parameters, processor, weightPrecision([...parameters.keys()]))
}

function pixels(count: number): Tensor {
  const rng = new Rng('pixels')
  return tensor(
    'uint8',
    [count, size, size, 3],
    Uint8Array.from({ length: count * size * size * 3 }, () => rng.int(256)),
  )
}

/** The process's largest resident size: VmHWM where there is /proc, for ru_maxrss of a child begins at its parent's. */
function peakMegabytes(): number {
  const path = '/proc/self/status'
  const kilobytes = existsSync(path)
    ? Number(/VmHWM:\s+(\d+)/.exec(readFileSync(path, 'utf8'))?.[1])
    : process.resourceUsage().maxRSS
  return kilobytes / 1024
}
