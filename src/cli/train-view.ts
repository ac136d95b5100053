import { counted, formatBytes, formatDuration } from '../base/index.ts'
import type { PrepareEvent, TrainEvent } from '../train/index.ts'
import { inFlags } from './flag-words.ts'
import { barOf, firstWord, megabytes, type Progress, progress, stagedProgress } from './progress.ts'
import { tell } from './say.ts'
import { rank1Words } from './score-table.ts'
import { sparkline } from './sparkline.ts'

type StepEvent = Extract<TrainEvent, { readonly kind: 'step' }>
type StartEvent = Extract<TrainEvent, { readonly kind: 'start' }>
type ValidationEvent = Extract<TrainEvent, { readonly kind: 'validation' }>
/** What the bar of the steps tells; before the first one only where the run begins. */
type Place = StepEvent | { readonly step: number; readonly totalSteps: number }

/** Blocks of the curve: at most, and so few that it says nothing. */
const [mostBlocks, fewestBlocks] = [16, 4]

/** Usual in the first steps, until the scale fits, and once in some thousand steps after that. */
function skippedLine({ step, lossScale = 1 }: StepEvent): string {
  return `note: step ${step} changed nothing: its gradients, ${lossScale} times the loss's, are beyond float16; the scale becomes smaller`
}

/** A card's speed is known after its first steps. */
function timeWords({ estimate: { stepMs }, totalSteps, firstStep, batchSize }: StartEvent): string {
  if (stepMs === undefined) return ''
  const left = formatDuration((totalSteps - firstStep) * stepMs)
  return `, ${((batchSize / stepMs) * 1000).toFixed(1)} images/s, about ${left}`
}

type Told = Pick<ValidationEvent, 'rank1' | 'identityBalancedRank1' | 'map' | 'identityBalancedMap'>

function scoreWords({ map, identityBalancedMap, ...ofFirst }: Told): string {
  return `${rank1Words(ofFirst)}, mAP ${map.toFixed(3)}, identity-balanced mAP ${identityBalancedMap.toFixed(3)}`
}

/** Shows a run as it goes: the bars that every command has, and lines between them. Everything goes to stderr. */
export class TrainView {
  readonly #live = process.stderr.isTTY === true
  /** What comes before the first step. */
  readonly #stages = stagedProgress({ due: firstWord() })
  #steps: Progress | undefined
  #at: Place = { step: 0, totalSteps: 0 }
  /** Of all steps so far. */
  readonly #losses: number[] = []
  /** Whether a step had less than the whole margin: from then on each line says how much. */
  #marginGrows = false
  /** Identity-balanced mAP before the first step, where this process measured it. */
  #startMap: number | undefined
  /** What was said before the first step, here and of the runs before this one. */
  readonly #told: Set<string>
  #begun = false
  /** Chance is the same for all validations of a run: it stands beside the first. */
  #toldChance = false

  /** Of several runs of the same photos, given one set, each thing that is said before their first steps is said once. */
  constructor(told: Set<string> = new Set()) {
    this.#told = told
  }

  show(event: TrainEvent | PrepareEvent): void {
    switch (event.kind) {
      case 'download': {
        const { file, doneBytes, totalBytes } = event
        return this.#stages.update(`downloading ${file}`, 'MB', megabytes(doneBytes), megabytes(totalBytes))
      }
      case 'weights': {
        const { path, tensors, leftOut } = event
        const classifier = leftOut.length === 0 ? '' : `; its classifier was left out: ${leftOut.join(', ')}`
        return this.#line(`weights: ${counted(tensors, 'tensor')} of ${path}${classifier}`)
      }
      case 'list':
        return this.#stages.update(event.stage, 'photos', event.done, event.total)
      case 'sizes':
        return this.#stages.update('sizes of photos', 'boxes', event.done, event.total)
      case 'times':
        return this.#stages.update('times of photos', 'photos', event.done, event.total)
      case 'locate':
        return this.#stages.update('locating', 'photos', event.done, event.total)
      case 'decode':
        return this.#stages.update('decoding', 'photos', event.done, event.total)
      case 'embed':
        return this.#stages.update('embedding', 'photos', event.done, event.total)
      case 'data':
        return this.#lineOnce('data', event.text)
      case 'note':
        return this.#lineOnce('note', event.text)
      case 'warning':
        return this.#lineOnce('warning', event.text)
      case 'start': {
        const { estimate, totalSteps, firstStep, batchSize } = event
        this.#begun = true
        this.#marginGrows = event.marginGrows
        const resumed = firstStep > 0 ? `, going on after step ${firstStep}` : ''
        this.#line(
          `training: ${counted(totalSteps, 'step')} of ${counted(batchSize, 'photo')}${resumed}; estimate: ${formatBytes(estimate.bytes)} of memory${timeWords(event)}`,
        )
        return this.#showStep({ step: firstStep, totalSteps })
      }
      case 'step':
        this.#losses.push(event.loss)
        if (event.skipped === true) this.#line(skippedLine(event))
        this.#showStep(event)
        if (event.step === event.totalSteps) this.#line(this.#step(this.#live ? barOf(1) : ''))
        return
      case 'validation': {
        const place = event.epoch === 0 ? 'before training' : `epoch ${event.epoch}`
        const chance = this.#toldChance ? '' : `; by chance ${scoreWords(event.chance)}`
        this.#toldChance = true
        if (event.epoch === 0) this.#startMap = event.identityBalancedMap
        const below = event.identityBalancedMap < (this.#startMap ?? 0) ? ', below the score before training' : ''
        const best = event.best ? ` (best epoch so far${below})` : ''
        return this.#line(`${place}: validation ${scoreWords(event)}${best}${chance}`)
      }
      case 'export':
        return this.#line('writing model.onnx')
    }
  }

  /** Takes the bar off the screen, however the run has ended. */
  close(): void {
    this.#stages.stop()
    this.#steps?.stop()
  }

  /** Sides of other folds have a few photos more or less: the number that a text begins with makes no other text. */
  #lineOnce(kind: 'data' | 'note' | 'warning', text: string): void {
    const key = text.replace(/^\d+ /, '')
    if (!this.#begun && this.#told.has(key)) return
    this.#told.add(key)
    this.#line(`${kind}: ${inFlags(text)}`)
  }

  #showStep(at: Place): void {
    this.#stages.stop()
    this.#at = at
    this.#steps ??= progress('step', 'steps', { line: (bar) => this.#step(bar) })
    this.#steps.update(at.step, at.totalSteps)
  }

  /**
   * A bar, and on a terminal how the loss went. Where there is no room for both the bar is left out, then the speed, then the curve: a
   * line that is longer than the terminal is wide would be cut.
   */
  #step(bar: string): string {
    const { step, totalSteps } = this.#at
    const withBar = (place: string) => (bar === '' ? place : `${place} ${bar}`)
    if (!('kind' in this.#at)) return withBar(`step ${step}/${totalSteps}`)
    const { epoch, imagesPerSecond, remainingMs } = this.#at
    const place = `epoch ${epoch}  step ${step}/${totalSteps}`
    const words = this.#lossWords(this.#at)
    const left = `${formatDuration(remainingMs)} left`
    const speed = `${imagesPerSecond.toFixed(1)} images/s  ${left}`
    if (!this.#live) return `${place}  ${words}  ${speed}`
    const { columns } = process.stderr
    const whole = `${withBar(place)} ${words} ${sparkline(this.#losses, mostBlocks)}  ${speed}`
    if (whole.length < columns) return whole
    for (const end of [speed, left]) {
      const room = Math.min(mostBlocks, columns - `${place}  ${words}   ${end}`.length - 1)
      if (room >= fewestBlocks) return `${place}  ${words} ${sparkline(this.#losses, room)}  ${end}`
    }
    return `${place}  ${words}  ${left}`
  }

  #lossWords({ loss, marginShare }: StepEvent): string {
    const margin = this.#marginGrows && marginShare !== undefined ? ` (margin ${Math.round(100 * marginShare)} %)` : ''
    return `loss ${loss.toFixed(3)}${margin}`
  }

  #line(text: string): void {
    this.close()
    tell(text)
  }
}
