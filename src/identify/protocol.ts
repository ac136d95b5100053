import { check, counted, optionText } from '../base/index.ts'
import type { Manifest, Photo } from '../data/index.ts'
import {
  checkScorable,
  isAnyFindable,
  type PhotoLabels,
  type PostProcessing,
  postProcessingWords,
} from '../retrieval/index.ts'
import type { MatchKind } from './local-matching.ts'
import type { SplitName } from './selection.ts'

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
  matched: MatchedBy = {},
): string {
  const parts = [protocol, postProcessingWords(postProcessing), placesWords(matched)]
  return parts.filter((part) => part !== undefined).join('; ')
}

/** How places of coats joined a ranking, and what found them, in words; undefined where they did not. */
export function placesWords({ match, matchers = [] }: MatchedBy): string | undefined {
  if (match === undefined) return undefined
  const names = matchers.map((name) => name.replace(/,.*/, ''))
  return `${matchWords[match]}${names.length === 0 ? '' : ` (${names.join(' and ')})`}`
}

/** How places of coats joined a ranking, and the names of what found them; not at all unless given. */
export interface MatchedBy {
  readonly match?: MatchKind | undefined
  readonly matchers?: readonly string[] | undefined
}

const matchWords = {
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

/** The photos that are scored. */
type ToScore = Pick<Manifest, 'photos' | 'problems' | 'source'>

/**
 * Nothing where photos of known individuals can be scored against each other, or have problems of their own to be told first: to be asked
 * before they are embedded. `split` is the part of `source` that they are. @throws InputError naming what is missing: a second photo of an individual,
 * encounters, or a second encounter.
 */
export function checkScorablePhotos(manifest: ToScore, excludeSame: 'encounter' | undefined, split: SplitName): void {
  checkSecondEncounter(manifest, excludeSame, split)
  if (manifest.problems.length === 0) checkScorable({ ...labelsOf(manifest.photos), excludeSame })
}

/**
 * That an individual was seen in two encounters, where photos of one do not meet: a run with few photos sets one encounter of each aside.
 * @throws InputError with what to do instead.
 */
export function checkSecondEncounter(
  { photos, problems, source }: ToScore,
  excludeSame: 'encounter' | undefined,
  split: SplitName,
): void {
  if (excludeSame === undefined || problems.length > 0) return
  const labels = labelsOf(photos)
  if (labels.encounters === undefined || !isAnyFindable(labels)) return
  const others = [
    `${optionText({ gallery: source })} holds them against photos of other encounters`,
    `${optionText({ split: 'all' })} scores all photos, those that the model was trained on among them`,
  ]
  const flattered = `${optionText({ excludeSame: 'nothing' })} lets photos of one encounter meet, which flatters every model`
  check(
    isAnyFindable({ ...labels, excludeSame }),
    `${source}: nobody can be found: each individual of the ${counted(photos.length, 'photo')} to score${split === 'all' ? '' : ` (${split})`} was seen in one encounter only, and photos of one encounter are not compared with each other`,
    [...(split === 'all' ? ['photos of more encounters are needed'] : others), flattered].join('; '),
  )
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
