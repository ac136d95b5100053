import { counted, formatDuration } from '../base/index.ts'
import type { Manifest } from '../data/index.ts'
import type { CrossValidateEvent, FoldPlan } from '../study/index.ts'
import { type Progress, progress, stagedProgress } from './progress.ts'
import { tell, warn } from './say.ts'
import { TrainView } from './train-view.ts'
import { warnOfManifest } from './work.ts'

/** Shows which fold is trained, the training itself, and how long all of them take. */
export class CvView {
  readonly #told = new Set<string>()
  #train = new TrainView(this.#told)
  readonly #stages = stagedProgress()
  #bar: Progress | undefined
  #count = 0
  #left = 0
  #tellsTime = true

  show(event: CrossValidateEvent): void {
    switch (event.kind) {
      case 'plan':
        return this.#plan(event.plan, event.manifest)
      case 'look':
        return this.#stages.update(event.part, 'photos', event.done, event.total)
      case 'note':
        return tell(`note: ${event.text}`)
      case 'warning':
        return warn(event.text)
      case 'fold':
        this.close()
        this.#left = this.#count - event.fold
        this.#train = new TrainView(this.#told)
        return tell(`fold ${event.fold} of ${this.#count}${event.state === 'begins' ? '' : ` ${event.state}`}`)
      case 'train':
        // the data are told once, for all folds
        if (event.event.kind === 'data' || event.event.kind === 'note') return
        this.#train.show(event.event)
        if (event.event.kind === 'start') this.#tellTime(event.event)
        return
      case 'embed':
        this.#bar ??= progress('embedding', 'photos')
        return this.#bar.update(event.done, event.total)
    }
  }

  close(): void {
    this.#train.close()
    this.#stages.stop()
    this.#bar?.stop()
    this.#bar = undefined
  }

  #plan({ folds, kind }: FoldPlan, manifest: Manifest): void {
    this.#count = folds.length
    warnOfManifest(manifest)
    const how = kind === 'column' ? `the table's column '${manifest.reading?.columns.fold ?? 'fold'}'` : kind
    const sizes = folds.map(({ validation }) => validation.length)
    const [least, most] = [Math.min(...sizes), Math.max(...sizes)]
    tell(
      `folds: ${folds.length}, by ${how}, of ${least === most ? `${counted(least, 'photo')} each` : `${least} to ${most} photos`}`,
    )
  }

  /** Once: the folds take about as long as each other. */
  #tellTime({
    estimate,
    totalSteps,
    firstStep,
  }: {
    estimate: { stepMs?: number }
    totalSteps: number
    firstStep: number
  }) {
    if (!this.#tellsTime || this.#left === 0 || estimate.stepMs === undefined) return
    this.#tellsTime = false
    const ms = estimate.stepMs * (totalSteps - firstStep + this.#left * totalSteps)
    tell(`all folds: about ${formatDuration(ms)}`)
  }
}
