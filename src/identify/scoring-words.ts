import { counted } from '../base/index.ts'
import type { RetrievalMetrics } from '../retrieval/index.ts'
import type { Scoring } from './scoring.ts'

/** What was left out of the scores, a phrase each, the photo itself first. */
export function leftOutWords({ excludeSame, sameEncounterPairs, unidentified, unreadable }: LeftOut): string[] {
  const pairs = sameEncounterPairs === 0 ? 'there are none' : counted(sameEncounterPairs, 'pair')
  return [
    'the photo itself',
    ...(excludeSame === null ? [] : [`photos of the same individual and encounter (${pairs})`]),
    ...(unidentified === 0 ? [] : [`${counted(unidentified, 'photo')} of nobody known`]),
    ...(unreadable.length === 0 ? [] : [`${counted(unreadable.length, 'photo')} that could not be read`]),
  ]
}

type LeftOut = Pick<Scoring, 'excludeSame' | 'sameEncounterPairs' | 'unidentified' | 'unreadable'>

/** The score beside the headline, called what it is; undefined where it is the same, as no photos of an encounter were left out. */
export function withinEncounterWords({ withinEncounter, sameEncounterPairs }: Beside): string | undefined {
  if (withinEncounter === null || sameEncounterPairs === 0) return undefined
  const { queries, chance, intervals } = withinEncounter
  const score = (name: 'rank1' | 'identityBalancedMap') => {
    const interval = intervals?.[name].map((end) => end.toFixed(3)).join(' to ')
    return `${withinEncounter[name].toFixed(3)} (${interval === undefined ? '' : `${interval}; `}by chance ${chance[name].toFixed(3)})`
  }
  return `With photos of the same encounter left in, which flatters every model: rank-1 ${score('rank1')}, identity-balanced mAP ${score('identityBalancedMap')}, over the ${counted(queries, 'query', 'queries')} that this lets find somebody.`
}

type Beside = Pick<Scoring, 'withinEncounter' | 'sameEncounterPairs'>

/** What a reader must know before believing the scores, a sentence each, without names of photos. */
export function scoringWarnings({ doubts, identicalFiles, unknownEncounters }: Warned): string[] {
  return [
    ...(identicalFiles === 0
      ? []
      : [
          `${counted(identicalFiles, 'photo is', 'photos are')} the same file as another one: that flatters every model, and under two names makes the nearest photo wrong`,
        ]),
    ...(unknownEncounters === 0
      ? []
      : [`${counted(unknownEncounters, 'photo has', 'photos have')} no encounter: nothing is left out for them`]),
    ...doubts.map((doubt) => `these scores mean little: ${doubt}`),
  ]
}

type Warned = Pick<Scoring, 'doubts' | 'identicalFiles' | 'unknownEncounters'>

/** That photos were learned by heart; undefined where none was, or where it is not known. */
export function trainedOnWarning(run: string, trainedOn: number | null, photos: number): string | undefined {
  return trainedOn === null || trainedOn === 0
    ? undefined
    : `${run} was TRAINED on ${trainedOn} of the ${counted(photos, 'photo')} that are scored: that flatters it`
}

/** Queries and individuals that were scored, and what each was ranked against. */
export function scoredWords(
  { queries, skipped, perIdentity }: Pick<RetrievalMetrics, 'queries' | 'skipped' | 'perIdentity'>,
  { protocol }: Pick<Scoring, 'protocol'>,
): string {
  const individuals = perIdentity.filter((score) => score.queries > 0).length
  const others = skipped === 0 ? '' : `; ${counted(skipped, 'photo')} not scored: no other photo to find`
  return `${counted(queries, 'query', 'queries')} of ${counted(individuals, 'individual')}, ${protocol}${others}`
}
