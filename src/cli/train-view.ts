import { formatBytes, formatDuration } from '../base/index.ts'
import type { PrepareEvent, TrainEvent } from '../train/index.ts'
import { inFlags } from './flag-words.ts'
import { sparkline } from './sparkline.ts'

type StepEvent = Extract<TrainEvent, { readonly kind: 'step' }>

/** Blocks of the curve: at most, and so few that it says nothing. */
const [mostBlocks, fewestBlocks] = [16, 4]

/** Shows a run as it goes: one line that changes on a terminal, a line now and then elsewhere. Everything goes to stderr. */
export class TrainView {
  readonly #live = process.stderr.isTTY === true
  #shownAt = 0
  #open = false
  /** Of all steps so far. */
  readonly #losses: number[] = []
  /** Whether a step had less than the whole margin: from then on each line says how much. */
  #marginGrows = false

  show(event: TrainEvent | PrepareEvent): void {
    switch (event.kind) {
      case 'download': {
        const { file, doneBytes, totalBytes } = event
        return this.#changing(
          `downloading ${file} ${bar(doneBytes / totalBytes)} ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`,
          doneBytes === totalBytes,
        )
      }
      case 'weights': {
        const { path, tensors, leftOut } = event
        const classifier = leftOut.length === 0 ? '' : `; left out, its classifier: ${leftOut.join(', ')}`
        return this.#line(`weights: ${tensors} tensors of ${path}${classifier}`)
      }
      case 'decode':
        return this.#changing(`decoding photos ${event.done}/${event.total}`, event.done === event.total)
      case 'embed':
        return this.#changing(`embedding photos ${event.done}/${event.total}`, event.done === event.total)
      case 'data':
        return this.#line(`data: ${inFlags(event.text)}`)
      case 'note':
        return this.#line(`note: ${inFlags(event.text)}`)
      case 'warning':
        return this.#line(`warning: ${inFlags(event.text)}`)
      case 'start': {
        const { estimate, totalSteps, firstStep, batchSize } = event
        const left = (totalSteps - firstStep) * estimate.stepMs
        const resumed = firstStep > 0 ? `, going on after step ${firstStep}` : ''
        this.#line(
          `training: ${totalSteps} steps of ${batchSize} photos${resumed}; estimate: ${formatBytes(estimate.bytes)} of memory, ` +
            `${((batchSize / estimate.stepMs) * 1000).toFixed(1)} images/s, about ${formatDuration(left)}`,
        )
        return
      }
      case 'step':
        this.#losses.push(event.loss)
        this.#marginGrows ||= (event.marginShare ?? 1) < 1
        return this.#changing(this.#step(event), event.step === event.totalSteps)
      case 'validation':
        return this.#line(
          `${event.epoch === 0 ? 'before training' : `epoch ${event.epoch}`}: validation rank-1 ${event.rank1.toFixed(3)}, mAP ${event.map.toFixed(3)}, ` +
            `identity-balanced mAP ${event.identityBalancedMap.toFixed(3)}${event.best ? ' (best so far)' : ''}`,
        )
      case 'export':
        return this.#line('writing model.onnx')
    }
  }

  /**
   * A bar, and on a terminal how the loss went. Where there is no room for both the bar is left out, then the speed, then the curve: a
   * line that is longer than the terminal is wide would not be written over.
   */
  #step(event: StepEvent): string {
    const { epoch, step, totalSteps, imagesPerSecond, remainingMs } = event
    const place = `epoch ${epoch}  step ${step}/${totalSteps}`
    const withBar = `${place} ${bar(step / totalSteps)}`
    const words = this.#lossWords(event)
    const left = `${formatDuration(remainingMs)} left`
    const speed = `${imagesPerSecond.toFixed(1)} images/s  ${left}`
    if (!this.#live) return `${withBar} ${words}  ${speed}`
    const { columns } = process.stderr
    const whole = `${withBar} ${words} ${sparkline(this.#losses, mostBlocks)}  ${speed}`
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
    if (this.#open) process.stderr.write(this.#live ? '\r\x1b[K' : '')
    this.#open = false
    process.stderr.write(`${text}\n`)
  }

  /** On a terminal at most ten times a second, elsewhere every ten seconds; `last` always. */
  #changing(text: string, last: boolean): void {
    const now = performance.now()
    if (!last && now - this.#shownAt < (this.#live ? 100 : 10_000)) return
    this.#shownAt = now
    if (!this.#live) return this.#line(text)
    process.stderr.write(`\r\x1b[K${text}${last ? '\n' : ''}`)
    this.#open = !last
  }
}

function bar(share: number): string {
  const width = 20
  const full = Math.round(share * width)
  return `[${'█'.repeat(full)}${'░'.repeat(width - full)}]`
}
