import { check } from '../base/index.ts'
import { datasetHash } from '../data/index.ts'
import type { Averaging, PhotoEmbeddings } from '../embedder/index.ts'
import { type ExcludeSame, exclusion, labelsOf } from '../identify/index.ts'
import type { Embeddings } from '../retrieval/index.ts'
import { gateDefaults } from './gate.ts'
import type { PostProcessingRecord } from './post-processing-file.ts'
import { isScorable } from './scorable.ts'
import { type TuneOptions, type TuneOutcome, tunePhotos } from './tune.ts'

/** Photos of known individuals that one model did not learn from, embedded in several ways. */
export interface TunePart extends Pick<PhotoEmbeddings, 'photos' | 'contentHashes'> {
  /** By averaging; the first is the one that the model has. */
  readonly embeddings: ReadonlyMap<Averaging, Embeddings>
}

/** What to tune on, and where photos and model came from. */
export interface TuneModelInput {
  /** One, or a part for each fold of a cross-validation, by the network that did not learn from it; the same averagings in each. */
  readonly parts: readonly TunePart[]
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
  const { parts, model, data } = input
  const photos = parts.flatMap((part) => part.photos)
  const contentHashes = parts.flatMap((part) => part.contentHashes)
  const excludeSame = exclusion(photos, input.excludeSame)
  const scorable = parts.filter((part) => isScorable(part.photos, excludeSame))
  check(
    scorable.length > 0,
    'tune: no individual has two photos that may be compared',
    'add photos of other encounters',
  )
  const outcome = tunePhotos(
    scorable.map((part) => ({ embeddings: part.embeddings, ...labelsOf(part.photos), excludeSame })),
    options,
  )
  const others = excludeSame === undefined ? 'all others' : 'other encounters'
  const { verdict, tried, baseline, queries, accepted, statistics } = outcome
  const { chance, intervals } = statistics
  const record: PostProcessingRecord = {
    format: 'rosette-postprocessing',
    version: 1,
    model,
    accepted,
    evidence: {
      data,
      dataHash: datasetHash(photos, contentHashes),
      protocol:
        parts.length === 1
          ? `each photo against ${others}`
          : `each photo against ${others} of its fold, by the network that did not learn from them`,
      queries,
      individuals: verdict.individuals,
      candidates: tried.length,
      baseline: baseline.identityBalancedMap,
      ...(intervals.identity === null ? {} : { baselineInterval: intervals.identity.scores.identityBalancedMap }),
      chance: chance.identityBalancedMap,
      confirmed: verdict.confirmed,
      own: verdict.own,
      level: options.level ?? gateDefaults.level,
      agreement: verdict.agreement,
    },
  }
  return { outcome, record }
}
