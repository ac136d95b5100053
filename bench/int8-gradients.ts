/**
 * `node scripts/bench.mjs int8-gradients`: how far the gradients of a step in int8 are from those in float32, and by which of its products. A
 * miniature ConvNeXt learns drawn jaguars from random weights in float32; before its first step, and after some of its epochs, the gradients of the same
 * batches are taken in float32 and with some products rounded. Writes results/int8-gradients-<processor>.csv, a row for each moment, what was
 * rounded, and where in the network the gradient lies:
 *
 * - error: ‖g₈ − g‖ / ‖g‖ of a batch, the mean over the batches.
 * - systematic: the same of the batches' mean gradients. Errors that have nothing to do with each other shrink with the number of batches.
 * - shrinkage: 1 − ⟨g₈, g⟩ / ⟨g, g⟩ of the mean gradients: what is lost of their length in their own direction.
 * - batch: ‖g − mean g‖ / ‖mean g‖ of float32: how far batches differ from each other.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatTable, mean } from '../src/base/index.ts'
import type { Graph, Value } from '../src/graph/index.ts'
import { abs, add, div, floor, matmul, max, mul, reduceMax, reshape } from '../src/graph/index.ts'
import { roundProducts, roundWeightGradients } from '../src/lower/index.ts'
import { rewriteGraph } from '../src/lower/rewrite.ts'
import { readCheckpoint, type StateTensors } from '../src/run/index.ts'
import { ortBackend, type StatefulProgram } from '../src/runtime/index.ts'
import { synthesise } from '../src/synth/index.ts'
import { zerosOf } from '../src/tensor/index.ts'
import { Batches } from '../src/train/batches.ts'
import { prepareJob, type TrainJob } from '../src/train/job.ts'
import { runTraining } from '../src/train/loop.ts'
import { photoMaterial } from '../src/train/material.ts'
import { momentOf } from '../src/train/moment.ts'
import { planOf } from '../src/train/plan.ts'
import { initialState } from '../src/train/state.ts'
import { fromRandomWeights, root, today } from './command.ts'
import { processorName } from './processor.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    individuals: { type: 'string', default: '8' },
    photos: { type: 'string', default: '16' },
    epochs: { type: 'string', default: '8' },
    batch: { type: 'string', default: '16' },
    /** Epochs after which gradients are taken; 0 is before the first step. */
    after: { type: 'string', default: '0,1,8' },
    batches: { type: 'string', default: '3' },
    size: { type: 'string', default: '64' },
    threads: { type: 'string', default: String(availableParallelism()) },
    /** Of the variants below, by semicolons: their rows join those that are there. All, and a new file, unless given. */
    rounded: { type: 'string' },
  },
})

/** Where a weight of a ConvNeXt lies. What all that comes later is computed from: the stem, and the products between stages. */
const places = ['stem', 'between stages', 'blocks'] as const
const placeOf = (name: string) => {
  if (name.startsWith('backbone.stem')) return 'stem'
  if (name.includes('.downsample')) return 'between stages'
  return name.startsWith('backbone.stages') ? 'blocks' : 'head'
}

type Variant = (graph: Graph, backbone: ReadonlySet<string>) => Graph

/** What of a step is rounded. */
const variants: Readonly<Record<string, Variant>> = {
  'the backbone': roundProducts,
  'the backbone: forward': (graph, backbone) => onlySide(roundProducts(graph, backbone), true),
  'the backbone: backward': (graph, backbone) => onlySide(roundProducts(graph, backbone), false),
  ...Object.fromEntries(places.map((place) => [`the backbone: ${place}`, within((name) => placeOf(name) === place)])),
  "the backbone: blocks with weights' gradients": (graph, backbone) =>
    roundWeightGradients(within((name) => placeOf(name) === 'blocks')(graph, backbone)),
  "weights' gradients: a scale a column": (graph) => asIfRounded(graph, Number.POSITIVE_INFINITY),
  "weights' gradients: a scale a column of 64 rows": (graph) => asIfRounded(graph, 64),
}

function within(isIn: (name: string) => boolean): Variant {
  return (graph, backbone) => roundProducts(graph, new Set([...backbone].filter(isIn)))
}

/** With the forward products alone in whole numbers, or those of the backward pass: x·Wᵀ has a transposed weight, dY·W the weight itself. */
function onlySide(graph: Graph, isForward: boolean): Graph {
  return rewriteGraph(graph, (value) => {
    if (value.op !== 'quantisedMatmul') return value
    const [x, columns] = value.inputs
    const w = weightOf(columns)
    return (w.op === 'transpose') === isForward ? value : matmul(x, w)
  })
}

function weightOf(columns: Value): Value {
  if (columns.op !== 'roundColumns') throw new Error(`expected rounded columns, got ${columns.op}`)
  return columns.inputs[0]
}

/** Gradients of weights, dYᵀ·x, as if both sides were int8 with a scale for each column of so many rows, whose sums are added in float32. */
function asIfRounded(graph: Graph, rows: number): Graph {
  return rewriteGraph(graph, (value) => {
    if (value.op !== 'matmul' || !value.attrs.transA || value.inputs.some(({ shape }) => shape.length !== 2))
      return value
    const [dy, x] = value.inputs
    return matmul(roundedBlocks(dy, rows), roundedBlocks(x, rows), { transA: true })
  })
}

/** x [M, C] on 255 levels from −max to max of its column, block by block. */
function roundedBlocks(x: Value, rows: number): Value {
  const [m, c] = x.shape as readonly [number, number]
  const block = m % rows === 0 ? rows : m
  const blocks = reshape(x, [m / block, block, c])
  const scale = div(max(reduceMax(abs(blocks), { axes: [1], keepDims: true }), 1e-30), 127)
  return reshape(mul(floor(add(div(blocks, scale), 0.5)), scale), [m, c])
}

type Gradients = ReadonlyMap<string, Float64Array>

const header = 'date,network,seed,after_epochs,rounded,gradient_of,batches,error,systematic,shrinkage,batch'
const file = join(root, 'results', `int8-gradients-${processorName()}.csv`)
const names = values.rounded?.split(';') ?? Object.keys(variants)
const kept = values.rounded === undefined ? header : readFileSync(file, 'utf8').trim()
const rows: (string | number)[][] = []
const scratch = mkdtempSync(join(tmpdir(), 'rosette-int8-'))
mkdirSync(join(root, 'results'), { recursive: true })
try {
  for (const seed of values.seeds.split(',').map(Number)) await study(seed)
} finally {
  rmSync(scratch, { recursive: true })
}

async function study(seed: number): Promise<void> {
  const [data, out] = [join(scratch, `data-${seed}`), join(scratch, `run-${seed}`)]
  await synthesise({
    out: data,
    identities: Number(values.individuals),
    photosPerIdentity: Number(values.photos),
    seed,
  })
  const own = [
    `image.widthPx=${values.size}`,
    `image.heightPx=${values.size}`,
    `epochs=${values.epochs}`,
    `batchSize=${values.batch}`,
  ]
  const schedule = ['schedule.warmupEpochs=1', `schedule.marginWarmupEpochs=${Number(values.epochs) / 2}`]
  const set = [...fromRandomWeights, ...own, ...schedule, 'validation=none', 'clipNorm=1']
  const threads = Number(values.threads)
  const options = { data, out, preset: 'demo', threads }
  let resume = false
  for (const epochs of values.after.split(',').map(Number)) {
    const job = await prepareJob(resume ? { ...options, preset: undefined, resume } : { ...options, set, seed })
    if (epochs > 0) await trainUntil(job, epochs)
    resume = true
    await takeGradients(job, epochs, seed)
  }
}

/** Goes on until so many epochs are done. */
async function trainUntil(job: TrainJob, epochs: number): Promise<void> {
  const last = epochs * new Batches(job).perEpoch
  let step = 0
  const emit = (event: { readonly kind: string; readonly step?: number }) => {
    if (event.kind === 'step') step = event.step ?? 0
  }
  await runTraining(job, { emit, shouldStop: () => step >= last })
}

/** Where the weights are that far. */
function stateOf(job: TrainJob, epochs: number): StateTensors {
  if (epochs === 0) return initialState(planOf({ ...job }), `${job.seed}`)
  return Object.fromEntries(readCheckpoint(join(job.run, 'checkpoints', 'last.safetensors')).tensors)
}

async function takeGradients(job: TrainJob, epochs: number, seed: number): Promise<void> {
  const config = { ...job.config, clipNorm: null } // what is carried over as the first moment is then the gradient's tenth
  const material = photoMaterial({ ...job, config })
  const plan = material.planOf()
  const state = withoutMoments(stateOf(job, epochs))
  const backbone = new Set(plan.params.map(({ name }) => name).filter((name) => name.startsWith('backbone.')))
  const batches = new Batches(job)
  const fed = Array.from({ length: Number(values.batches) }, (_, i) => {
    const length = { stepsPerEpoch: batches.perEpoch, totalSteps: batches.perEpoch * config.epochs }
    const moment = momentOf(epochs * batches.perEpoch, config, length)
    const step = 10_000 + i // photos and augmentation that no training sees
    const given = { seed: `${job.seed}`, optimiser: config.optimiser, randoms: plan.randoms }
    return material.feeds(batches.labels, batches.at(step), { ...given, ...moment, step })
  })
  const backend = await ortBackend({ threads: job.threads })
  const gradients = async (graph: Graph) => {
    const program = await backend.start(graph, copyOf(state))
    try {
      return await each(fed, (feeds) => gradientsOf(program, state, feeds))
    } finally {
      await program.release()
    }
  }
  const exact = await gradients(plan.graph)
  for (const name of names) {
    const variant = variants[name]
    if (variant === undefined) throw new Error(`'${name}': expected one of ${Object.keys(variants).join('; ')}`)
    const rounded = await gradients(variant(plan.graph, backbone))
    for (const place of ['all', ...places, 'head']) {
      const isIn = (weight: string) => place === 'all' || placeOf(weight) === place
      const told = compare(exact, rounded, isIn).map((value) => value.toFixed(4))
      const at = [today(), `${config.model.backbone} at ${values.size} px`, seed, epochs, name, place]
      rows.push([...at, fed.length, ...told])
      writeFileSync(file, `${[kept, ...rows.map((row) => row.join(','))].join('\n')}\n`)
    }
    process.stderr.write(`seed ${seed}, after ${epochs} epochs, ${name}: ${rows.at(-5)?.slice(7).join(' ')}\n`)
  }
}

async function each<T, R>(list: readonly T[], make: (item: T) => Promise<R>): Promise<R[]> {
  const made: R[] = []
  for (const item of list) made.push(await make(item))
  return made
}

function copyOf(state: StateTensors): StateTensors {
  return Object.fromEntries(
    Object.entries(state).map(([name, t]) => [name, { ...t, data: t.data.slice() } as typeof t]),
  )
}

function withoutMoments(state: StateTensors): StateTensors {
  const entries = Object.entries(state).map(([name, t]) => {
    const isMoment = name.startsWith('m/') || name.startsWith('v/')
    return [name, isMoment ? ({ ...t, data: zerosOf(t.dtype, t.data.length) } as typeof t) : t] as const
  })
  return Object.fromEntries(entries)
}

/** A step from the same state each time: the first moments that it leaves. */
async function gradientsOf(
  program: StatefulProgram,
  state: StateTensors,
  feeds: Parameters<StatefulProgram['step']>[0],
): Promise<Gradients> {
  await program.write(copyOf(state))
  await program.step(feeds)
  const moments = Object.keys(state).filter((name) => name.startsWith('m/'))
  const read = await program.read(moments)
  return new Map(moments.map((name) => [name.slice(2), Float64Array.from(read[name]!.data as Float32Array)]))
}

/** Error of a batch, systematic error, shrinkage, and how far batches differ; of the weights that are `isIn`. */
function compare(
  exact: readonly Gradients[],
  rounded: readonly Gradients[],
  isIn: (name: string) => boolean,
): [error: number, systematic: number, shrinkage: number, batch: number] {
  const names = [...exact[0]!.keys()].filter(isIn)
  const flat = (all: Gradients) => names.map((name) => all.get(name)!)
  const [a, b] = [exact.map(flat), rounded.map(flat)]
  const [meanA, meanB] = [meanOf(a), meanOf(b)]
  const difference = (x: readonly Float64Array[], y: readonly Float64Array[]) =>
    x.map((own, i) => own.map((value, k) => value - y[i]![k]!))
  return [
    mean(a.map((own, i) => norm(difference(b[i]!, own)) / norm(own))),
    norm(difference(meanB, meanA)) / norm(meanA),
    1 - dot(meanB, meanA) / dot(meanA, meanA),
    mean(a.map((own) => norm(difference(own, meanA)) / norm(meanA))),
  ]
}

function meanOf(all: readonly (readonly Float64Array[])[]): Float64Array[] {
  return all[0]!.map((first, i) => {
    const sum = new Float64Array(first.length)
    for (const one of all) one[i]!.forEach((value, k) => (sum[k] = sum[k]! + value / all.length))
    return sum
  })
}

function dot(x: readonly Float64Array[], y: readonly Float64Array[]): number {
  let sum = 0
  x.forEach((own, i) => {
    for (let k = 0; k < own.length; k++) sum += own[k]! * y[i]![k]!
  })
  return sum
}

function norm(x: readonly Float64Array[]): number {
  return Math.sqrt(dot(x, x))
}

console.log(
  formatTable(
    ['seed', 'after epochs', 'rounded', 'error', 'systematic', 'shrinkage', 'batch'],
    rows.filter((row) => row[5] === 'all').map((row) => [...row.slice(2, 5), ...row.slice(7)]),
  ),
)
