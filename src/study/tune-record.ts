import { datasetHash } from '../data/index.ts'
import type { PhotoEmbeddings, Tta } from '../embedder/index.ts'
import { type ExcludeSame, exclusion, labelsOf } from '../identify/index.ts'
import type { Embeddings } from '../retrieval/index.ts'
import { gateDefaults } from './gate.ts'
import type { PostProcessingRecord } from './post-processing-file.ts'
import { type TuneOptions, type TuneOutcome, tunePhotos } from './tune.ts'

/** Photos of known individuals embedded in several ways, and where they and the model came from. */
export interface TuneModelInput extends Pick<PhotoEmbeddings, 'photos' | 'contentHashes'> {
  /** By averaging; the first is the one that the model has. */
  readonly embeddings: ReadonlyMap<Tta, Embeddings>
  /** SHA-256 of the model. */
  readonly model: string
  readonly data: string
  readonly excludeSame?: ExcludeSame | undefined
}

/** What `tune` found, and the record that a model's folder gets of it. */
export interface TunedModel {
  readonly outcome: TuneOutcome
  readonly record: PostProcessingRecord
}

/**
 * `tunePhotos` on photos against each other, those of their own encounter left out where encounters are known, and its record.
 * @throws InputError where nothing can be scored.
 */
export function tuneModel(input: TuneModelInput, options: TuneOptions = {}): TunedModel {
  const { photos, contentHashes, embeddings, model, data } = input
  const excludeSame = exclusion(photos, input.excludeSame)
  const outcome = tunePhotos({ embeddings, ...labelsOf(photos), excludeSame }, options)
  const { verdict, tried, baseline, queries, accepted } = outcome
  const record: PostProcessingRecord = {
    format: 'rosette-postprocessing',
    version: 1,
    model,
    accepted,
    evidence: {
      data,
      dataHash: datasetHash(photos, contentHashes),
      protocol: excludeSame === undefined ? 'each photo against all others' : 'each photo against other encounters',
      queries,
      individuals: verdict.individuals,
      candidates: tried.length,
      baseline: baseline.identityBalancedMap,
      confirmed: verdict.confirmed,
      own: verdict.own,
      level: options.level ?? gateDefaults.level,
      agreement: verdict.agreement,
    },
  }
  return { outcome, record }
}
