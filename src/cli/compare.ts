import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import * as z from 'zod'
import { check, checkOutput, checkThere, counted, formatTable, settlePath, writeFileAtomic } from '../base/index.ts'
import type { ComparedRun, MeasuredRun } from '../report/index.ts'
import {
  chanceTold,
  contradictionOf,
  type MetricName,
  metricNames,
  type PairedComparison,
  type PairedQuery,
  scoresTold,
} from '../retrieval/index.ts'
import { inFlags } from './flag-words.ts'
import { warnOfOlder } from './older-scores.ts'
import { curvesOf } from './run-story.ts'
import { say, tell, warn } from './say.ts'
import { signed, signedInterval } from './score-table.ts'

const example = `
Examples:
  rosette compare runs/arcface runs/cosface --out comparison.html
  rosette compare runs/arcface dino-metrics.json --out comparison.html
  rosette compare runs/folds-small runs/folds-large --out folds.html

The scores of a run are those of its report, so make reports on the same photos
first (\`rosette report\`). A run without a report shows its own validation. For a
model without a run, name a metrics.json of \`rosette evaluate\` or
\`rosette report\`. Two folders of \`rosette cv\` with the same folds are compared
by how each photo did in its fold. Curves and settings come from the runs.

Each other model is tested against the first, if the files of both list their
queries, as all files that rosette writes now do. The test takes the queries
that both have, and draws whole individuals again and again. It shows the
difference of each score with its 95 % interval and p, and how many individuals
are found better and worse. A metrics.json of another program needs only
perQuery: docs/metrics.md.`

/** `rosette compare`: several runs beside each other. */
export function compareCommand(): Command {
  return new Command('compare')
    .summary('compare several runs on one page')
    .description('Write a page with the curves, settings and scores of several runs.')
    .argument('<RUN...>', 'two or more run folders, or metrics.json of `rosette evaluate` or `rosette report`')
    .requiredOption('--out <comparison.html>', 'the file to write')
    .option('--overwrite', 'replace --out')
    .addHelpText('after', example)
    .action(compareAction)
}

interface CompareFlags {
  readonly out: string
  readonly overwrite?: boolean
}

async function compareAction(folders: readonly string[], { out, overwrite = false }: CompareFlags): Promise<void> {
  check(folders.length > 1, `compare: expected two runs or more, got ${folders.length}`)
  for (const again of folders.filter(
    (folder, i) => folders.findIndex((other) => resolve(other) === resolve(folder)) < i,
  ))
    warn(`${again} is named twice: a model is no better and no worse than itself`)
  const { checkNoRunFile } = await import('../run/index.ts')
  checkNoRunFile(out)
  checkOutput(out, { overwrite })
  const { chanceNotTold, compareHtml, pairedRuns, whyNotCompared } = await import('../report/index.ts')
  const runs: ComparedRun[] = []
  for (const folder of folders) runs.push(await readCompared(folder))
  writeFileAtomic(out, inFlags(compareHtml(runs)))
  const unmeasured = runs.filter(({ measured }) => measured === null).map(({ name }) => name)
  if (unmeasured.length > 0) tell(`note: no scores, because there is no report: ${unmeasured.join(', ')}`)
  for (const what of chanceNotTold(runs)) tell(`note: ${what}`)
  for (const reason of whyNotCompared(runs)) warn(reason)
  const tests = pairedRuns(runs)
  for (const { a, b, comparison, reason } of tests) {
    if (comparison === null) tell(`note: ${b} against ${a}: no paired test: ${reason}`)
    else say(await pairedText(a, b, comparison))
  }
  say(`${out}: ${counted(runs.length, 'run')}; open it in a browser`)
}

async function pairedText(a: string, b: string, comparison: PairedComparison): Promise<string> {
  const { pairedChance, pairedScores, pairedWords } = await import('../report/index.ts')
  const rows = pairedScores(comparison).map(([label, score]) => [
    label,
    score.a.toFixed(3),
    score.b.toFixed(3),
    pairedChance(score, 3),
    signed(score.difference),
    signedInterval(score.interval),
    score.p.toFixed(3),
  ])
  const table = formatTable(['score', 'first', 'second', 'by chance', 'difference', '95 % interval', 'p'], rows)
  return `${b} (second) against ${a} (first): ${pairedWords(comparison)}\n\n${table}\n`
}

/** A run folder, or a `metrics.json` as `rosette evaluate` and `rosette report` write it. */
async function readCompared(path: string): Promise<ComparedRun> {
  for (const place of [path, join(path, 'report')]) settlePath(place)
  checkThere(path, 'folder or file')
  const { isRunFolder, RunFolder } = await import('../run/index.ts')
  const config = isRunFolder(path) ? new RunFolder(path).settings() : null
  const nothing = { name: path, config: null, curves: null }
  if (statSync(path).isFile()) return { ...nothing, measured: await readMeasured(path) }
  const metrics = ['report/metrics.json', 'metrics.json', 'summary.json', 'cv.json']
    .map((name) => join(path, name))
    .find(existsSync)
  if (metrics?.endsWith('cv.json')) await checkTellsQueries(metrics)
  const measured = metrics === undefined ? null : await readMeasured(metrics)
  if (metrics !== undefined) await warnOfOlder(metrics, path)
  if (measured !== null && config === null) return { ...nothing, measured }
  check(
    config !== null || !existsSync(join(path, 'folds.json')),
    `${path}: is a cross-validation that has not finished`,
    'go on with it with `rosette cv --resume`, or name its folds, as fold-1',
  )
  check(
    config !== null || !existsSync(join(path, 'seeds.json')),
    `${path}: is a training of several seeds that has not finished`,
    'go on with it with `rosette train --resume`, or name one of its runs, as seed-1',
  )
  check(
    config !== null,
    `${path}: no run: it has no config.json`,
    'a folder that `rosette train` wrote, or a metrics.json of `rosette evaluate` or `rosette report`',
  )
  return { name: path, config, curves: await curvesOf(path), measured }
}

/** @throws InputError for the scores of a cross-validation that were written before they said how each query did. */
async function checkTellsQueries(path: string): Promise<void> {
  const { readMetrics } = await import('../run/index.ts')
  const { perQuery } = readMetrics(path, z.object({ perQuery: z.unknown().optional() }))
  check(
    perQuery !== undefined,
    `${path}: does not say how each query did`,
    'it was written by an earlier rosette: `rosette cv --resume` scores the folds anew, and trains none',
  )
}

const share = z.number().min(0).max(1)
const shareByScore = z.partialRecord(z.enum(metricNames), z.number().min(0))
const querySchema = z.object({
  query: z.string(),
  identity: z.string(),
  ap: share,
  rank: z.int().min(1).optional(),
  apAtR: share.optional(),
  inp: share.optional(),
  positives: z.int().min(1).optional(),
  gallery: z.int().min(1).optional(),
})
const measuredSchema = z.object({
  split: z.string().default('not told'),
  flipAveraging: z.boolean().optional(),
  tta: z.enum(['flip', 'none', 'multi-scale', 'mixed']).optional(),
  hashes: z.object({ data: z.string() }).optional(),
  gallery: z.string().nullable().default(null),
  excludeSame: z.literal('encounter').nullable().optional(),
  photos: z.int().nullish(),
  queries: z.int().nullish(),
  rank1: share.nullish(),
  map: share.nullish(),
  identityBalancedMap: share.nullish(),
  minp: share.nullish(),
  deviation: shareByScore.optional(),
  chance: z.partialRecord(z.enum(metricNames), share).nullish(),
  intervals: z
    .object({
      identity: z.object({ scores: z.partialRecord(z.enum(metricNames), z.tuple([share, share])) }).nullable(),
    })
    .nullish(),
  perIdentity: z.array(z.object({ identity: z.string(), photos: z.int(), ap: share.nullable() })).default([]),
  perQuery: z.array(querySchema).nullish(),
})

/**
 * Null where nothing could be measured, as of a run that set no photos aside. Scores that a file does not tell are computed of its
 * queries: a foreign file needs nothing but these. @throws InputError where what it tells contradicts itself.
 */
async function readMeasured(path: string): Promise<MeasuredRun | null> {
  const { readMetrics } = await import('../run/index.ts')
  const told = readMetrics(path, measuredSchema)
  const perQuery = told.perQuery ?? null
  const contradiction = perQuery === null ? undefined : contradictionOf({ ...told, perQuery, scores: given(told) })
  check(contradiction === undefined, `${path}: ${contradiction}`, foreignHint)
  const { rank1, map, identityBalancedMap, minp } = { ...computed(perQuery), ...given(told) }
  if (rank1 === undefined || map === undefined || identityBalancedMap === undefined) {
    const unmeasured = [told.rank1, told.map, told.identityBalancedMap].every((score) => score === null)
    check(unmeasured, `${path}: expected rank1, map and identityBalancedMap, or perQuery with ap and rank`, foreignHint)
    return null
  }
  return {
    split: told.split,
    dataHash: told.hashes?.data ?? null,
    excludeSame: told.excludeSame,
    gallery: told.gallery,
    flipAveraging: told.flipAveraging ?? (told.tta === undefined ? null : told.tta !== 'none'),
    photos: told.photos ?? null,
    queries: told.queries ?? perQuery?.length ?? null,
    rank1,
    map,
    identityBalancedMap,
    minp: minp ?? null,
    chance: told.chance ?? (perQuery === null || perQuery.length === 0 ? null : chanceTold(perQuery)),
    intervals: told.intervals?.identity?.scores ?? null,
    deviation: told.deviation,
    perIdentity: told.perIdentity,
    perQuery,
  }
}

const foreignHint = 'docs/metrics.md says what a metrics.json of another program needs'

function computed(queries: readonly PairedQuery[] | null): Partial<Record<MetricName, number>> {
  return queries === null || queries.length === 0 ? {} : scoresTold(queries)
}

/** The scores that a file tells. */
function given(told: z.output<typeof measuredSchema>): Partial<Record<MetricName, number>> {
  const names = ['rank1', 'map', 'identityBalancedMap', 'minp'] as const
  return Object.fromEntries(names.flatMap((name) => (typeof told[name] === 'number' ? [[name, told[name]]] : [])))
}
