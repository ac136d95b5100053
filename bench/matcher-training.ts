import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { check, writeFileAtomic } from '../src/base/index.ts'
import { type CoatNetworkConfig, coatNetworkDefaults } from '../src/models/index.ts'
import { matchLossDefaults } from '../src/nn/index.ts'
import { cosineSchedule } from '../src/optim/index.ts'
import { ortBackend } from '../src/runtime/index.ts'
import { coatPairs } from '../src/synth/index.ts'
import { decodeSafetensors, encodeSafetensors, type Tensor } from '../src/tensor/index.ts'
import { inferenceTensors, initialState, updateFeeds } from '../src/train/index.ts'
import { type BatchShape, batchDefaults, drawBatch } from './matcher-batches.ts'
import { matcherOptimiser, matcherStep } from './matcher-step.ts'

/** A training of the coat network, and where it lies. */
export interface MatcherTraining {
  readonly folder: string
  readonly seed: string
  readonly steps: number
  readonly network?: CoatNetworkConfig
  readonly batch?: BatchShape
  readonly learningRate?: number
  readonly threads?: number
  /** Steps from one checkpoint to the next. */
  readonly checkpointEvery?: number
  /** Told each row of the log. */
  readonly onRow?: (row: string) => void
  /** Ends here, as if killed: for tests, and for a night that ends. */
  readonly stopAt?: number
}

/** What is told of a stretch of steps. */
interface Stretch {
  readonly step: number
  readonly pairs: number
  readonly difficulty: number
  readonly loss: number
  readonly right: number
  readonly drawMs: number
  readonly stepMs: number
}

const columns = 'step,pairs,difficulty,loss,mutual_right,draw_ms,step_ms'

/**
 * Trains, or goes on from the last checkpoint in the folder: after a kill at any moment the weights become what they would have become. Writes
 * `checkpoint.safetensors`, a row of `log.csv` a stretch, and gives the weights.
 */
export async function trainMatcher(training: MatcherTraining): Promise<Map<string, Tensor>> {
  const { folder, seed, steps, threads = 1, checkpointEvery = 50, learningRate = 2e-3 } = training
  const { network = coatNetworkDefaults, batch = batchDefaults, stopAt = steps } = training
  mkdirSync(folder, { recursive: true })
  const plan = matcherStep({ network, batch, loss: matchLossDefaults })
  const told = JSON.stringify({ seed, steps, network, batch, learningRate })
  const kept = readCheckpoint(folder, told)
  const log = openLog(folder, kept?.step ?? 0, training.onRow)
  const pairs = coatPairs({ seed, sizePx: batch.sizePx })
  const program = await (await ortBackend({ threads })).start(plan.graph, kept?.state ?? initialState(plan, seed))
  let since = { loss: 0, right: 0, drawMs: 0, stepMs: 0 }
  for (let step = kept?.step ?? 0; step < stopAt; step++) {
    const begin = performance.now()
    const difficulty = Math.min(1, step / (steps / 3)) // grows over the first third
    const feeds = drawBatch(pairs, batch, step * batch.groups, difficulty)
    const drawn = performance.now()
    const rate =
      learningRate * cosineSchedule(step, steps, { warmupSteps: Math.min(100, steps / 10), finalFraction: 0 })
    const update = updateFeeds({ seed, step, learningRate: rate, optimiser: matcherOptimiser, randoms: plan.randoms })
    const { loss, right } = await program.step({ ...feeds, ...update })
    const [lossNow, rightNow] = [Number(loss!.data[0]), Number(right!.data[0])]
    check(Number.isFinite(lossNow), `train:matcher: the loss of step ${step}, expected a number, got ${lossNow}`)
    since = {
      loss: since.loss + lossNow / checkpointEvery,
      right: since.right + rightNow / checkpointEvery,
      drawMs: since.drawMs + (drawn - begin) / checkpointEvery,
      stepMs: since.stepMs + (performance.now() - drawn) / checkpointEvery,
    }
    if ((step + 1) % checkpointEvery !== 0) continue
    writeCheckpoint(folder, told, step + 1, await program.checkpoint())
    log({ step: step + 1, pairs: (step + 1) * batch.groups * 2, difficulty, ...since })
    since = { loss: 0, right: 0, drawMs: 0, stepMs: 0 }
  }
  const state = await program.checkpoint()
  await program.release()
  return inferenceTensors(plan, state)
}

const checkpointFile = 'checkpoint.safetensors'

/** @throws InputError where the folder holds a training of other settings. */
function readCheckpoint(folder: string, told: string): { step: number; state: Record<string, Tensor> } | undefined {
  const path = join(folder, checkpointFile)
  if (!existsSync(path)) return undefined
  const { tensors, metadata } = decodeSafetensors(Uint8Array.from(readFileSync(path)), path)
  check(
    metadata.training === told,
    `${path}: the training, expected ${told}, got ${metadata.training}`,
    'give another `out` folder',
  )
  return { step: Number(metadata.step), state: Object.fromEntries(tensors) }
}

function writeCheckpoint(folder: string, told: string, step: number, state: Record<string, Tensor>): void {
  const bytes = encodeSafetensors(new Map(Object.entries(state)), { training: told, step: String(step) })
  writeFileAtomic(join(folder, checkpointFile), bytes)
}

/** Rows after the checkpoint are forgotten: they are told again. */
function openLog(folder: string, step: number, onRow: MatcherTraining['onRow']): (stretch: Stretch) => void {
  const path = join(folder, 'log.csv')
  const known = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').slice(1) : []
  const before = known.filter((row) => Number(row.split(',')[0]) <= step)
  writeFileAtomic(path, [columns, ...before].map((row) => `${row}\n`).join(''))
  return ({ step: at, pairs, difficulty, loss, right, drawMs, stepMs }) => {
    const rest = [difficulty, loss, right].map((v) => v.toFixed(4))
    const row = [at, pairs, ...rest, drawMs.toFixed(0), stepMs.toFixed(0)].join(',')
    appendFileSync(path, `${row}\n`)
    onRow?.(row)
  }
}
