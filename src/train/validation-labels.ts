import { check, counted } from '../base/index.ts'
import type { Labels } from '../retrieval/index.ts'
import type { validationProtocols } from '../run/index.ts'
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

/** What the scores of a run's validation are scores of. */
export function validationProtocol(job: Parameters<typeof validationLabels>[0]): keyof typeof validationProtocols {
  if (validationLabels(job).excludeSame === 'encounter') return 'otherEncounters'
  const seen = new Map<string, string[]>()
  for (const row of job.split.validation) {
    const own = seen.get(job.identities[row]!) ?? []
    seen.set(job.identities[row]!, [...own, job.index.photos[row]!.encounter ?? ''])
  }
  const together = [...seen.values()].filter(({ length }) => length > 1)
  if (together.flat().every((encounter) => encounter === '')) return 'all'
  return together.every((own) => own[0] !== '' && new Set(own).size === 1) ? 'ownOnly' : 'withOwn'
}

/** What is told of a score of one encounter before the first step. */
export const ownEncounterOnly =
  'each individual of the photos set aside was seen there in one encounter only: its photos find each other by their background, so that the scores of this training flatter. Photos of more encounters help; with four, two are set aside'

/**
 * That photos which validate can be scored: one individual at least has two of them. Told before the first step, since it would end the
 * run after the first epoch.
 * @throws InputError with what to set instead.
 */
export function checkValidation({ identities, split }: Pick<TrainJob, 'identities' | 'split'>): void {
  const names = split.validation.map((row) => identities[row]!)
  check(
    names.length === 0 || new Set(names).size < names.length,
    `validation: of the ${counted(names.length, 'photo')} that would measure the model no two show one individual, so that nothing can be measured`,
    '`set: ["validation=none"]` trains on all photos without measuring; to measure, an individual needs two photos or more beside those that train',
  )
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
