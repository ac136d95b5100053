import { formatDuration, mean } from '../base/index.ts'
import type { CurveStep, Curves } from './data.ts'

/** What a run's settings and split say of its length. */
export interface RunLength {
  readonly epochs: number
  /** Photos of a step. */
  readonly batchSize: number
  readonly trainPhotos: number
}

/** Steps over which the speed is averaged. */
const recentSteps = 20

/** Where a run stands, in words: epoch, step of how many, loss, margin, speed, time left. */
export function progressWords(curves: Curves | null, length?: RunLength): string {
  const steps = curves?.steps ?? []
  const last = steps.at(-1)
  if (last === undefined) return 'no step yet'
  const total = length === undefined ? undefined : stepsOf(steps, length)
  const margin = marginGrows(steps) ? ` (margin ${Math.round(100 * (last.marginShare ?? 1))} %)` : ''
  const place = `epoch ${last.epoch}, step ${last.step}`
  const known = total === undefined ? place : `${place} of ${total.exact ? '' : 'about '}${total.steps}`
  const words = [`${known}, loss ${last.loss.toFixed(4)}${margin}`]
  const times = steps.slice(-recentSteps).flatMap(({ elapsedMs }) => (elapsedMs === undefined ? [] : [elapsedMs]))
  if (length === undefined || total === undefined || times.length === 0) return words.join('')
  const stepMs = mean(times)
  const left = Math.max(0, total.steps - last.step)
  if (left > 0) words.push(`${((1000 * length.batchSize) / stepMs).toFixed(1)} images/s`)
  words.push(left === 0 ? 'finished' : `${formatDuration(left * stepMs)} left`)
  return words.join(' · ')
}

/** Exact once an epoch is through; before, as many as it takes to see every photo once. */
function stepsOf(steps: readonly CurveStep[], { epochs, batchSize, trainPhotos }: RunLength) {
  const second = steps.find(({ epoch }) => epoch === 2)
  const perEpoch = second === undefined ? Math.max(1, Math.floor(trainPhotos / batchSize)) : second.step - 1
  const ended = steps.at(-1)!.step > epochs * perEpoch
  return { steps: ended ? steps.at(-1)!.step : epochs * perEpoch, exact: second !== undefined }
}

function marginGrows(steps: readonly CurveStep[]): boolean {
  return steps.some(({ marginShare }) => marginShare !== undefined && marginShare < 1)
}
