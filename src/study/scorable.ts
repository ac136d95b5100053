import type { Photo } from '../data/index.ts'
import type { ExcludeSame } from '../identify/index.ts'

/** What photos that are compared may not share; undefined for nothing. */
export type Excluded = Exclude<ExcludeSame, 'nothing'> | undefined

/** True where two photos of one individual may meet: where a fold has a score. */
export function isScorable(photos: readonly Photo[], excludeSame: Excluded): boolean {
  return Math.max(...encountersByIndividual(photos, excludeSame)) >= 2
}

/** Encounters of each individual, or its photos where those of one encounter meet; a photo without an encounter is one of its own. */
export function encountersByIndividual(photos: readonly Photo[], excludeSame: Excluded): number[] {
  const encounters = new Map<string, Set<string>>()
  photos.forEach(({ identity = '', encounter = '' }, i) => {
    const own = encounters.get(identity) ?? new Set<string>()
    own.add(excludeSame === 'encounter' && encounter !== '' ? `encounter ${encounter}` : `photo ${i}`)
    encounters.set(identity, own)
  })
  return [...encounters.values()].map(({ size }) => size)
}
