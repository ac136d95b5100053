import { check, counted } from '../base/index.ts'

/** What is known of photos. Encounters (sightings, bursts) are names; an empty one is unknown and equals none. */
export interface Labels {
  readonly identities: readonly string[]
  readonly encounters?: readonly string[] | undefined
  /** Leave out of a query's gallery the photos with its identity and its encounter. */
  readonly excludeSame?: 'encounter' | undefined
}

/**
 * What `evaluateRetrieval` would refuse of labels, before anything is embedded: a photo without an identity, encounters that are to
 * be excluded and not known, no query with a photo to find. @throws InputError.
 */
export function checkScorable(labels: Labels): void {
  checkLabels(labels, 'photos')
  checkFound(isAnyFindable(labels), labels.identities.length)
}

/** True where a photo has another one of its individual to find, of those that it may meet. */
export function isAnyFindable({ identities, encounters = [], excludeSame }: Labels): boolean {
  const encountersOf = new Map<string, string[]>()
  identities.forEach((identity, i) => {
    const known = encountersOf.get(identity) ?? []
    encountersOf.set(identity, known)
    known.push(excludeSame === undefined ? '' : encounters[i]!)
  })
  const canBeFound = (of: readonly string[]) => of.length > 1 && (new Set(of).size > 1 || of[0] === '')
  return [...encountersOf.values()].some(canBeFound)
}

/** That every photo has its labels; `where` begins the message. */
export function checkLabels({ identities, encounters, excludeSame }: Labels, where: string): void {
  const unnamed = identities.indexOf('')
  check(
    unnamed < 0,
    `${where}: row ${unnamed} has no identity`,
    'leave photos of unknown individuals out of the evaluation',
  )
  check(
    excludeSame === undefined || encounters !== undefined,
    `${where}: excluding the same encounter needs the encounter of every photo`,
    'name the column that holds it, for example `columns: {"encounter":"sighting"}`',
  )
}

/** That a query has a positive. */
export function checkFound(found: boolean, queries: number): void {
  check(
    found,
    `evaluate: none of ${counted(queries, 'query', 'queries')} has a photo of its individual to find`,
    'an individual needs two photos, and photos of two encounters where those are left out (`excludeSame: "nothing"` leaves them in, which flatters every model)',
  )
}
