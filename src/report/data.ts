/**
 * What a report holds, as plain data that survives JSON: pictures and page are drawn from this and nothing else. Photos are
 * named by their position in `photos`, individuals by theirs in `identities`. Imports nothing, so that browser code can have
 * its types.
 */
export interface ReportData {
  readonly format: 'rosette-report'
  readonly version: 1
  /** The run's folder or the model's file, without its path. */
  readonly title: string
  /** Network and checkpoint, for people. */
  readonly model: string
  /** Photo and mirror image averaged. */
  readonly flipAveraging: boolean
  /** The dataset, without its path. */
  readonly data: string
  /** Which photos were scored: `validation`, `train` or `all`; or what a caller calls them. */
  readonly split: string
  /** Why these. */
  readonly reason: string
  readonly hashes: ReportHashes
  /** The training configuration; null for a model without a run. */
  readonly config: unknown
  /** Names and photos were left out. */
  readonly shared: boolean
  /** By name (code units). */
  readonly identities: readonly string[]
  readonly photos: readonly ReportPhoto[]
  readonly metrics: ReportMetrics
  /** What was left out, and what speaks against the scores. */
  readonly scoring: ReportScoring
  /** What the scores lose without the photos' backgrounds; null where that was not measured. */
  readonly background: ReportBackground | null
  /** The same in sentences. */
  readonly words: ScoringWords
  /** Photos whose files are the same byte for byte, in groups. */
  readonly identical: readonly (readonly number[])[]
  /** One for each individual, in their order. */
  readonly perIdentity: readonly ReportIdentity[]
  /** One for each photo: its ranking's beginning, exactly as the metrics rank. */
  readonly neighbours: readonly Neighbours[]
  readonly pairs: PairStatistics
  readonly matrix: SimilarityMatrix
  /** What the similarities of rankings, pairs and matrix are: cosines, or with places of the coat, alone or fused with the cosines. */
  readonly measure: 'cosine' | 'local' | 'fused'
  readonly projections: readonly Projection[]
  readonly curves: Curves | null
  /** The photos behind the curves; null where they are not known. */
  readonly trainedOn: TrainedOn | null
  /** Whether the embeddings are of one network alone: where several are one, no match can be explained. */
  readonly explainable: boolean
  /** A few matches explained. */
  readonly explanations: readonly Explanation[]
}

/** SHA-256; null where there is none. */
export interface ReportHashes {
  /** Of config.json. */
  readonly config: string | null
  /** Of the scored photos: names, labels, bytes. */
  readonly data: string
  /** Of the run's split. */
  readonly split: string | null
  /** Of the run's weights that were measured, as `sealOf` has it: it may be trained further. */
  readonly weights: string | null
}

/** A photo and how it did as a query; `identity` is a position in `identities`. */
export interface ReportPhoto {
  /** Empty in a shared report. */
  readonly file: string
  readonly identity: number
  /** Empty where it is not known. */
  readonly encounter: string
  readonly flank: string
  readonly split: string
  /** Average precision as a query; null where it could not be scored. */
  readonly ap: number | null
  /** Whether the first photo of its ranking shows its individual. */
  readonly rank1: boolean | null
  /** Rank of the first photo of its individual, from 1. */
  readonly rank: number | null
  /** What a paired test needs besides: AP@R, INP, and how many photos of its individual, and how many in all, its gallery had. */
  readonly apAtR: number | null
  readonly inp: number | null
  readonly positives: number | null
  readonly gallery: number | null
  /** Its `photoKey` where that is not the file's name, as with several animals in one file; else null. */
  readonly key: string | null
}

/**
 * How many photos an individual has, how many of them were scored, and the mean of their average precision, null
 * without any.
 */
export interface ReportIdentity {
  readonly photos: number
  readonly queries: number
  readonly ap: number | null
}

/** The beginning of a photo's ranking: positions of photos, most similar first, each with its similarity. */
export interface Neighbours {
  readonly photos: readonly number[]
  /** To 5 decimals. */
  readonly similarities: readonly number[]
  /** How many places of the coat agree with each; only where these were matched. */
  readonly places?: readonly number[] | undefined
}

/** A number for each score. */
export interface ReportScores {
  readonly rank1: number
  readonly rank5: number
  readonly rank10: number
  readonly identityBalancedRank1: number
  readonly map: number
  readonly identityBalancedMap: number
  readonly mapAtR: number
  readonly minp: number
}

/** Bootstrap intervals of the scores. */
export interface ReportIntervals {
  /** What was drawn. */
  readonly by: 'identity' | 'encounter'
  /** How many of these there were. */
  readonly units: number
  readonly level: number
  readonly resamples: number
  readonly seed: number
  /** So few units that the intervals are too narrow. */
  readonly tooFew: boolean
  readonly scores: { readonly [name in keyof ReportScores]: readonly [low: number, high: number] }
}

/** Intervals drawn over individuals and over encounters; null where there is one only, or none is known. */
export interface IntervalsByUnit {
  readonly identity: ReportIntervals | null
  readonly encounter: ReportIntervals | null
}

/** The scores of `evaluatePhotos`. */
export interface ReportMetrics extends ReportScores {
  readonly queries: number
  readonly skipped: number
  readonly identities: number
  readonly photos: number
  readonly tieRate: number
  /** cmc[k − 1] is rank-k. */
  readonly cmc: readonly number[]
  readonly excludeSame: 'encounter' | null
}

/** What an evaluation says of its scores besides their numbers. */
export interface ReportScoring {
  /** What a query was ranked against. */
  readonly protocol: string
  readonly excludeSame: 'encounter' | null
  /** What a random order reaches on the same queries and galleries. */
  readonly chance: ReportScores
  readonly intervals: IntervalsByUnit
  /** Why the scores mean little or nothing. */
  readonly doubts: readonly string[]
  /** The scores with photos of the same encounter left in; null where they were not left out. */
  readonly withinEncounter: WithinEncounter | null
  /** Of the scored photos those that the run was trained on; null where that is not known. */
  readonly trainedOn: number | null
  /** Photos of nobody known. */
  readonly unidentified: number
  /** Pairs of photos of one individual and encounter that were left out. */
  readonly sameEncounterPairs: number
  /** Photos whose file is, byte for byte, that of another one. */
  readonly identicalFiles: number
  /** Their names, group by group. */
  readonly identical: readonly string[]
  /** Photos of unknown encounter, where encounters are left out. */
  readonly unknownEncounters: number
  readonly unreadable: readonly UnreadablePhoto[]
}

/** What scores would be with photos of the query's own encounter left in its gallery. */
export interface WithinEncounter {
  readonly rank1: number
  readonly map: number
  readonly identityBalancedMap: number
  readonly queries: number
  /** What a random order reaches there. */
  readonly chance: { readonly rank1: number; readonly map: number; readonly identityBalancedMap: number }
  /** 95 % intervals over individuals; null where there is one only. */
  readonly intervals: {
    readonly rank1: readonly [number, number]
    readonly map: readonly [number, number]
    readonly identityBalancedMap: readonly [number, number]
  } | null
}

/** A score of the photos as they are, `a`, and of the same photos with another background, `b`; `difference` is b − a. */
export interface ReportPaired {
  readonly a: number
  readonly b: number
  readonly difference: number
  /** 95 % interval of the difference. */
  readonly interval: readonly [low: number, high: number]
  readonly p: number
  /** What a random order reaches; the same for both. */
  readonly chanceA: number | null
  readonly chanceB: number | null
}

/** Three scores by one kind of background. */
export interface ReportBackgrounds {
  readonly rank1: ReportPaired
  readonly map: ReportPaired
  readonly identityBalancedMap: ReportPaired
}

/** What the scores lose with the background black, and with each animal on another's background. */
export interface ReportBackground extends ReportBackgrounds {
  /** Photos whose mask leaves some background out. */
  readonly masked: number
  readonly queries: number
  readonly swapped: ReportBackgrounds
}

/** A photo that could not be read and is in no score, and why. */
export interface UnreadablePhoto {
  readonly photo: string
  readonly reason: string
}

/** Sentences of the page's header, without names. */
export interface ScoringWords {
  /** Queries, individuals, and what each query was ranked against. */
  readonly scored: string
  readonly leftOut: readonly string[]
  /** The score with the same encounter left in; null where it was not left out. */
  readonly beside: string | null
  readonly warnings: readonly string[]
}

/** Similarities of all unordered pairs of different photos: where a pair has two, as queries of places have, the larger. */
export interface PairStatistics {
  /** Left edge of the first bin and the bins' width. */
  readonly from: number
  readonly step: number
  /** Pairs in each bin, of one individual and of two. */
  readonly same: readonly number[]
  readonly different: readonly number[]
  /** Null where all pairs are of one kind. */
  readonly equalError: EqualError | null
}

/** Where as many same pairs lie below the threshold as different pairs on or above it, as shares of their kind. */
export interface EqualError {
  readonly threshold: number
  readonly rate: number
}

/** Similarities of photos ordered by individual. */
export interface SimilarityMatrix {
  /** Photos in the matrix's order: all, or the first few of each individual where all would be too many. */
  readonly order: readonly number[]
  /** Colours run from `low` to 1. */
  readonly low: number
  /** Base64 of uint16, little-endian: round((cos + 1) / 2 · 65535) of the upper triangle without the diagonal, row by row. */
  readonly values: string
}

/** Photos in the plane by one method, and what can be said of its quality. */
export interface Projection {
  readonly name: 'pca' | 'tsne' | 'umap'
  readonly title: string
  /** What can be said of its quality. */
  readonly note: string
  readonly axes: readonly [string, string]
  readonly x: readonly number[]
  readonly y: readonly number[]
}

/** A run's log: loss and learning rate by step, scores by validation. */
export interface Curves {
  readonly steps: readonly CurveStep[]
  readonly validations: readonly CurveValidation[]
}

/** How many photos a run learned from, and how many it set aside. */
export interface TrainedOn {
  readonly train: number
  readonly validation: number
  /** What the two sides share, a sentence each without names, the verdict first; empty where the run did not look. */
  readonly leakage: readonly string[]
}

/** One training step. `step` counts from 1. */
export interface CurveStep {
  readonly step: number
  readonly epoch: number
  readonly loss: number
  readonly learningRate: number
  /** Share of the loss's margin in force, 0 to 1; not there where the loss has none or the log does not tell. */
  readonly marginShare?: number | undefined
  /** How long it took; not there where the log does not tell. */
  readonly elapsedMs?: number | undefined
}

/** The scores after `step` steps, each from 0 to 1. */
export interface CurveValidation {
  readonly step: number
  readonly epoch: number
  readonly identityBalancedMap: number
  readonly map: number
  readonly rank1: number
}

/** Where the similarity of two photos comes from, by cells of what the network sees. */
export interface Explanation {
  readonly query: number
  readonly match: number
  /** cells: by the network's feature map; occlusion: by covering cells. */
  readonly method: 'cells' | 'occlusion'
  readonly similarity: number
  /** What the cells' heat adds up to, by `cells`; of photos as they are, without their mirror images. */
  readonly explained: number
  /** Of the query and of its match. */
  readonly sides: readonly [ExplainedSide, ExplainedSide]
  /** The strongest pairs of cells. */
  readonly lines: readonly CellPair[]
  readonly deletion: Deletion
}

/** The cells of one photo as the network sees it: `rows` × `columns` over `widthPx` × `heightPx` pixels. */
export interface ExplainedSide {
  readonly rows: number
  readonly columns: number
  readonly widthPx: number
  readonly heightPx: number
  /** What each cell adds to the similarity, row by row. */
  readonly heat: readonly number[]
}

/** A cell of the query and a cell of its match, counted row by row, and what the two add to the similarity together. */
export interface CellPair {
  readonly query: number
  readonly match: number
  readonly contribution: number
}

/** Similarity lost when the query's hottest cells are covered, and when as many at random are: mean and standard deviation. */
export interface Deletion {
  readonly cells: number
  readonly lost: number
  readonly lostAtRandom: number
  readonly deviation: number
}
