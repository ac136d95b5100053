import { formatBytes, formatDuration } from '../base/index.ts'
import type { PrepareEvent, TrainEvent } from '../train/index.ts'
import { sparkline } from './sparkline.ts'

type StepEvent = Extract<TrainEvent, { readonly kind: 'step' }>

/** Columns of a terminal on which bar and curve of the loss have room beside each other. */
const wideColumns = 110

/** Blocks of the curve: at most, and so few that it says nothing. */
const [mostBlocks, fewestBlocks] = [16, 4]

/** Shows a run as it goes: one line that changes on a terminal, a line now and then elsewhere. Everything goes to stderr. */
export class TrainView {
  readonly #live = process.stderr.isTTY === true
  #shownAt = 0
  #open = false
  /** Of all steps so far. */
  readonly #losses: number[] = []

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
        return this.#line(`data: ${event.text}`)
      case 'note':
        return this.#line(`note: ${event.text}`)
      case 'warning':
        return this.#line(`warning: ${event.text}`)
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
        return this.#changing(this.#step(event), event.step === event.totalSteps)
      case 'validation':
        return this.#line(
          `epoch ${event.epoch}: validation rank-1 ${event.rank1.toFixed(3)}, mAP ${event.map.toFixed(3)}, ` +
            `identity-balanced mAP ${event.identityBalancedMap.toFixed(3)}${event.best ? ' (best so far)' : ''}`,
        )
      case 'export':
        return this.#line('writing model.onnx')
    }
  }

  /** A bar, and on a terminal how the loss went; in place of the bar where there is no room for both. */
  #step({ epoch, step, totalSteps, loss, imagesPerSecond, remainingMs }: StepEvent): string {
    const place = `epoch ${epoch}  step ${step}/${totalSteps}`
    const speed = `${imagesPerSecond.toFixed(1)} images/s  ${formatDuration(remainingMs)} left`
    const words = `loss ${loss.toFixed(3)}`
    const columns = this.#live ? process.stderr.columns : 0
    if (columns >= wideColumns) {
      return `${place} ${bar(step / totalSteps)} ${words} ${sparkline(this.#losses, mostBlocks)}  ${speed}`
    }
    const room = Math.min(mostBlocks, columns - `${place}  ${words}   ${speed}`.length - 1)
    return room >= fewestBlocks
      ? `${place}  ${words} ${sparkline(this.#losses, room)}  ${speed}`
      : `${place} ${bar(step / totalSteps)} ${words}  ${speed}`
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
