/**
 * What training below float32 costs in scores. A miniature ConvNeXt learns drawn jaguars from random weights, and from those that come with rosette, on the
 * same photos from the same start: on the processor in float32, in int8 with the gradients of weights in float32 (`int8-products`), and in int8 as it is; on
 * a card in float32 and in float16. Scored on photos of other encounters, on the processor. Each seed draws other animals and starts another head. Appends to
 * results/precision-training-<processor or card>.csv, and does only what has no row there yet.
 *
 *     node scripts/bench.mjs precision-training --seeds 1,2,3
 *     node scripts/bench.mjs precision-training --seeds 1,2,3 --device cuda --precisions fp32,fp16
 */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatTable, mean } from '../src/base/index.ts'
import { readLog } from '../src/run/index.ts'
import type { Device } from '../src/runtime/index.ts'
import { synthesise } from '../src/synth/index.ts'
import type { StepPrecision } from '../src/train/index.ts'
import { prepareJob } from '../src/train/job.ts'
import { runTraining } from '../src/train/loop.ts'
import { chanceCells, chanceColumns } from './by-chance.ts'
import { fromRandomWeights, root, scoreCells, scoresOnTest, today } from './command.ts'
import { cardName, processorName } from './processor.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    starts: { type: 'string', default: 'random weights;pretrained' },
    precisions: { type: 'string', default: 'fp32,int8-products,int8' },
    individuals: { type: 'string', default: '24' },
    photos: { type: 'string', default: '24' },
    /** From random weights, and from pretrained ones. */
    epochs: { type: 'string', default: '16,8' },
    threads: { type: 'string', default: '1' },
    /** Of the training. */
    device: { type: 'string', default: 'cpu' },
    /** Where drawn photos are kept and found again; nowhere unless given. */
    drawn: { type: 'string' },
  },
})
const { individuals, photos } = values
const device = values.device as Device
const [long, short] = values.epochs.split(',').map(Number) as [number, number]
const precisions = values.precisions.split(',') as StepPrecision[]

/** Groups of four photos of each individual, and a triplet loss beside ArcFace's: what learns fastest from random weights (results/losses-*.csv). */
const fastest = ['sampler.kind=pxk', 'sampler.photosPerIdentity=4', 'pairLoss.kind=triplet']
const starts: Readonly<Record<string, { readonly epochs: number; readonly set: readonly string[] }>> = {
  'random weights': {
    epochs: long,
    set: [...fromRandomWeights, ...fastest, 'image.widthPx=64', 'image.heightPx=64', ...schedule(long)],
  },
  pretrained: { epochs: short, set: schedule(short) },
}

const file = join(
  root,
  'results',
  `precision-training-${device === 'cpu' ? processorName() : `${device}-${cardName()}`}.csv`,
)
const header = `date,backbone,start,seed,budget,precision,last_epoch_loss,split,test_photos,rank1,map,identity_balanced_map,${chanceColumns.join(',')}`
mkdirSync(join(root, 'results'), { recursive: true })
if (!existsSync(file)) writeFileSync(file, `${header}\n`)
const scratch = mkdtempSync(join(tmpdir(), 'rosette-precision-training-'))
try {
  for (const seed of values.seeds.split(','))
    for (const start of values.starts.split(';'))
      for (const precision of precisions) await measure(start, Number(seed), precision)
} finally {
  rmSync(scratch, { recursive: true })
}
console.log(formatTable(['start', 'precision', 'seeds', 'identity-balanced mAP', 'loss'], summary()))

function schedule(epochs: number): string[] {
  return [`epochs=${epochs}`, `schedule.marginWarmupEpochs=${Math.round(epochs / 2)}`]
}

function startOf(name: string) {
  const start = starts[name]
  if (start === undefined) throw new Error(`'${name}': expected one of ${Object.keys(starts).join('; ')}`)
  return { ...start, budget: `${individuals} x ${photos} for ${start.epochs} epochs` }
}

async function measure(name: string, seed: number, precision: StepPrecision): Promise<void> {
  const { epochs, set, budget } = startOf(name)
  if (rowsOf(name, precision).some((row) => Number(row.seed) === seed)) return
  const data = await drawn(seed)
  const out = join(scratch, 'run')
  rmSync(out, { recursive: true, force: true })
  const threads = Number(values.threads)
  const job = await prepareJob({ data, out, preset: 'demo', set: [...set], seed, threads, device })
  await runTraining({ ...job, precision }, { emit: () => {}, shouldStop: () => false })
  const losses = readLog(join(out, 'log.jsonl')).flatMap((entry) => (entry.kind === 'step' ? [entry.loss] : []))
  const loss = mean(losses.slice(-Math.round(losses.length / epochs))).toFixed(4)
  const scores = await scoresOnTest(out, data, { out: join(scratch, 'metrics.json') })
  const facts = [today(), 'convnext_mini', name, seed, budget, precision, loss, 'test (other encounters)']
  const measured = [scores.photos, ...scoreCells(scores), ...chanceCells(scores.chance, chanceColumns)]
  appendFileSync(file, `${[...facts, ...measured].join(',')}\n`)
  process.stderr.write(`seed ${seed}, ${name}, ${precision}: ${scores.identityBalancedMap.toFixed(3)}, loss ${loss}\n`)
}

async function drawn(seed: number): Promise<string> {
  const out = join(values.drawn ?? scratch, `jaguars-${individuals}x${photos}-${seed}`)
  if (!existsSync(out))
    await synthesise({ out, identities: Number(individuals), photosPerIdentity: Number(photos), seed })
  return out
}

/** Of this budget; no cell has a comma. */
function rowsOf(start: string, precision: string): Record<string, string>[] {
  const [keys = [], ...rows] = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','))
  const named = rows.map((cells) => Object.fromEntries(keys.map((key, i) => [key, cells[i]!])))
  const { budget } = startOf(start)
  return named.filter((row) => row.start === start && row.precision === precision && row.budget === budget)
}

function summary(): (string | number)[][] {
  return values.starts.split(';').flatMap((start) =>
    precisions.map((precision) => {
      const rows = rowsOf(start, precision)
      const average = (key: string) => mean(rows.map((row) => Number(row[key]))).toFixed(3)
      return [start, precision, rows.length, average('identity_balanced_map'), average('last_epoch_loss')]
    }),
  )
}
