import type { Manifest, Photo } from '../data/index.ts'
import { checkScorable, type PhotoLabels, type PostProcessing, postProcessingWords } from '../retrieval/index.ts'
import type { MatchKind } from './local-matching.ts'

/**
 * Which photos a query may not meet. encounter: those of its own individual and encounter; nothing: only itself. Unless given, encounter
 * where photos have encounters: photos of one sighting find each other by their background.
 */
export type ExcludeSame = 'encounter' | 'nothing'

/** What retrieval leaves out for these photos. */
export function exclusion(photos: readonly Photo[], asked: ExcludeSame | undefined): 'encounter' | undefined {
  if (asked !== undefined) return asked === 'encounter' ? 'encounter' : undefined
  return photos.some(({ encounter = '' }) => encounter !== '') ? 'encounter' : undefined
}

/** A protocol and what was done to rank: scores of other post-processing, or with places of coats matched, are other scores. */
export function protocolWords(
  protocol: string,
  postProcessing: PostProcessing | undefined,
  { match, matchers = [] }: MatchedBy = {},
): string {
  const done = postProcessingWords(postProcessing)
  const together = matchers.length < 2 ? '' : ` (${matchers.map((name) => name.replace(/,.*/, '')).join(' and ')})`
  const places = match === undefined ? [] : [`${matchWords[match]}${together}`]
  return [protocol, ...(done === undefined ? [] : [done]), ...places].join('; ')
}

/** How places of coats joined a ranking, and the names of what found them; not at all unless given. */
export interface MatchedBy {
  readonly match?: MatchKind | undefined
  readonly matchers?: readonly string[] | undefined
}

/** What local matching does to a ranking, in words. */
export const matchWords = {
  local: 'by matched places of the coat alone',
  fused: 'similarities fused with matched places of the coat',
} as const satisfies Record<MatchKind, string>

/** Whether a query and a photo of the gallery are of one individual at one encounter, where those do not meet. */
export function sameSighting(
  queries: readonly Photo[],
  gallery: readonly Photo[],
  excludeSame: 'encounter' | undefined,
): (query: number, photo: number) => boolean {
  if (excludeSame === undefined) return () => false
  return (query, photo) => {
    const [a, b] = [queries[query]!, gallery[photo]!]
    return (a.encounter ?? '') !== '' && a.encounter === b.encounter && a.identity === b.identity
  }
}

/** Encounters are undefined where no photo has one: excluding by encounter is then an error, not a quiet nothing. */
export function labelsOf(photos: readonly Photo[]): PhotoLabels & { readonly identities: readonly string[] } {
  const none = photos.every(({ encounter }) => encounter === undefined)
  return {
    identities: photos.map(({ identity }) => identity ?? ''),
    encounters: none ? undefined : photos.map(({ encounter }) => encounter ?? ''),
  }
}

/**
 * Nothing where photos of known individuals can be scored against each other, or have problems of their own to be told first: to be asked
 * before they are embedded. @throws InputError naming what is missing: a second photo of an individual, or encounters.
 */
export function checkScorablePhotos(
  { photos, problems }: Pick<Manifest, 'photos' | 'problems'>,
  excludeSame: 'encounter' | undefined,
): void {
  if (problems.length === 0) checkScorable({ ...labelsOf(photos), excludeSame })
}

/** Photos of unknown encounter: where encounters are left out, nothing is for them. */
export function withoutEncounter(photos: readonly Photo[]): number {
  return photos.filter(({ encounter = '' }) => encounter === '').length
}

/** Pairs of photos of one individual at one encounter, which do not meet where encounters are left out. */
export function sameEncounterPairs(photos: readonly Photo[]): number {
  const counts = new Map<string, number>()
  for (const { identity, encounter = '' } of photos) {
    if (encounter === '') continue
    const sighting = JSON.stringify([identity, encounter])
    counts.set(sighting, (counts.get(sighting) ?? 0) + 1)
  }
  return [...counts.values()].reduce((sum, count) => sum + (count * (count - 1)) / 2, 0)
}
