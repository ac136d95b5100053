import { existsSync, rmSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { check, counted, formatBytes, writeSealedJson } from '../base/index.ts'
import { photoKey } from '../data/index.ts'
import { largestMargin } from '../nn/index.ts'
import { chanceOf, type RetrievalMetrics } from '../retrieval/index.ts'
import {
  appendLog,
  checkpointPath,
  loadCheckpoint,
  type Position,
  runNames,
  type StateTensors,
  type StepEntry,
  saveCheckpoint,
  type ValidationEntry,
  validationProtocols,
} from '../run/index.ts'
import { type Backend, type OrtOptions, ortBackend, type Tensors } from '../runtime/index.ts'
import { Batches } from './batches.ts'
import { StepClock } from './clock.ts'
import { difficultyOf, hardestOf } from './curriculum.ts'
import { deviceFailed } from './device-failure.ts'
import { embeddedMaterial } from './embedded-material.ts'
import { type Estimate, estimateStep } from './estimate.ts'
import type { Control, Outcome } from './events.ts'
import { RunHealth } from './health.ts'
import type { TrainJob } from './job.ts'
import { type Material, photoMaterial, type Validator } from './material.ts'
import { scoresOf } from './metrics.ts'
import { momentOf, type RunLength, type StepMoment } from './moment.ts'
import { StagedSteps } from './stages.ts'
import { startOf } from './start.ts'
import { inferenceTensors } from './state.ts'
import type { StepPlan } from './updates.ts'
import { validationLabels, validationProtocol } from './validation-labels.ts'

/** More of what runs the steps than the job says. */
export interface RunOptions extends OrtOptions {
  /** Runs them in place of ONNX Runtime. */
  readonly backend?: Backend
}

/**
 * The whole of a training run, from its state to the exported model. Blocks its thread: belongs into a worker. Its job names the device, of which
 * `options` may say more.
 */
export async function runTraining(
  job: TrainJob,
  control: Control,
  { backend: given, ...options }: RunOptions = {},
): Promise<Outcome> {
  const material = job.frozen === null ? photoMaterial(job) : embeddedMaterial(job, job.frozen)
  const plan = material.planOf()
  const backend = given ?? (await ortBackend({ threads: job.threads, device: job.device, ...options }))
  const batches = new Batches(job)
  const length = { stepsPerEpoch: batches.perEpoch, totalSteps: batches.perEpoch * job.config.epochs }
  const { position, steps } = await begin(
    job,
    plan,
    (state) => new StagedSteps(backend, material.stages(batches.perEpoch), material.planOf, state),
    control,
  )
  const before = { step: position.step, keep: async () => position.step || undefined }
  const opened = <T>(work: Promise<T>) => work.catch((error) => deviceFailed(error, job, before))
  checkEpochs(job, position.step, length.stepsPerEpoch)
  const estimate = await opened(estimateStep(plan.graph, job.device === 'cpu' ? backend : undefined))
  const { batchSize, loss, schedule } = job.config
  const marginGrows = largestMargin(loss) > 0 && schedule.marginWarmupEpochs > 0
  tellStart(estimate, { ...length, firstStep: position.step, batchSize, marginGrows }, control)
  batches.follow(position.difficulty)
  await opened(steps.at(position.step)) // what cannot be compiled is told before anything else
  const validator = job.split.validation.length === 0 ? undefined : await opened(material.validator(backend))
  const run = new Run(job, plan, { material, steps, validator, batches, length, control }, position)
  const trained = await run.toTheEnd()
  const state = await run.state()
  await steps.release()
  const finished = trained && (await run.finish(state))
  await validator?.release()
  return { finished, step: run.position.step, totalSteps: length.totalSteps }
}

/** Where the run begins. The state is the steps' alone from here on: nobody else keeps its memory. */
async function begin(
  job: TrainJob,
  plan: StepPlan,
  stepsFrom: (state: StateTensors) => StagedSteps,
  { emit }: Control,
): Promise<{ readonly position: Position; readonly steps: StagedSteps }> {
  const { state, position, lost } = await startOf(job, plan)
  for (const text of lost) emit({ kind: 'warning', text })
  return { position, steps: stepsFrom(state) }
}

/** @throws InputError where config.json has fewer epochs than the run has behind it: it can go on or end, but not go back. */
function checkEpochs({ run, config }: TrainJob, done: number, stepsPerEpoch: number): void {
  const [behind, least] = [Math.floor(done / stepsPerEpoch), Math.ceil(done / stepsPerEpoch)]
  const begun = least === behind ? '' : ` and part of the next (${counted(done, 'step')})`
  check(
    config.epochs >= least,
    `${join(run, runNames.config)}: the run has ${counted(behind, 'epoch')}${begun} behind it, expected epochs of ${least} or more, got ${config.epochs}`,
    `epochs of ${least} in that file end the run ${least === behind ? 'as it is' : 'with that epoch'}, and write its model; more go on with it`,
  )
}

function tellStart(
  estimate: Estimate,
  facts: RunLength & { readonly firstStep: number; readonly batchSize: number; readonly marginGrows: boolean },
  { emit }: Control,
): void {
  if (estimate.bytes > totalmem()) {
    const [needed, has] = [estimate.bytes, totalmem()].map(formatBytes)
    const text = `the run needs about ${needed} of memory, this machine has ${has}: a smaller batchSize or \`recompute\` needs less`
    emit({ kind: 'warning', text })
  }
  emit({ kind: 'start', estimate, ...facts })
}

interface Parts {
  readonly material: Material
  readonly steps: StagedSteps
  readonly validator: Validator | undefined
  readonly batches: Batches
  readonly length: RunLength
  readonly control: Control
}

/** The moving parts of a run: where it stands, its health and the clock. Its state lies with the program of its steps. */
class Run {
  readonly #job: TrainJob
  readonly #plan: StepPlan
  readonly #parts: Parts
  readonly #logPath: string
  readonly #health: RunHealth
  readonly #clock: StepClock
  #savedAt = performance.now()
  /** Steps that the last checkpoint has; undefined where there is none. */
  #savedStep: number | undefined
  position: Position

  constructor(job: TrainJob, plan: StepPlan, parts: Parts, position: Position) {
    this.#job = job
    this.#plan = plan
    this.#parts = parts
    this.#logPath = join(job.run, runNames.log)
    this.#health = new RunHealth(job.run, job.config.loss)
    this.#clock = new StepClock(job.config.batchSize)
    this.position = position
    this.#savedStep = position.step || undefined
  }

  /**
   * True when all steps are done, false when it was asked to stop; either way the state is saved. Who asks waits for the steps that run together at
   * most, 64 with CUDA and one elsewhere: an epoch's end that is not measured then is measured when the run goes on.
   */
  async toTheEnd(): Promise<boolean> {
    const { length, control } = this.#parts
    const { step, unmeasured = false } = this.position
    if (step === 0 && !(await this.#measureStart())) return false
    if (unmeasured && !(await this.#endEpoch())) return false
    while (this.position.step < length.totalSteps) {
      await this.#steps()
      const endOfEpoch = this.position.step % length.stepsPerEpoch === 0
      const whole = !endOfEpoch || (await this.#endEpoch())
      const due = performance.now() - this.#savedAt > this.#job.config.checkpointMinutes * 60_000
      const stop = !whole || control.shouldStop()
      if (endOfEpoch || due || stop) this.#save('last', await this.state())
      if (!whole || (stop && this.position.step < length.totalSteps)) return false
    }
    return true
  }

  /** The whole state, as it is now. */
  state(): Promise<StateTensors> {
    return this.#onDevice(this.#parts.steps.checkpoint())
  }

  /** The best weights become model.onnx; metrics.json says how they did. False where it was asked to stop before that was measured. */
  async finish(last: StateTensors): Promise<boolean> {
    const { run, classes, split, index } = this.#job
    const { validator, control } = this.#parts
    control.emit({ kind: 'export' })
    const best = checkpointPath(run, 'best')
    // where nothing validates, the last are the best: those of an end before, which more epochs went on from, are older
    if (validator === undefined || !existsSync(best)) this.#save('best', last)
    const { state, position } = loadCheckpoint(best, Object.fromEntries(inferenceTensors(this.#plan, last)))
    const tensors = new Map(Object.entries(state))
    await this.#parts.material.export(tensors)
    // measured again, so that a run resumed after its last step tells the same
    const nameOf = (query: number) => photoKey(index.photos[split.validation[query]!]!)
    const measured = validator && (await this.#onDevice(validator.measure(tensors, control.shouldStop)))
    if (validator !== undefined && measured === undefined) return false
    const scores = scoresOf(measured, nameOf)
    const photos = split.validation.length
    const { excludeSame = null } = validationLabels(this.#job)
    writeSealedJson(join(run, runNames.metrics), {
      ...scores,
      excludeSame,
      ...(measured === undefined ? {} : { protocol: validationProtocols[validationProtocol(this.#job)] }),
      photos,
      step: position.step,
      trainedIdentities: classes.length,
    })
    return true
  }

  /** As many steps as the program runs together, within an epoch and a stage. What a step is fed depends on how many were skipped before it. */
  async #steps(): Promise<void> {
    const begin = performance.now()
    const { steps, length } = this.#parts
    const { step } = this.position
    const { plan, program, releasedAt } = await this.#onDevice(steps.at(step))
    const count = Math.min(program.together, length.stepsPerEpoch - (step % length.stepsPerEpoch), steps.left(step))
    const moments = Array.from({ length: count }, (_, i) => momentOf(step + i, this.#job.config, length))
    const feeds = moments.map((moment) => this.#feeds(plan, releasedAt, moment))
    const told = await this.#onDevice(program.steps(feeds))
    const elapsedMs = (performance.now() - begin) / told.length
    for (const [i, results] of told.entries()) this.#note(moments[i]!, results, elapsedMs)
    await new Promise((resolve) => setImmediate(resolve))
  }

  /** A step that was made: health, position, log. */
  #note(moment: StepMoment, results: Tensors, elapsedMs: number): void {
    const entry = this.#entryOf(moment, results, elapsedMs)
    this.#health.checkStep(entry, this.position.firstLoss, moment.marginShare)
    const { firstLoss, skipped = [] } = this.position
    this.position = { ...this.position, step: entry.step, firstLoss: firstLoss ?? entry.loss }
    if (entry.skipped === true) this.position = { ...this.position, skipped: [...skipped, moment.step] }
    appendLog(this.#logPath, entry)
    const { length, control } = this.#parts
    const pace = this.#clock.tick(elapsedMs, length.totalSteps - entry.step)
    control.emit({ ...entry, ...pace, totalSteps: length.totalSteps })
  }

  /** Work of the device. Where that fails in the middle of a run, what it still gives is saved, and the run ends. */
  #onDevice<T>(work: Promise<T>): Promise<T> {
    return work.catch((error) => deviceFailed(error, this.#job, { step: this.position.step, keep: () => this.#keep() }))
  }

  /** How many steps the last checkpoint has, after one more try to write it. Before the first step there is nothing to save. */
  async #keep(): Promise<number | undefined> {
    if (this.position.step > 0 && this.position.step !== this.#savedStep)
      await this.#parts.steps
        .checkpoint()
        .then((state) => this.#save('last', state))
        .catch(() => {}) // it is gone with the device's memory, or cannot be written: the checkpoint before it stays
    return this.#savedStep
  }

  #feeds({ randoms }: StepPlan, releasedAt: readonly number[], moment: StepMoment): Tensors {
    const { material, batches } = this.#parts
    const { config, seed } = this.#job
    const { skipped } = this.position
    const options = { seed: `${seed}`, optimiser: config.optimiser, randoms, releasedAt, skipped }
    return material.feeds(batches.labels, batches.at(moment.step), { ...options, ...moment })
  }

  #entryOf({ step, learningRate, marginShare }: StepMoment, results: Tensors, elapsedMs: number): StepEntry {
    const told = (name: string) => Number(results[name]?.data[0])
    const [norm, skipped] = [told('gradientNorm'), told('skipped') === 1]
    return {
      kind: 'step',
      step: step + 1,
      epoch: Math.floor(step / this.#parts.length.stepsPerEpoch) + 1,
      loss: told('loss'),
      gradientNorm: skipped ? null : norm,
      learningRate,
      ...(largestMargin(this.#job.config.loss) > 0 ? { marginShare } : {}),
      elapsedMs: Math.round(elapsedMs),
      ...(results.lossScale === undefined ? {} : { lossScale: told('lossScale') }),
      ...(skipped ? { skipped } : {}),
    }
  }

  /** What the run begins with, to compare with what it comes to; it is no candidate for the best. False where it was asked to stop. */
  async #measureStart(): Promise<boolean> {
    const { validator, control } = this.#parts
    if (validator === undefined) return true
    const state = inferenceTensors(this.#plan, await this.state())
    const measured = await this.#onDevice(validator.measure(state, control.shouldStop))
    if (measured === undefined) return false
    const entry: ValidationEntry = { kind: 'validation', step: 0, epoch: 0, ...toldOf(measured) }
    appendLog(this.#logPath, entry)
    control.emit({ ...entry, best: false, chance: chanceOf(measured.perQuery) })
    return true
  }

  /** False where it was asked to stop: the position says then what is still to be measured. */
  async #endEpoch(): Promise<boolean> {
    const { length, validator, control } = this.#parts
    const { step } = this.position
    const epoch = step / length.stepsPerEpoch
    const due = epoch % this.#job.config.validateEvery === 0 || step === length.totalSteps
    if (validator === undefined || !due) return true
    this.position = { ...this.position, unmeasured: true }
    const state = await this.state()
    this.#health.checkState(state, step)
    const measured = control.shouldStop()
      ? undefined
      : await this.#onDevice(validator.measure(inferenceTensors(this.#plan, state), control.shouldStop))
    if (measured === undefined) return false
    const { unmeasured: _, ...position } = this.position
    this.position = position
    const found = this.#difficultyFrom(measured)
    const { identityBalancedMap } = measured
    const best = this.position.best === null || identityBalancedMap > this.position.best.identityBalancedMap
    const entry: ValidationEntry = { kind: 'validation', step, epoch, ...toldOf(measured), ...found }
    if (best) {
      this.position = { ...this.position, best: { identityBalancedMap, step } }
      this.#save('best', state)
    }
    appendLog(this.#logPath, entry)
    control.emit({ ...entry, best, chance: chanceOf(measured.perQuery) })
    return true
  }

  /** With a curriculum, what is drawn more often from now on; as the log tells it. */
  #difficultyFrom({ perQuery }: RetrievalMetrics): Pick<ValidationEntry, 'hardest' | 'confused'> {
    const { config, classes, split, identities } = this.#job
    if (config.sampler.curriculum === 0) return {}
    const names = split.validation.map((row) => identities[row]!)
    const difficulty = difficultyOf(perQuery, names, classes)
    this.position = { ...this.position, difficulty }
    this.#parts.batches.follow(difficulty)
    return difficulty.hardness.some((one) => one > 0) ? hardestOf(difficulty, classes) : {}
  }

  #save(which: 'last' | 'best', state: StateTensors): void {
    this.#health.checkState(state, this.position.step)
    const saved = which === 'last' ? Object.entries(state) : inferenceTensors(this.#plan, state)
    // of an end before, which more epochs go on from: scores do not stand beside weights that they were not measured on
    rmSync(join(this.#job.run, runNames.metrics), { force: true })
    saveCheckpoint(checkpointPath(this.#job.run, which), saved, this.position)
    if (which === 'best') return
    this.#savedAt = performance.now()
    this.#savedStep = this.position.step
  }
}

/** What log.jsonl keeps of a measurement's scores. */
function toldOf({ rank1, identityBalancedRank1, map, identityBalancedMap }: RetrievalMetrics) {
  return { rank1, identityBalancedRank1, map, identityBalancedMap }
}
