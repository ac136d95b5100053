import { existsSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { formatBytes, InputError } from '../base/index.ts'
import { cosineSchedule } from '../optim/index.ts'
import type { RetrievalMetrics } from '../retrieval/index.ts'
import type { TrainConfig } from '../run/index.ts'
import {
  appendLog,
  checkpointPath,
  loadCheckpoint,
  type Position,
  rewindLog,
  type StateTensors,
  type StepEntry,
  saveCheckpoint,
  type ValidationEntry,
  writeJson,
} from '../run/index.ts'
import { ortBackend } from '../runtime/index.ts'
import { zeros } from '../tensor/index.ts'
import { Batches } from './batches.ts'
import { embeddedMaterial } from './embedded-material.ts'
import { type Estimate, estimateStep } from './estimate.ts'
import { firstNotFinite, lossLimit } from './health.ts'
import type { TrainJob } from './job.ts'
import { type Material, photoMaterial, type Validator } from './material.ts'
import { loadPretrained } from './pretrained.ts'
import { StagedSteps } from './stages.ts'
import { inferenceTensors, initialState } from './state.ts'
import type { StepPlan } from './updates.ts'

export type TrainEvent =
  | { readonly kind: 'warning'; readonly text: string }
  | {
      readonly kind: 'start'
      readonly estimate: Estimate
      readonly firstStep: number
      readonly totalSteps: number
      readonly stepsPerEpoch: number
      readonly batchSize: number
    }
  | (StepEntry & { readonly imagesPerSecond: number; readonly remainingMs: number; readonly totalSteps: number })
  | (ValidationEntry & { readonly best: boolean })
  | { readonly kind: 'export' }

export interface Control {
  readonly emit: (event: TrainEvent) => void
  /** Asked after every step: true saves and ends the run. */
  readonly shouldStop: () => boolean
}

export interface Outcome {
  readonly finished: boolean
  readonly step: number
  readonly totalSteps: number
}

/** The whole of a training run, from its state to the exported model. Blocks its thread: belongs into a worker. */
export async function runTraining(job: TrainJob, control: Control): Promise<Outcome> {
  const material = job.frozen === null ? photoMaterial(job) : embeddedMaterial(job, job.frozen)
  const plan = material.planOf()
  const backend = await ortBackend({ threads: job.threads })
  const batches = new Batches(job)
  const totalSteps = batches.perEpoch * job.config.epochs
  const start = await startOf(job, plan)
  const estimate = await estimateStep(plan.graph, backend)
  if (estimate.bytes > totalmem()) {
    const [needed, has] = [estimate.bytes, totalmem()].map(formatBytes)
    const text = `the run needs about ${needed} of memory, this machine has ${has}: a smaller batchSize or \`recompute\` needs less`
    control.emit({ kind: 'warning', text })
  }
  control.emit({
    kind: 'start',
    estimate,
    firstStep: start.position.step,
    totalSteps,
    stepsPerEpoch: batches.perEpoch,
    batchSize: job.config.batchSize,
  })
  const steps = new StagedSteps(backend, material.stages(batches.perEpoch), material.planOf)
  await steps.at(start.position.step) // what cannot be compiled is told before anything else
  const validator = job.split.validation.length === 0 ? undefined : await material.validator(backend)
  const run = new Run(job, plan, { material, steps, validator, batches, totalSteps, control }, start)
  const finished = await run.toTheEnd()
  await steps.release()
  if (finished) await run.finish()
  await validator?.release()
  return { finished, step: run.position.step, totalSteps }
}

/** Where the run begins: its last checkpoint, pretrained weights, or random numbers. */
async function startOf(job: TrainJob, plan: StepPlan): Promise<{ state: StateTensors; position: Position }> {
  const seed = `${job.seed}`
  const last = checkpointPath(job.run, 'last')
  const fresh = { step: 0, best: null, firstLoss: null }
  if (job.resume && existsSync(last)) {
    const { state, position } = loadCheckpoint(last, initialState(plan, seed))
    rewindLog(join(job.run, 'log.jsonl'), position.step)
    return { state, position }
  }
  if (job.resume) rewindLog(join(job.run, 'log.jsonl'), 0)
  const given = job.weightsPath === null ? undefined : await loadPretrained(job.weightsPath, plan.params, job.config)
  return { state: initialState(plan, seed, given?.tensors), position: fresh }
}

interface Parts {
  readonly material: Material
  readonly steps: StagedSteps
  readonly validator: Validator | undefined
  readonly batches: Batches
  readonly totalSteps: number
  readonly control: Control
}

/** The margin's share after `epochs`: it grows evenly and is whole from `warmupEpochs` on. */
function marginShareAt(epochs: number, warmupEpochs: number): number {
  return warmupEpochs === 0 ? 1 : Math.min(1, epochs / warmupEpochs)
}

/** The moving parts of a run: the state, where it stands, and the clock. */
class Run {
  readonly #job: TrainJob
  readonly #config: TrainConfig
  readonly #plan: StepPlan
  readonly #parts: Parts
  readonly #logPath: string
  readonly #recentMs: number[] = []
  #state: StateTensors
  /** The state before the last step: the next one's results are written into its memory. */
  #spare: StateTensors = {}
  #savedAt = performance.now()
  #learningRate = 0
  position: Position

  constructor(job: TrainJob, plan: StepPlan, parts: Parts, start: { state: StateTensors; position: Position }) {
    this.#job = job
    this.#config = job.config
    this.#plan = plan
    this.#parts = parts
    this.#logPath = join(job.run, 'log.jsonl')
    this.#state = start.state
    this.position = start.position
  }

  /** True when all steps are done, false when it was asked to stop; either way the state is saved. */
  async toTheEnd(): Promise<boolean> {
    const { totalSteps, batches, control } = this.#parts
    while (this.position.step < totalSteps) {
      await this.#step()
      const endOfEpoch = this.position.step % batches.perEpoch === 0
      if (endOfEpoch) await this.#endEpoch()
      const due = performance.now() - this.#savedAt > this.#config.checkpointMinutes * 60_000
      const stop = control.shouldStop()
      if (endOfEpoch || due || stop) this.#save('last')
      if (stop && this.position.step < totalSteps) return false
    }
    return true
  }

  /** The best weights become model.onnx; metrics.json says how they did. */
  async finish(): Promise<void> {
    const { run, classes, split } = this.#job
    this.#parts.control.emit({ kind: 'export' })
    const best = checkpointPath(run, 'best')
    if (!existsSync(best)) this.#save('best')
    const { state, position } = loadCheckpoint(best, Object.fromEntries(inferenceTensors(this.#plan, this.#state)))
    const tensors = new Map(Object.entries(state))
    await this.#parts.material.export(tensors)
    // measured again, so that a run resumed after its last step tells the same
    const measured = await this.#parts.validator?.measure(tensors)
    const scores =
      measured === undefined ? { split: 'none', ...unmeasured } : { split: 'validation', ...summaryOf(measured) }
    const photos = split.validation.length
    writeJson(join(run, 'metrics.json'), { ...scores, photos, step: position.step, trainedIdentities: classes.length })
  }

  async #step(): Promise<void> {
    const { material, steps, batches, totalSteps, control } = this.#parts
    const { config, seed } = this.#job
    const { step } = this.position
    const start = performance.now()
    const warmupSteps = Math.round(config.schedule.warmupEpochs * batches.perEpoch)
    const { finalFraction } = config.schedule
    const learningRate =
      config.optimiser.learningRate * cosineSchedule(step, totalSteps, { warmupSteps, finalFraction })
    const marginShare = marginShareAt(step / batches.perEpoch, config.schedule.marginWarmupEpochs)
    const { plan, program, releasedAt } = await steps.at(step)
    const { optimiser } = config
    const { randoms } = plan
    const feeds = material.feeds(batches.labels, batches.at(step), {
      ...{ seed: `${seed}`, optimiser, randoms, releasedAt },
      ...{ step, learningRate, marginShare },
    })
    const spare = this.#memoryFor(plan)
    const into = Object.fromEntries(Object.entries(spare).map(([name, t]) => [`next/${name}`, t]))
    const { loss, gradientNorm } = await program.run({ ...feeds, ...this.#state }, into)
    const elapsedMs = performance.now() - start
    const entry: StepEntry = {
      kind: 'step',
      step: step + 1,
      epoch: Math.floor(step / batches.perEpoch) + 1,
      loss: Number(loss!.data[0]),
      gradientNorm: Number(gradientNorm!.data[0]),
      learningRate,
      elapsedMs: Math.round(elapsedMs),
    }
    this.#learningRate = learningRate
    this.#checkLoss(entry, marginShare)
    this.#spare = this.#state
    this.#state = { ...this.#state, ...spare }
    this.position = { ...this.position, step: step + 1, firstLoss: this.position.firstLoss ?? entry.loss }
    appendLog(this.#logPath, entry)
    this.#recentMs.push(elapsedMs)
    if (this.#recentMs.length > 20) this.#recentMs.shift()
    const meanMs = this.#recentMs.reduce((sum, ms) => sum + ms, 0) / this.#recentMs.length
    const imagesPerSecond = (config.batchSize / meanMs) * 1000
    control.emit({ ...entry, imagesPerSecond, remainingMs: (totalSteps - step - 1) * meanMs, totalSteps })
    await new Promise((resolve) => setImmediate(resolve))
  }

  /** Memory for what the step changes: not that of the state, which what was frozen until now still shares. */
  #memoryFor({ graph }: StepPlan): StateTensors {
    const changed = Object.keys(graph.outputs).filter((name) => name.startsWith('next/'))
    const memory = changed.map((output) => {
      const name = output.slice('next/'.length)
      const [now, spare] = [this.#state[name]!, this.#spare[name]]
      return [name, spare === undefined || spare === now ? zeros('float32', now.shape) : spare] as const
    })
    return Object.fromEntries(memory)
  }

  /** A step that went wrong is not kept: the state before it, and the last checkpoint, stay. */
  #checkLoss({ step, loss, gradientNorm }: StepEntry, marginShare: number): void {
    const { firstLoss } = this.position
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm))
      this.#giveUp(step, `the loss is ${loss}, the gradient's norm ${gradientNorm}`)
    if (firstLoss !== null && loss > lossLimit(firstLoss, this.#config.loss, marginShare))
      this.#giveUp(step, `the loss grew from ${firstLoss.toFixed(2)} to ${loss.toFixed(2)}`)
  }

  /** A step's loss is of the state before it: what the step made of the state is looked at before it replaces a checkpoint. */
  #checkState(): void {
    const name = firstNotFinite(this.#state)
    if (name !== undefined) this.#giveUp(this.position.step, `'${name}' has become NaN or infinite`)
  }

  #giveUp(step: number, what: string): never {
    const last = checkpointPath(this.#job.run, 'last')
    const kept = existsSync(last) ? `; ${last} is the last good checkpoint` : ''
    throw new InputError(
      `training stopped at step ${step}: ${what}${kept}`,
      `the learning rate was ${this.#learningRate.toExponential(2)}: try --set optimiser.learningRate with a third of it, or a longer schedule.warmupEpochs`,
    )
  }

  async #endEpoch(): Promise<void> {
    const { batches, validator, control, totalSteps } = this.#parts
    const epoch = this.position.step / batches.perEpoch
    const due = epoch % this.#config.validateEvery === 0 || this.position.step === totalSteps
    if (validator === undefined || !due) return
    this.#checkState()
    const metrics = await validator.measure(inferenceTensors(this.#plan, this.#state))
    const { rank1, map, identityBalancedMap } = metrics
    const { step } = this.position
    const best = this.position.best === null || identityBalancedMap > this.position.best.identityBalancedMap
    const entry: ValidationEntry = { kind: 'validation', step, epoch, rank1, map, identityBalancedMap }
    if (best) {
      this.position = { ...this.position, best: { identityBalancedMap, step } }
      this.#save('best')
    }
    appendLog(this.#logPath, entry)
    control.emit({ ...entry, best })
  }

  #save(which: 'last' | 'best'): void {
    this.#checkState()
    const tensors = which === 'last' ? Object.entries(this.#state) : inferenceTensors(this.#plan, this.#state)
    saveCheckpoint(checkpointPath(this.#job.run, which), tensors, this.position)
    if (which === 'last') this.#savedAt = performance.now()
  }
}

function summaryOf({
  rank1,
  rank5,
  rank10,
  map,
  identityBalancedMap,
  minp,
  queries,
  skipped,
  identities,
}: RetrievalMetrics) {
  return { rank1, rank5, rank10, map, identityBalancedMap, minp, queries, skipped, identities }
}

/** The same keys in the metrics of a run that set nothing aside. */
const unmeasured = {
  rank1: null,
  rank5: null,
  rank10: null,
  map: null,
  identityBalancedMap: null,
  minp: null,
  queries: null,
  skipped: null,
  identities: null,
} as const satisfies Record<keyof ReturnType<typeof summaryOf>, null>
