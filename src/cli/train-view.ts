import { formatBytes, formatDuration } from '../base/index.ts'
import type { PrepareEvent, TrainEvent } from '../train/index.ts'
import { sparkline } from './sparkline.ts'

/** Columns of a terminal on which the loss has room for its curve. */
const wideColumns = 110

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
        return this.#changing(
          `epoch ${event.epoch}  step ${event.step}/${event.totalSteps} ${bar(event.step / event.totalSteps)} ` +
            `loss ${event.loss.toFixed(3)} ${this.#curve()} ${event.imagesPerSecond.toFixed(1)} images/s  ${formatDuration(event.remainingMs)} left`,
          event.step === event.totalSteps,
        )
      case 'validation':
        return this.#line(
          `epoch ${event.epoch}: validation rank-1 ${event.rank1.toFixed(3)}, mAP ${event.map.toFixed(3)}, ` +
            `identity-balanced mAP ${event.identityBalancedMap.toFixed(3)}${event.best ? ' (best so far)' : ''}`,
        )
      case 'export':
        return this.#line('writing model.onnx')
    }
  }

  /** How the loss went, on a terminal with room for it. */
  #curve(): string {
    return this.#live && process.stderr.columns >= wideColumns ? `${sparkline(this.#losses, 16)} ` : ''
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
