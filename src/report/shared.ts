import type {
  CurveStep,
  Curves,
  CurveValidation,
  Neighbours,
  PairStatistics,
  Projection,
  ReportData,
  ReportHashes,
  ReportIdentity,
  ReportIntervals,
  ReportMetrics,
  ReportPhoto,
  ReportScores,
  ReportScoring,
  ScoringWords,
  SimilarityMatrix,
  TrainedOn,
  WithinEncounter,
} from './data.ts'
import { drawLots, type Lots } from './lots.ts'
import { packTriangle, unpackMatrix } from './matrix.ts'
import { byRules, each, kept, replaced, type ShareRules, unlessNull } from './share-rules.ts'

/**
 * A report with nothing that names: the run, the model, its photos, their individuals and encounters become numbers, counted in
 * an order that `key` draws, so that neither the alphabet nor the dataset's order tells whose they are. The same key gives the
 * same order.
 */
export function withoutNames(data: ReportData, key: string): ReportData {
  return byRules(reportRules)(data, drawLots(data, key))
}

type Rules<T> = ShareRules<T, Lots>

/** Of a number, or of two, for each score. */
const everyScore = {
  rank1: kept,
  rank5: kept,
  rank10: kept,
  identityBalancedRank1: kept,
  map: kept,
  identityBalancedMap: kept,
  mapAtR: kept,
  minp: kept,
}

const scoreRules: Rules<ReportScores> = everyScore

const intervalRules: Rules<ReportIntervals> = {
  by: kept,
  units: kept,
  level: kept,
  resamples: kept,
  seed: kept,
  tooFew: kept,
  scores: byRules<ReportIntervals['scores'], Lots>(everyScore),
}

const hashRules: Rules<ReportHashes> = { config: kept, data: kept, split: kept, weights: replaced(null) }

const photoRules: Rules<ReportPhoto> = {
  file: replaced(''),
  identity: (identity, { identityAt }) => identityAt[identity]!,
  encounter: (name, { meetings }) => (name === '' ? '' : `encounter ${meetings.indexOf(name) + 1}`),
  flank: kept,
  split: kept,
  ap: kept,
  rank1: kept,
  rank: kept,
  // metrics.json has them with the photos' names, or not at all
  apAtR: replaced(null),
  inp: replaced(null),
  positives: replaced(null),
  gallery: replaced(null),
  key: replaced(null),
}

const metricRules: Rules<ReportMetrics> = {
  ...scoreRules,
  queries: kept,
  skipped: kept,
  identities: kept,
  photos: kept,
  tieRate: kept,
  cmc: kept,
  excludeSame: kept,
}

const headlineRules: Rules<WithinEncounter['chance']> = { rank1: kept, map: kept, identityBalancedMap: kept }
const withinRules: Rules<WithinEncounter> = {
  ...headlineRules,
  queries: kept,
  chance: byRules(headlineRules),
  intervals: kept,
}

const scoringRules: Rules<ReportScoring> = {
  protocol: kept,
  excludeSame: kept,
  chance: byRules(scoreRules),
  intervals: byRules({ identity: unlessNull(byRules(intervalRules)), encounter: unlessNull(byRules(intervalRules)) }),
  doubts: kept, // sentences about numbers
  withinEncounter: unlessNull(byRules(withinRules)),
  trainedOn: kept,
  unidentified: kept,
  sameEncounterPairs: kept,
  identicalFiles: kept,
  identical: replaced([]), // they are names of files
  unknownEncounters: kept,
  unreadable: each(byRules({ photo: replaced(''), reason: replaced('') })), // how many is told
}

const wordRules: Rules<ScoringWords> = { scored: kept, leftOut: kept, beside: kept, warnings: kept }

const identityRules: Rules<ReportIdentity> = { photos: kept, queries: kept, ap: kept }

const neighbourRules: Rules<Neighbours> = {
  photos: (photos, { photoAt }) => photos.map((photo) => photoAt[photo]!),
  similarities: kept,
  places: kept,
}

const pairRules: Rules<PairStatistics> = {
  from: kept,
  step: kept,
  same: kept,
  different: kept,
  equalError: unlessNull(byRules({ threshold: kept, rate: kept })),
}

const projectionRules: Rules<Projection> = {
  name: kept,
  title: kept,
  note: kept,
  axes: kept,
  x: inPhotoOrder,
  y: inPhotoOrder,
}

const stepRules: Rules<CurveStep> = {
  step: kept,
  epoch: kept,
  loss: kept,
  learningRate: kept,
  marginShare: kept,
  elapsedMs: kept,
}

const validationRules: Rules<CurveValidation> = {
  step: kept,
  epoch: kept,
  identityBalancedMap: kept,
  map: kept,
  rank1: kept,
}

const curveRules: Rules<Curves> = {
  steps: each(byRules(stepRules)),
  validations: each(byRules(validationRules)),
}

const trainedOnRules: Rules<TrainedOn> = { train: kept, validation: kept, leakage: kept }

const reportRules: Rules<ReportData> = {
  format: kept,
  version: kept,
  title: replaced('a run'),
  model: replaced('not named'),
  flipAveraging: kept,
  data: replaced('not named'),
  split: kept,
  reason: replaced(''),
  hashes: byRules(hashRules),
  config: withoutFolders,
  shared: replaced(true),
  identities: (identities) => identities.map((_, i) => `individual ${i + 1}`),
  photos: (photos, lots) => each(byRules(photoRules))(inPhotoOrder(photos, lots), lots),
  metrics: byRules(metricRules),
  scoring: byRules(scoringRules),
  background: kept, // numbers
  words: byRules(wordRules),
  identical: (groups, { photoAt }) =>
    groups.map((group) => group.map((photo) => photoAt[photo]!).sort((a, b) => a - b)).sort(([a], [b]) => a! - b!),
  perIdentity: (scores, lots) =>
    each(byRules(identityRules))(
      lots.identities.map((i) => scores[i]!),
      lots,
    ),
  neighbours: (neighbours, lots) => each(byRules(neighbourRules))(inPhotoOrder(neighbours, lots), lots),
  pairs: byRules(pairRules),
  matrix: reordered,
  measure: kept,
  projections: each(byRules(projectionRules)),
  curves: unlessNull(byRules(curveRules)),
  trainedOn: unlessNull(byRules(trainedOnRules)),
  explainable: kept,
  explanations: replaced([]), // they are photos
}

function inPhotoOrder<V>(values: readonly V[], { photos }: Lots): V[] {
  return photos.map((i) => values[i]!)
}

/** Paths in a configuration cut to their last part. */
function withoutFolders(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/^.*[\\/]/, '')
  if (Array.isArray(value)) return value.map(withoutFolders)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutFolders(inner)]))
}

/** The matrix with its photos renamed, in the order of their new individuals and numbers. */
function reordered(matrix: SimilarityMatrix, { photoAt, ownerOf }: Lots): SimilarityMatrix {
  const n = matrix.order.length
  const values = unpackMatrix(matrix)
  const rows = matrix.order
    .map((photo, row) => ({ photo: photoAt[photo]!, owner: ownerOf[photo]!, row }))
    .sort((a, b) => a.owner - b.owner || a.photo - b.photo)
  const triangle = new Float32Array((n * (n - 1)) / 2)
  let at = 0
  rows.forEach(({ row }, i) => {
    for (const other of rows.slice(i + 1)) triangle[at++] = values[row * n + other.row]!
  })
  return { order: rows.map(({ photo }) => photo), low: matrix.low, values: packTriangle(triangle) }
}
