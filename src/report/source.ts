import { count } from '../chart/index.ts'
import type { ReportData } from './data.ts'

/** What every picture says of where it comes from. */
export function sourceOf(report: ReportData): string {
  const { flipAveraging, data, split, photos, identities } = report
  const which = split === 'all' ? 'all photos' : `${split} photos`
  return (
    `model ${nameOf(report)}, flip averaging ${flipAveraging ? 'on' : 'off'} · data ${data}, ${which}: ` +
    `${count(photos.length, 'photo')} of ${count(identities.length, 'individual')} · rosette`
  )
}

/** What the curves say of where they come from: the run's own photos, which need not be those of the report. */
export function trainingSourceOf(report: ReportData): string {
  const { trainedOn } = report
  const photos =
    trainedOn === null
      ? ''
      : ` · trained on ${count(trainedOn.train, 'photo')}, validated on ${count(trainedOn.validation, 'photo')}`
  return `model ${nameOf(report)}${photos} · rosette`
}

function nameOf({ title, model, shared }: ReportData): string {
  return shared || model === title ? model : `${title} (${model})`
}
