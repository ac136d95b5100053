/**
 * Who looks like whom: cosines between embeddings, ranks of several models fused, stable rankings, the field's metrics, and the individuals nearest to a
 * photo. Arrays in, arrays out; nothing here knows of models, files or images.
 */

export { type Adjust, adjusted } from './adjust.ts'
export { type Agreement, agreementOf } from './agreement.ts'
export { type AgreementInterval } from './agreement-intervals.ts'
export { type RankingScore } from './average-precision.ts'
export { type Interval, type Intervals, type NamedPhotos, type ResampleUnit } from './bootstrap.ts'
export { type AgreementIntervals, type ClusteringScores, clusteringScores } from './clustering.ts'
export { type CosineRowsOptions, visitCosineRows } from './cosine-rows.ts'
export { cosinesAmong, type NearCosines } from './cosines-among.ts'
export { bestCutHeight, type CutHeight } from './cut-height.ts'
export { type Distances, triangleIndex } from './distances.ts'
export { type Embeddings, l2Normalise, pickRows, type RankedPart, type RankFusion } from './embeddings.ts'
export {
  evaluateQueriesAgainstGallery,
  evaluateRetrieval,
  evaluateSimilarities,
  type LabelledEmbeddings,
  type LabelledSimilarities,
  type PhotoLabels,
  type RankingOptions,
  type RetrievalOptions,
} from './evaluate.ts'
export { forEachSimilarityRow, pairSimilarities } from './fusion.ts'
export { type GroupFit, groupFits } from './group-means.ts'
export {
  type IdentifyOptions,
  identifyTop,
  type QueryAnswer,
  type RankedIndividual,
  type RankedPhoto,
} from './identify.ts'
export { checkScorable, isAnyFindable, type Labels } from './labels.ts'
export { type LeftOut } from './left-out.ts'
export { averageLinkage, cutAtHeight, groupsAfter, type Merge } from './linkage.ts'
export { type MetricName, metricLabel, metricNames, type Scores } from './metric-table.ts'
export type { IdentityScore, RetrievalMetrics } from './metrics.ts'
export { type NearestKnown, type OpenSetScores, openSetScores } from './open-set.ts'
export { type Contradiction, contradictionIn, type PairConstraints, type RowPair } from './pair-constraints.ts'
export {
  chanceTold,
  comparePaired,
  type PairedComparison,
  type PairedIdentity,
  type PairedQuery,
  type PairedScore,
  scoresTold,
} from './paired.ts'
export { contradictionOf, type ToldScores } from './possible-scores.ts'
export { forEachProcessedRow, isPlain, type Matching, type PostProcessing } from './post-processing.ts'
export { postProcessingWords } from './post-processing-words.ts'
export { type DatabaseAugmentation, type QueryExpansion } from './query-expansion.ts'
export type { QueryScore, ScoredQuery } from './query-score.ts'
export { rank } from './rank.ts'
export { type VisitRow } from './rerank.ts'
export { type RerankSettings, rerankDefaults } from './rerank-settings.ts'
export type { ResampleOptions } from './resample.ts'
export { clipScore, shiftScore } from './scores.ts'
export { chanceOf, scoresOf as scoresOfQueries } from './scores-of.ts'
export { cosineSimilarity, forEachCosineRow, pairCosines } from './similarity.ts'
export { type QueryRecord, queryRecords, type Statistics, statisticsOf } from './statistics.ts'
export { type FnmrAtFmr, PairTally, type VerificationScores } from './verification.ts'
