import {
  type CmcChannels,
  type DistributionsChannels,
  type ExplainedPair,
  type ExplanationsChannels,
  type HeatMapChannels,
  type HeatMapKind,
  type IdentitiesChannels,
  type MapChannels,
  type MatchHeat,
  type PairPhoto,
  type RetrievalSheetChannels,
  type SheetKind,
  type SheetPhoto,
  type SimilarPairsChannels,
  sheetRanks,
  type Verdict,
} from '../chart/index.ts'
import type { Explanation, Projection, ReportData } from './data.ts'
import { explanationWarning, explanationWords, isReadable } from './explanation-words.ts'
import { isSameFile } from './same-file.ts'
import { sheetQueries } from './sheets.ts'
import { sourceOf } from './source.ts'
import { topPairs } from './top-pairs.ts'

/** Photos as data: addresses, by their position in the report. */
export type PhotoImages = ReadonlyMap<number, string>

/** Both photos of an explanation as the network sees them, as data: addresses. */
export type Views = readonly [string, string]

export function cmcOf(data: ReportData): CmcChannels {
  const { cmc, queries, skipped, excludeSame } = data.metrics
  return { cmc, queries, skipped, withoutEncounter: excludeSame !== null, source: sourceOf(data) }
}

export function distributionsOf(data: ReportData): DistributionsChannels {
  return { ...data.pairs, measure: data.measure, source: sourceOf(data) }
}

export function identitiesOf(data: ReportData): IdentitiesChannels {
  return {
    names: data.identities,
    ap: data.perIdentity.map(({ ap }) => ap),
    photos: data.perIdentity.map(({ photos }) => photos),
    mean: data.metrics.identityBalancedMap,
    source: sourceOf(data),
  }
}

export function mapOf(data: ReportData, projection: Projection): MapChannels {
  const identity = data.photos.map((photo) => photo.identity)
  return { ...projection, identity, names: data.identities, source: sourceOf(data) }
}

export function heatMapOf(data: ReportData, kind: HeatMapKind, image: string): HeatMapChannels {
  const { order, low } = data.matrix
  const owners = order.map((photo) => data.photos[photo]!.identity)
  const { measure, photos, identities: names } = data
  return { kind, image, low, owners, names, photos: photos.length, measure, source: sourceOf(data) }
}

export function similarPairsOf(data: ReportData, same: boolean, images: PhotoImages): SimilarPairsChannels {
  const shown = (photo: number): PairPhoto => {
    const { file, identity, encounter, flank } = data.photos[photo]!
    return { image: images.get(photo), name: data.identities[identity]!, file, flank, encounter }
  }
  return {
    same,
    pairs: topPairs(data, same).map(({ a, b, similarity, places }) => ({
      similarity,
      places,
      sameFile: isSameFile(data, a, b),
      photos: [shown(a), shown(b)],
    })),
    withoutEncounter: data.metrics.excludeSame !== null,
    measure: data.measure,
    source: sourceOf(data),
  }
}

export function retrievalOf(data: ReportData, kind: SheetKind, images: PhotoImages): RetrievalSheetChannels {
  const shown = (photo: number, verdict: Verdict, number: string): SheetPhoto => {
    const { file, identity } = data.photos[photo]!
    return { image: images.get(photo), verdict, number, name: data.identities[identity]!, file }
  }
  const rows = sheetQueries(data, kind).map((query) => {
    const { identity, ap } = data.photos[query]!
    const { photos, similarities, places } = data.neighbours[query]!
    const ranked = photos.slice(0, sheetRanks).map((photo, k) => {
      const right = data.photos[photo]!.identity === identity
      const agree = places === undefined ? '' : ` (${places[k]})`
      const note = `${agree}${isSameFile(data, query, photo) ? ' same file' : ''}`
      return shown(photo, right ? 'right' : 'wrong', `${similarities[k]!.toFixed(3)}${note}`)
    })
    return [shown(query, 'query', `AP ${ap!.toFixed(2)}`), ...ranked]
  })
  return { kind, rows, queries: data.metrics.queries, measure: data.measure, source: sourceOf(data) }
}

export function matchHeatOf(explanation: Explanation, [queryView, matchView]: Views): MatchHeat {
  const [query, match] = explanation.sides
  const sides = [
    { ...query, view: queryView },
    { ...match, view: matchView },
  ] as const
  return { sides, lines: explanation.lines, readable: isReadable(explanation) }
}

export function explanationsOf(data: ReportData, same: boolean, views: readonly Views[]): ExplanationsChannels {
  const photo = (i: number) => data.photos[i]!
  const matches = data.explanations.flatMap((explanation, i): ExplainedPair[] => {
    const { query, match } = explanation
    if ((photo(query).identity === photo(match).identity) !== same) return []
    return [
      {
        ...matchHeatOf(explanation, views[i]!),
        names: [data.identities[photo(query).identity]!, data.identities[photo(match).identity]!],
        files: [photo(query).file, photo(match).file],
        warning: explanationWarning(explanation),
        words: explanationWords(explanation),
      },
    ]
  })
  return { same, matches, source: sourceOf(data) }
}
