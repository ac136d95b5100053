import { createHash } from 'node:crypto'
import { identicalFiles, type Photo, photoKey, type Skipped } from '../data/index.ts'
import {
  type BackgroundReliance,
  type LocalResult,
  leftOutWords,
  type MatchKind,
  type RankProgress,
  type Scoring,
  scoredWords,
  scoringOf,
  scoringWarnings,
  trainedOnWarning,
  withinEncounterWords,
} from '../identify/index.ts'
import type { Embeddings, PostProcessing, RetrievalMetrics } from '../retrieval/index.ts'
import { type AnalyseOptions, analyse, round } from './analyse.ts'
import type { Curves, Projection, ReportData, ReportHashes, ScoringWords, TrainedOn } from './data.ts'
import { withoutNames } from './shared.ts'

/** What a report is computed from: photos, their embeddings [count, D], and where both came from. */
export interface ReportInput extends RankProgress {
  readonly title: string
  readonly model: string
  readonly flipAveraging: boolean
  readonly data: string
  readonly split: string
  readonly reason: string
  readonly hashes: ReportHashes
  readonly config?: unknown
  /** Each with an identity. */
  readonly photos: readonly Photo[]
  readonly embeddings: Embeddings
  readonly projections: readonly Projection[]
  /** A photo's own side of the split; `split` for all unless given. */
  readonly splitOf?: ((photo: Photo) => string) | undefined
  readonly curves?: Curves | null
  readonly trainedOn?: TrainedOn | null
  readonly excludeSame?: 'encounter' | undefined
  /** What is done to rank; plain cosines unless given. */
  readonly postProcessing?: PostProcessing | undefined
  /** Places of the coat matched between these photos, and how they join; not at all unless given. */
  readonly local?: (Pick<LocalResult, 'adjust' | 'matches' | 'matchers'> & { readonly kind: MatchKind }) | undefined
  /** SHA-256 of each photo's file: photos with the same one are told to be one file; no two are unless given. */
  readonly contentHashes?: readonly string[] | undefined
  /** Photos that could not be read. */
  readonly skipped?: readonly Skipped[] | undefined
  /** Photos of nobody known, which were left out. */
  readonly unidentified?: number | undefined
  /** Of the photos those that the run was trained on; not known unless given. */
  readonly learned?: number | undefined
  /** What the scores lose without the background; not measured unless given. */
  readonly background?: BackgroundReliance | null | undefined
  /** Leave out the names of run, model and files, and call individuals and encounters by numbers, in an order drawn by lot. */
  readonly share?: boolean
}

/** Everything a report says, computed once. @throws InputError where the photos cannot be scored, as `evaluatePhotos` does. */
export function buildReport(input: ReportInput, options: AnalyseOptions = {}): ReportData {
  const { photos, excludeSame, postProcessing, local, share = false, splitOf = () => input.split } = input
  const encounters = photos.map(({ encounter }) => encounter ?? '')
  const { metrics, names, identity, neighbours, pairs, matrix } = analyse(
    {
      embeddings: input.embeddings,
      identities: photos.map((photo) => photo.identity ?? ''),
      encounters: encounters.every((name) => name === '') ? undefined : encounters,
      excludeSame,
      postProcessing,
      local,
      onRank: input.onRank,
    },
    options,
  )
  const scores = new Map(metrics.perQuery.map((score) => [score.query, score]))
  const { perIdentity, perQuery: _, ...numbers } = metrics
  const contentHashes = input.contentHashes ?? photos.map((_, i) => String(i))
  const { embeddings, skipped = [], unidentified = 0, learned, onRank } = input
  const scored = {
    embeddings,
    photos,
    contentHashes,
    skipped,
    excludeSame,
    postProcessing,
    match: local?.kind,
    matchers: local?.matchers,
    unidentified,
    learned,
    onRank,
  }
  const scoring = scoringOf(scored, metrics)
  const data: ReportData = {
    format: 'rosette-report',
    version: 1,
    title: input.title,
    model: input.model,
    flipAveraging: input.flipAveraging,
    data: input.data,
    split: input.split,
    reason: input.reason,
    hashes: input.hashes,
    config: input.config ?? null,
    shared: false,
    identities: names,
    photos: photos.map((photo, i) => {
      const score = scores.get(i)
      return {
        file: photo.filename,
        identity: identity[i]!,
        encounter: encounters[i]!,
        flank: photo.flank ?? '',
        split: splitOf(photo),
        ap: score === undefined ? null : round(score.ap),
        rank1: score === undefined ? null : score.firstMatch === 1,
        rank: score?.firstMatch ?? null,
        apAtR: score === undefined ? null : round(score.apAtR),
        inp: score === undefined ? null : round(score.inp),
        positives: score?.positives ?? null,
        gallery: score?.gallery ?? null,
        key: keyBeside(photo),
      }
    }),
    metrics: { ...numbers, excludeSame: excludeSame ?? null },
    scoring,
    background: input.background ?? null,
    words: scoringWords(scoring, metrics),
    identical: identicalPositions(photos, contentHashes),
    perIdentity: perIdentity.map(({ photos: own, queries, ap }) => ({ photos: own, queries, ap })),
    neighbours,
    pairs,
    matrix,
    measure: local?.kind ?? 'cosine',
    projections: input.projections,
    curves: input.curves ?? null,
    trainedOn: input.trainedOn ?? null,
    explainable: true,
    explanations: [],
  }
  return share ? sharedReport(data, input.embeddings) : data
}

/** The report without names, in an order drawn by lot; `embeddings` are those that it was made from. */
export function sharedReport(data: ReportData, embeddings: Embeddings): ReportData {
  return withoutNames(data, keyOf(embeddings))
}

/** Sentences that name no photo. */
function scoringWords(scoring: Scoring, metrics: RetrievalMetrics): ScoringWords {
  const learned = trainedOnWarning('the run', scoring.trainedOn, metrics.photos)
  return {
    scored: scoredWords(metrics, scoring),
    leftOut: leftOutWords(scoring),
    beside: withinEncounterWords(scoring) ?? null,
    warnings: [...(learned === undefined ? [] : [learned]), ...scoringWarnings(scoring)],
  }
}

/** The photo's key where the file's name is not enough to tell it from others. */
function keyBeside(photo: Photo): string | null {
  const key = photoKey(photo)
  return key === photo.filename ? null : key
}

function identicalPositions(photos: readonly Photo[], contentHashes: readonly string[]): number[][] {
  const positions = new Map(photos.map((photo, i) => [photo, i]))
  return identicalFiles(photos, contentHashes).map((group) => group.map((photo) => positions.get(photo)!))
}

/** Known only to whoever has photos and model: a report does not hold its embeddings. */
function keyOf({ data }: Embeddings): string {
  return createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex')
}
