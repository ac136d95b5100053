import {
  describePhoto,
  identicalFiles,
  identicalFileWarnings,
  type Manifest,
  type Photo,
  type Skipped,
  whySkipped,
} from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import {
  evaluateRetrieval,
  type Interval,
  type PostProcessing,
  type RetrievalMetrics,
  type Statistics,
  statisticsOf,
} from '../retrieval/index.ts'
import { doubtsOf } from './doubts.ts'
import { labelsOf, type MatchedBy, protocolWords, sameEncounterPairs, withoutEncounter } from './protocol.ts'
import type { RankProgress } from './rank-progress.ts'

/** How photos were scored, what was left out, and what speaks against the scores: what `evaluate` and a report say alike. */
export interface Scoring extends Statistics {
  /** What a query was ranked against, in words. */
  readonly protocol: string
  readonly excludeSame: 'encounter' | null
  /** Why the scores mean little or nothing, a sentence each. */
  readonly doubts: readonly string[]
  /** The scores with photos of the same encounter left in, which flatter every model; null where they were not left out, or local matching took part. */
  readonly withinEncounter: WithinEncounter | null
  /** Of the scored photos those that the run was trained on, recognised by their content; null where that is not known. */
  readonly trainedOn: number | null
  /** Photos of nobody known, which were left out. */
  readonly unidentified: number
  /** Pairs of photos of one individual and encounter, which were left out; 0 for queries against a gallery. */
  readonly sameEncounterPairs: number
  /** Photos whose file is, byte for byte, that of another one. */
  readonly identicalFiles: number
  /** Their names, group by group; those under different identities first. */
  readonly identical: readonly string[]
  /** Photos of unknown encounter, where encounters are left out: for them nothing is. */
  readonly unknownEncounters: number
  /** Photos that could not be read. */
  readonly unreadable: readonly { readonly photo: string; readonly reason: string }[]
}

type Headline = Pick<RetrievalMetrics, 'rank1' | 'map' | 'identityBalancedMap'>

/** Scores with photos of the same encounter left in, and what a random order reaches there. */
interface WithinEncounter extends Headline {
  readonly queries: number
  readonly chance: Headline
  /** 95 % intervals over individuals; null where there is one only. */
  readonly intervals: Readonly<Record<keyof Headline, Interval>> | null
}

/** Photos that were ranked against each other, and how. */
export interface ScoredPhotos extends PhotoEmbeddings, RankProgress, MatchedBy {
  readonly excludeSame: 'encounter' | undefined
  /** What was done to rank them; plain cosines unless given. */
  readonly postProcessing?: PostProcessing | undefined
  readonly unidentified: number
  /** Of the photos those that the run was trained on; undefined where that is not known. */
  readonly learned: number | undefined
}

/** What there is to say of these scores besides their numbers. */
export function scoringOf(scored: ScoredPhotos, metrics: RetrievalMetrics): Scoring {
  const { embeddings, photos, contentHashes, skipped, excludeSame, postProcessing, match, unidentified } = scored
  const { learned, onRank } = scored
  const byEncounter = excludeSame !== undefined
  return {
    protocol: protocolWords(
      byEncounter ? 'each photo against other encounters' : 'each photo against all others',
      postProcessing,
      scored,
    ),
    excludeSame: excludeSame ?? null,
    ...statisticsOf(metrics.perQuery),
    doubts: doubtsOf(metrics, postProcessing),
    withinEncounter:
      byEncounter && match === undefined // matching all pairs once more would take as long again
        ? withinEncounter(evaluateRetrieval({ embeddings, ...labelsOf(photos), postProcessing, onQuery: onRank }))
        : null,
    trainedOn: learned ?? null,
    unidentified,
    sameEncounterPairs: byEncounter ? sameEncounterPairs(photos) : 0,
    ...identicalOf(photos, contentHashes),
    unknownEncounters: byEncounter ? withoutEncounter(photos) : 0,
    unreadable: unreadablePhotos(skipped),
  }
}

function withinEncounter(metrics: RetrievalMetrics): WithinEncounter {
  const { chance, intervals } = statisticsOf(metrics.perQuery)
  return {
    ...headline(metrics),
    queries: metrics.queries,
    chance: headline(chance),
    intervals: intervals.identity === null ? null : headline(intervals.identity.scores),
  }
}

function headline<Value>(scores: Readonly<Record<keyof Headline, Value>>): Readonly<Record<keyof Headline, Value>> {
  const { rank1, map, identityBalancedMap } = scores
  return { rank1, map, identityBalancedMap }
}

/** Photos that are one file, as a report lists them. */
export function identicalOf(
  photos: readonly Photo[],
  contentHashes: readonly string[],
): Pick<Scoring, 'identicalFiles' | 'identical'> {
  return {
    identicalFiles: identicalFiles(photos, contentHashes).flat().length,
    identical: identicalFileWarnings(photos, contentHashes),
  }
}

/** How many photos of nobody known a choice of photos left out. */
export function unidentifiedOf(whole: Manifest, known: Manifest): number {
  return whole.photos.length - known.photos.length
}

/** What was skipped, as a report lists it. */
export function unreadablePhotos(skipped: readonly Skipped[]): Scoring['unreadable'] {
  return skipped.map((one) => ({ photo: describePhoto(one.photo), reason: whySkipped(one) }))
}
