import { count } from '../chart/index.ts'
import type { ReportData } from './data.ts'

/** What every picture says of where it comes from. */
export function sourceOf({ title, model, flipAveraging, data, split, photos, identities }: ReportData): string {
  const which = split === 'all' ? 'all photos' : `${split} photos`
  return (
    `model ${nameOf(title, model)}, flip averaging ${flipAveraging ? 'on' : 'off'} · data ${data}, ${which}: ` +
    `${count(photos.length, 'photo')} of ${count(identities.length, 'individual')} · rosette`
  )
}

/** What the curves say of where they come from: the run's own photos, which need not be those of the report. */
export function trainingSourceOf({ title, model, trainedOn }: ReportData): string {
  const photos =
    trainedOn === null
      ? ''
      : ` · trained on ${count(trainedOn.train, 'photo')}, validated on ${count(trainedOn.validation, 'photo')}`
  return `model ${nameOf(title, model)}${photos} · rosette`
}

function nameOf(title: string, model: string): string {
  return model === title ? title : `${title} (${model})`
}
