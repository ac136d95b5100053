import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { check, counted, optionText, readSealedJson, sha256Of, writeSealedJson } from '../base/index.ts'
import {
  type BurstFindings,
  type Bursts,
  checkFoldNames,
  columnFolds,
  foldDefaults,
  folds,
  groupsOf,
  hashSplit,
  hasSplit,
  identifiedOnly,
  type Manifest,
  type Photo,
  photoKey,
  photosToTrainWith,
  type Split,
  type SplitKind,
  splitKinds,
} from '../data/index.ts'
import { burstsSchema, readingSchema } from '../run/index.ts'
import { isScorable } from './scorable.ts'

/** What decides the folds: a kind of split, or the table's own column. */
export type FoldKind = SplitKind | 'column'

/** How photos are divided; what is not given is decided by what is known of them. */
export interface FoldPlanOptions {
  readonly by?: SplitKind | undefined
  readonly folds?: number | undefined
  readonly seed?: number | undefined
  /** Of `photosForFolds`, where they were looked for. */
  readonly bursts?: Bursts | undefined
}

const foldKinds = [...splitKinds, 'column'] as const

const planSchema = z.strictObject({
  format: z.literal('rosette-folds'),
  version: z.literal(1),
  kind: z.enum(foldKinds),
  seed: z.int().min(0),
  /** What was found where bursts decide the folds, and by what limits. */
  bursts: burstsSchema.optional(),
  folds: z
    .array(
      z.strictObject({
        /** SHA-256 of which photos train and which validate, as a run's `splitHash`. */
        hash: z.string(),
        train: z.array(z.string()),
        validation: z.array(z.string()),
      }),
    )
    .min(2),
  /** What every fold is trained with, as `train()` takes it. */
  settings: z.strictObject({
    preset: z.string().optional(),
    backbone: z.string().optional(),
    modelConfig: z.string().optional(),
    freeze: z.union([z.literal('all'), z.int().min(0)]).optional(),
    set: z.array(z.string()).optional(),
    seed: z.int().min(0).optional(),
  }),
  /** How the photos are read. */
  reading: readingSchema,
})

/** The folds of a cross-validation, by the photos' `photoKey`s, and what each is trained with. */
export type FoldPlan = Readonly<z.output<typeof planSchema>>

/** The file of a cross-validation's folder that is written first. */
export const planFile = 'folds.json'

/** True where a cross-validation was begun in a folder. */
export function hasPlan(folder: string): boolean {
  return existsSync(join(folder, planFile))
}

/** @throws InputError naming every mistake in the file, and where it was edited or damaged since it was written. */
export function readPlan(folder: string): FoldPlan {
  const path = join(folder, planFile)
  check(existsSync(path), `${folder}: no cross-validation was begun there: it has no ${planFile}`)
  const hint = 'bring the file back as it was, or begin anew with `overwrite`'
  return readSealedJson(path, planSchema, { hint, mayLackSeal: true })
}

export function writePlan(folder: string, plan: FoldPlan): void {
  writeSealedJson(join(folder, planFile), plan)
}

/** SHA-256 of a plan, what is told of its bursts left out: two jobs that planned alike may share a folder. */
export function hashPlan({ bursts: _, ...plan }: FoldPlan): string {
  return sha256Of(Buffer.from(JSON.stringify(plan)))
}

/** The photos of known individuals that train or validate: test photos of the table's split, and those on no side, take no part. */
export function photosForFolds(manifest: Manifest): Photo[] {
  const { photos } = identifiedOnly(manifest)
  return photosToTrainWith(photos, hasSplit(photos) ? 'column' : 'none').filter(({ split }) => split !== 'test')
}

/**
 * Divides photos into folds: by the table's column for the fold where it has one and nothing else is asked for; else by `by`; else by
 * encounter where one is known (of encounters that `encountersFrom` tells of, where a fold then has a score); else by burst where bursts were
 * found and every fold can be measured; else by lot, each individual spread evenly.
 * @throws InputError where the kind's labels are missing, the column has another number of folds, or a fold cannot be measured: no
 * individual has two photos in it.
 */
export function planFolds(
  manifest: Manifest,
  options: FoldPlanOptions,
  trained: Pick<FoldPlan, 'settings' | 'reading'>,
): FoldPlan {
  const photos = photosForFolds(manifest)
  const { seed = 0 } = options
  check(
    new Set(photos.map(({ identity }) => identity)).size >= 2,
    `${manifest.source}: expected photos of two individuals or more to train on`,
  )
  const { kind, splits } = divided(photos, manifest, options)
  splits.forEach((split, i) => checkMeasurable(photos, split, { kind, fold: i + 1 }))
  const keys = (rows: readonly number[]) => rows.map((row) => photoKey(photos[row]!)).sort()
  return {
    format: 'rosette-folds',
    version: 1,
    kind,
    seed,
    ...(kind === 'burst' && options.bursts !== undefined ? { bursts: findingsOf(options.bursts) } : {}),
    folds: splits.map((split) => ({
      hash: hashSplit(photos, split),
      train: keys(split.train),
      validation: keys(split.validation),
    })),
    ...trained,
  }
}

function findingsOf({ bursts: _, ...findings }: Bursts): BurstFindings {
  return findings
}

/** Whether bursts decide the folds: where they are asked for, or where nothing else is known that keeps photos together. */
export function asksForBursts(manifest: Manifest, options: FoldPlanOptions): boolean {
  return (
    options.by === 'burst' ||
    (options.by === undefined && kindFor(photosForFolds(manifest), manifest, options) === 'stratified')
  )
}

interface Divided {
  readonly kind: FoldKind
  readonly splits: readonly Split[]
}

function divided(photos: readonly Photo[], manifest: Manifest, options: FoldPlanOptions): Divided {
  const { by, folds: count, seed = 0, bursts } = options
  checkFoldNames(photos)
  const kind = by ?? kindFor(photos, manifest, options)
  if (kind === 'column') return { kind, splits: foldsOfColumn(photos, count) }
  const divide = (by: SplitKind) =>
    folds(photos, { kind: by, seed, ...countOf(count), bursts: by === 'burst' ? bursts?.bursts : undefined })
  const usual = { kind, splits: divide(kind) }
  if (by !== undefined || kind !== 'stratified' || bursts === undefined || bursts.count === 0) return usual
  if (new Set(bursts.bursts).size < usual.splits.length) return usual
  const splits = divide('burst')
  return splits.every((split) => isMeasurable(photos, split)) && hasScore(photos, splits)
    ? { kind: 'burst', splits }
    : usual
}

/**
 * By encounter where those are known. Encounters that the list of photos does not state itself were asked for by nobody: they do not decide
 * where they score no fold, each being alone in its own, and division by lot scores some.
 */
function kindFor(
  photos: readonly Photo[],
  { encountersFrom }: Pick<Manifest, 'encountersFrom'>,
  { folds: count, seed = 0 }: FoldPlanOptions,
): FoldKind {
  if (photos.some(({ fold }) => fold !== undefined)) return 'column'
  if (!hasEncounters(photos)) return 'stratified'
  if (encountersFrom === undefined) return 'encounter'
  const scores = (kind: SplitKind) => {
    const splits = folds(photos, { kind, seed, ...countOf(count) })
    return splits.every((split) => isMeasurable(photos, split)) && hasScore(photos, splits)
  }
  const groups = new Set(groupsOf(photos, 'encounter')).size
  const byEncounter = groups >= (count ?? foldDefaults.folds) && scores('encounter')
  return byEncounter || !scores('stratified') ? 'encounter' : 'stratified'
}

/** Some fold has two photos of one individual that may meet. */
function hasScore(photos: readonly Photo[], splits: readonly Split[]): boolean {
  const excluded = hasEncounters(photos) ? 'encounter' : undefined
  return splits.some(({ validation }) =>
    isScorable(
      validation.map((row) => photos[row]!),
      excluded,
    ),
  )
}

/** Where encounters are known and yet did not decide, nothing else being asked for: what that means. */
export function lotWarning(photos: readonly Photo[], { kind, folds }: FoldPlan, { by }: FoldPlanOptions): string[] {
  if (by !== undefined || !hasEncounters(photos) || (kind !== 'stratified' && kind !== 'burst')) return []
  const fewer = folds.length > 2 ? `ask for fewer folds (${optionText({ folds: 2 })}), or ` : ''
  return [
    `with ${counted(folds.length, 'fold')} by encounter no individual has two encounters in one, and nothing could be scored: photos are divided ` +
      `by ${kind === 'burst' ? 'burst' : 'lot'}, so that those of one encounter both train and validate, which flatters every score; ` +
      `${fewer}${optionText({ by: 'identity' })} keeps all photos of an individual in one fold`,
  ]
}

function hasEncounters(photos: readonly Photo[]): boolean {
  return photos.some(({ encounter = '' }) => encounter !== '')
}

function countOf(count: number = foldDefaults.folds) {
  return { folds: count }
}

function foldsOfColumn(photos: readonly Photo[], count: number | undefined): Split[] {
  const splits = columnFolds(photos)
  check(
    count === undefined || count === splits.length,
    `\`folds\`: the table's column has ${counted(splits.length, 'fold')}, got ${count}`,
    'leave out `folds`, or name a kind with `by`',
  )
  return splits
}

/** A fold whose validation finds nobody chooses no best epoch, and has no score. */
function checkMeasurable(
  photos: readonly Photo[],
  split: Split,
  { kind, fold }: { readonly kind: FoldKind; readonly fold: number },
): void {
  check(
    isMeasurable(photos, split),
    `fold ${fold}, by ${kind}: of its ${counted(split.validation.length, 'photo')} no two show one individual, so that nothing can be measured`,
    remedy(photos, kind),
  )
  check(split.train.length > 0, `fold ${fold}, by ${kind}: no photo is left to train on`)
}

/** What would bring two photos of one individual into a fold. */
export function remedy(photos: readonly Photo[], kind: FoldKind): string {
  const counts = new Map<string | undefined, number>()
  for (const { identity } of photos) counts.set(identity, (counts.get(identity) ?? 0) + 1)
  if (Math.max(...counts.values()) < 2) return 'each individual has one photo: add photos of the same individuals'
  return kind === 'column' ? 'mend the column for the fold, or divide otherwise with `by`' : 'ask for fewer folds'
}

/** Some individual has two photos that validate. */
function isMeasurable(photos: readonly Photo[], { validation }: Split): boolean {
  const seen = new Set<string | undefined>()
  return validation.some((row) => {
    const { identity } = photos[row]!
    const again = seen.has(identity)
    seen.add(identity)
    return again
  })
}
