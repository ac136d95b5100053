import { createHash } from 'node:crypto'
import { basename, join, resolve } from 'node:path'
import {
  type Cell,
  check,
  counted,
  csvText,
  mean,
  stageFile,
  standardDeviation,
  writeSealedJson,
} from '../base/index.ts'
import { type BurstFindings, type Manifest, type Photo, photoKey } from '../data/index.ts'
import {
  commitPair,
  EmbeddingFile,
  type EmbedOptions,
  embedPhotos,
  type OpenModelOptions,
  openModel,
  type PhotoEmbeddings,
  writeEnsemble,
} from '../embedder/index.ts'
import {
  type BackgroundReliance,
  exclusion,
  jointReliance,
  labelsOf,
  type QueriesOtherwise,
  queriesWhereKnown,
} from '../identify/index.ts'
import {
  chanceOf,
  type Embeddings,
  evaluateRetrieval,
  metricNames,
  type QueryScore,
  queryRecords,
  type Scores,
  type Statistics,
  scoresOfQueries,
  statisticsOf,
} from '../retrieval/index.ts'
import { RunFolder, readRunData } from '../run/index.ts'
import { cvNames, foldFolder, foldName } from './cv-folder.ts'
import type { FoldPlan } from './fold-plan.ts'
import { otherTraining } from './same-training.ts'
import { isScorable } from './scorable.ts'

/** How one fold's model did on the photos that it did not learn from, each ranked against the others of the fold. */
export interface FoldScore {
  /** From 1. */
  readonly fold: number
  readonly trained: number
  readonly validated: number
  /** Photos that were ranked: those with another photo of their individual to find. */
  readonly queries: number
  /** The others of the fold. */
  readonly skipped: number
  /** Null where no query could be scored: same encounters left out, each individual stands alone. */
  readonly scores: Scores | null
  /** What a random order reaches on the same queries; null with `scores`. */
  readonly chance: Scores | null
}

/** What a cross-validation measured. */
export interface CrossValidation {
  readonly kind: FoldPlan['kind']
  readonly seed: number
  /** What was found where bursts decide the folds, and by what limits; null for other kinds. */
  readonly bursts: BurstFindings | null
  readonly excludeSame: 'encounter' | null
  readonly folds: readonly FoldScore[]
  /** Over the folds that could be scored. */
  readonly mean: Scores
  /** Sample standard deviation over those; null where there is one only. */
  readonly standardDeviation: Scores | null
  /** The mean of chance over those. */
  readonly meanChance: Scores
  /** Of all queries of all folds together. */
  readonly overall: Scores
  /** Chance and intervals of `overall`. */
  readonly statistics: Statistics
  /** What all queries lose with another background, where photos have masks and the networks see what is outside of them; else null. */
  readonly background: BackgroundReliance | null
}

/** What is scored, and who is told how far embedding is. */
export interface CollectOptions extends Pick<EmbedOptions, 'skipUnreadable' | 'limitPixels' | 'signal'> {
  readonly threads?: OpenModelOptions['threads']
  /** Whether photos with masks are scored with other backgrounds too, true unless given. */
  readonly background?: boolean | undefined
  readonly onFold?: ((fold: number) => Pick<EmbedOptions, 'onProgress' | 'onPrepare'>) | undefined
}

interface EmbeddedFold {
  readonly score: FoldScore
  readonly embedded: PhotoEmbeddings
  readonly perQuery: readonly QueryScore[]
  readonly otherwise: QueriesOtherwise | null
}

/**
 * Embeds each fold's photos by the model that did not learn from them, and writes `out-of-fold.npy` [photos, D] with its table, `cv.json` with
 * the scores, and `ensemble.json`, which makes the folder a model. Rows of different folds are of different networks, so that a photo is
 * ranked against those of its own fold only. @throws InputError for a fold that was trained otherwise than the first,
 * or on another split.
 */
export async function collectFolds(
  folder: string,
  plan: FoldPlan,
  manifest: Manifest,
  options: CollectOptions = {},
): Promise<CrossValidation> {
  checkAlike(folder, plan)
  const byKey = new Map(manifest.photos.map((photo) => [photoKey(photo), photo]))
  const photosOf = (fold: number) =>
    readRunData(foldFolder(folder, fold)).validation.map((key) => {
      const photo = byKey.get(key)
      check(photo !== undefined, `${foldFolder(folder, fold)}: its photo ${key} is not in ${manifest.source}`)
      return photo
    })
  const numbers = plan.folds.map((_, i) => i + 1)
  const each = numbers.map((fold) => ({ fold, photos: photosOf(fold) }))
  const excludeSame = exclusion(
    each.flatMap(({ photos }) => photos),
    undefined,
  )
  const done: EmbeddedFold[] = []
  for (const { fold, photos } of each) done.push(await scoreFold(folder, { fold, photos, excludeSame }, options))
  writeRows(folder, done)
  const result = summarise(plan, done, excludeSame)
  const comparable = measuredOf(plan, done, result)
  writeSealedJson(join(folder, cvNames.scores), { format: 'rosette-cv', version: 1, ...result, ...comparable })
  await writeEnsemble(folder, {
    name: basename(resolve(folder)),
    method: 'similarities',
    members: numbers.map((fold) => ({ path: foldName(fold) })),
  })
  return result
}

/** Folds may come from other machines, and photos may have changed between two of them. */
function checkAlike(folder: string, plan: FoldPlan): void {
  const runs = plan.folds.map((_, i) => new RunFolder(foldFolder(folder, i + 1)))
  runs.forEach((run, i) => {
    const { hash } = plan.folds[i]!
    const { splitHash } = run.record()
    const skipped = run.data().skipped.length
    check(
      splitHash === hash || skipped > 0,
      `${run.path}: was trained on other photos than ${join(folder, cvNames.plan)} says`,
      'was it made from the same data, with the same options?',
    )
    const first = runs[0]!
    const [seed, expected] = [run.record().seed, first.record().seed]
    const other =
      seed === expected ? otherTraining(run, first) : `from the seed ${seed}, and ${first.path} from ${expected}`
    check(other === undefined, `${run.path}: was trained ${other}`, 'train it anew: remove its folder and go on')
  })
}

async function scoreFold(
  folder: string,
  {
    fold,
    photos,
    excludeSame,
  }: {
    readonly fold: number
    readonly photos: readonly Photo[]
    readonly excludeSame: 'encounter' | undefined
  },
  { threads, background = true, onFold, ...reading }: CollectOptions,
): Promise<EmbeddedFold> {
  const run = foldFolder(folder, fold)
  const embedder = await openModel(run, { threads })
  try {
    const options = { ...reading, ...onFold?.(fold) }
    const embedded = await embedPhotos(embedder, photos, options)
    const labels = labelsOf(embedded.photos)
    const score = (embeddings: Embeddings) => evaluateRetrieval({ embeddings, ...labels, excludeSame })
    const metrics = isScorable(embedded.photos, excludeSame) ? score(embedded.embeddings) : undefined
    const otherwise = metrics && background ? await queriesWhereKnown(embedder, { embedded, score }, options) : null
    const ofFold = {
      fold,
      trained: readRunData(run).train.length,
      validated: embedded.photos.length,
      queries: metrics?.queries ?? 0,
      skipped: metrics?.skipped ?? embedded.photos.length,
      scores: metrics === undefined ? null : scoresOfQueries(metrics.perQuery),
      chance: metrics === undefined ? null : chanceOf(metrics.perQuery),
    }
    return { score: ofFold, embedded, perQuery: metrics?.perQuery ?? [], otherwise }
  } finally {
    await embedder.release()
  }
}

function summarise(
  plan: FoldPlan,
  done: readonly EmbeddedFold[],
  excludeSame: 'encounter' | undefined,
): CrossValidation {
  const scored = done.flatMap(({ score }) => score.scores ?? [])
  const byChance = done.flatMap(({ score }) => score.chance ?? [])
  const queries = done.flatMap(({ perQuery }) => perQuery)
  check(
    scored.length > 0,
    `no fold could be scored: same encounters left out, no individual has two encounters in one fold`,
    'ask for fewer folds',
  )
  const forEach = (of: (values: readonly number[]) => number, folds: readonly Scores[] = scored): Scores =>
    Object.fromEntries(metricNames.map((name) => [name, of(folds.map((scores) => scores[name]))])) as Record<
      keyof Scores,
      number
    >
  return {
    kind: plan.kind,
    seed: plan.seed,
    bursts: plan.bursts ?? null,
    excludeSame: excludeSame ?? null,
    folds: done.map(({ score }) => score),
    mean: forEach(mean),
    standardDeviation: scored.length < 2 ? null : forEach(standardDeviation),
    meanChance: forEach(mean, byChance),
    overall: scoresOfQueries(queries),
    statistics: statisticsOf(queries),
    background: jointReliance(done.flatMap(({ otherwise }) => otherwise ?? [])),
  }
}

/** What a `metrics.json` would say of all queries: two cross-validations with the same folds can be compared by it. */
function measuredOf(plan: FoldPlan, done: readonly EmbeddedFold[], { overall, statistics }: CrossValidation) {
  const folds = createHash('sha256').update(plan.folds.map(({ hash }) => hash).join('\n'))
  const perQuery = done.flatMap(({ embedded, perQuery }) =>
    queryRecords(perQuery, (query) => photoKey(embedded.photos[query]!)),
  )
  return {
    split: `out of ${counted(plan.folds.length, 'fold')}`,
    hashes: { data: folds.digest('hex') },
    photos: done.reduce((sum, { embedded }) => sum + embedded.photos.length, 0),
    queries: perQuery.length,
    ...overall,
    ...statistics,
    perQuery,
  }
}

/** `out-of-fold.npy` and its table, row by row the same photos. */
function writeRows(folder: string, done: readonly EmbeddedFold[]): void {
  const size = done[0]!.embedded.embeddings.dim
  const file = new EmbeddingFile(join(folder, cvNames.embeddings), size)
  try {
    for (const { embedded } of done) file.append(embedded.embeddings.data)
    file.complete()
    const table = stageFile(join(folder, cvNames.table), csvText([header, ...done.flatMap(rowsOf)]))
    commitPair(join(folder, cvNames.embeddings), table, file)
  } finally {
    file.discard()
  }
}

const header = [
  'filename',
  'identity',
  'encounter',
  'x',
  'y',
  'width',
  'height',
  'fold',
  'nearest',
  'nearest_identity',
  'ap',
]

function rowsOf({ score, embedded, perQuery }: EmbeddedFold): Cell[][] {
  const { photos } = embedded
  const scoreOf = new Map(perQuery.map((query) => [query.query, query]))
  return photos.map(({ filename, identity = '', encounter = '', box }, row) => {
    const own = scoreOf.get(row)
    const nearest = own === undefined ? undefined : photos[own.nearest]
    return [
      ...[filename, identity, encounter, box?.x ?? '', box?.y ?? '', box?.width ?? '', box?.height ?? ''],
      ...[score.fold, nearest?.filename ?? '', nearest?.identity ?? '', own?.ap ?? ''],
    ]
  })
}
