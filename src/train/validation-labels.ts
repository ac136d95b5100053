import type { Labels } from '../retrieval/index.ts'
import type { TrainJob } from './job.ts'

/**
 * The labels by which a run's validation is scored: a query does not meet its own encounter, where encounters are known, an individual has
 * two of them among the photos that validate, and the split was not asked to be by lot.
 */
export function validationLabels({
  config,
  index,
  identities,
  split,
}: Pick<TrainJob, 'config' | 'index' | 'identities' | 'split'>): Labels {
  const names = split.validation.map((row) => identities[row]!)
  const encounters = split.validation.map((row) => index.photos[row]!.encounter ?? '')
  if (config.validation === 'stratified' || !areApart(names, encounters)) return { identities: names }
  return { identities: names, encounters, excludeSame: 'encounter' }
}

/** True where an individual has two encounters that are known. */
function areApart(names: readonly string[], encounters: readonly string[]): boolean {
  const first = new Map<string, string>()
  return names.some((name, i) => {
    if (encounters[i] === '') return false
    if (!first.has(name)) first.set(name, encounters[i]!)
    return first.get(name) !== encounters[i]
  })
}
