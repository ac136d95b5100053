import { identitiesOf, type Photo } from '../data/index.ts'

/** From how many photos on an individual is sure to be learned and scored. */
export interface RiskOptions {
  readonly fewestPhotos?: number
}

/** Below four photos an individual is on one side of a split only. */
export const riskDefaults = { fewestPhotos: 4 } as const satisfies RiskOptions

/** An individual of whom too little is known, and what: undefined counts where no photo of it says. */
export interface RiskyIdentity {
  readonly identity: string
  readonly photos: number
  readonly encounters: number | undefined
  readonly flanks: readonly string[]
  readonly reasons: readonly ('few photos' | 'one encounter' | 'one flank')[]
}

/**
 * Individuals in order of name that are photographed fewer than `fewestPhotos` times, in one encounter only, or from one flank only:
 * what is learned of them may be the moment or the side, and no honest score can tell. An encounter or a flank counts as the only one
 * where every photo of the individual says it.
 */
export function identitiesAtRisk(photos: readonly Photo[], options: RiskOptions = {}): RiskyIdentity[] {
  const { fewestPhotos } = { ...riskDefaults, ...options }
  const { names, index } = identitiesOf(photos)
  const members = names.map((): Photo[] => [])
  index.forEach((identity, i) => {
    if (identity >= 0) members[identity]!.push(photos[i]!)
  })
  return names.flatMap((identity, i) => {
    const own = members[i]!
    const encounters = valuesOf(own, 'encounter')
    const flanks = valuesOf(own, 'flank')
    const reasons = [
      ...(own.length < fewestPhotos ? (['few photos'] as const) : []),
      ...(own.length > 1 && isOnlyOne(own, 'encounter') ? (['one encounter'] as const) : []),
      ...(own.length > 1 && isOnlyOne(own, 'flank') ? (['one flank'] as const) : []),
    ]
    const count = encounters.length === 0 ? undefined : encounters.length
    return reasons.length === 0 ? [] : [{ identity, photos: own.length, encounters: count, flanks, reasons }]
  })
}

function valuesOf(photos: readonly Photo[], field: 'encounter' | 'flank'): string[] {
  return [...new Set(photos.flatMap((photo) => photo[field] ?? []))].sort()
}

function isOnlyOne(photos: readonly Photo[], field: 'encounter' | 'flank'): boolean {
  return photos[0]![field] !== undefined && photos.every((photo) => photo[field] === photos[0]![field])
}
