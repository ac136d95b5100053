import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { z } from 'zod'
import { check, checkOutput, parseStrictly, readJson, settlePath, writeFileAtomic } from '../base/index.ts'
import type { ComparedRun, MeasuredRun } from '../report/index.ts'
import { inFlags } from './flag-words.ts'
import { curvesOf } from './run-story.ts'
import { say, tell } from './say.ts'

const example = `
Examples:
  rosette compare runs/arcface runs/cosface --out comparison.html
  rosette compare runs/arcface dino-metrics.json --out comparison.html

The scores of a run are those of its report, so make reports on the same photos
first (\`rosette report\`). A run without a report shows its own validation. For a
model without a run, name a metrics.json of \`rosette evaluate\` or
\`rosette report\`. Curves and settings come from the runs.`

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
  const { checkNoRunFile } = await import('../run/index.ts')
  checkNoRunFile(out)
  checkOutput(out, { overwrite })
  const { compareHtml } = await import('../report/index.ts')
  const runs: ComparedRun[] = []
  for (const folder of folders) runs.push(await readCompared(folder))
  writeFileAtomic(out, inFlags(compareHtml(runs)))
  const unmeasured = runs.filter(({ measured }) => measured === null).map(({ name }) => name)
  if (unmeasured.length > 0) tell(`note: without a report, so without scores: ${unmeasured.join(', ')}`)
  say(`${out}: ${runs.length} runs; open it in a browser`)
}

/** A run folder, or a `metrics.json` as `rosette evaluate` and `rosette report` write it. */
async function readCompared(path: string): Promise<ComparedRun> {
  for (const place of [path, join(path, 'report')]) settlePath(place)
  check(existsSync(path), `${path}: no such folder or file`)
  const { isRunFolder, RunFolder } = await import('../run/index.ts')
  const config = isRunFolder(path) ? new RunFolder(path).settings() : null
  const nothing = { name: path, config: null, curves: null }
  if (statSync(path).isFile()) return { ...nothing, measured: readMeasured(path) }
  const metrics = ['report/metrics.json', 'metrics.json'].map((name) => join(path, name)).find(existsSync)
  const measured = metrics === undefined ? null : readMeasured(metrics)
  if (measured !== null && config === null) return { ...nothing, measured }
  check(
    config !== null,
    `${path}: no run: it has no config.json`,
    'a folder that `rosette train` wrote, or a metrics.json of `rosette evaluate` or `rosette report`',
  )
  return { name: path, config, curves: await curvesOf(path), measured }
}

const share = z.number().min(0).max(1)
const measuredSchema = z.object({
  split: z.string(),
  flipAveraging: z.boolean().optional(),
  tta: z.enum(['flip', 'none']).optional(),
  hashes: z.object({ data: z.string() }).optional(),
  gallery: z.string().nullable().default(null),
  excludeSame: z.literal('encounter').nullable().optional(),
  photos: z.int(),
  queries: z.int().nullish(),
  rank1: share.nullable(),
  map: share.nullable(),
  identityBalancedMap: share.nullable(),
  minp: share.nullable().default(null),
  perIdentity: z.array(z.object({ identity: z.string(), photos: z.int(), ap: share.nullable() })).default([]),
})

/** Null where nothing could be measured, as of a run that set no photos aside. */
function readMeasured(path: string): MeasuredRun | null {
  const told = parseStrictly(measuredSchema, readJson(path), path)
  const { rank1, map, identityBalancedMap } = told
  if (rank1 === null || map === null || identityBalancedMap === null) return null
  return {
    split: told.split,
    dataHash: told.hashes?.data ?? null,
    excludeSame: told.excludeSame,
    gallery: told.gallery,
    flipAveraging: told.flipAveraging ?? (told.tta === undefined ? null : told.tta === 'flip'),
    photos: told.photos,
    queries: told.queries ?? null,
    rank1,
    map,
    identityBalancedMap,
    minp: told.minp,
    perIdentity: told.perIdentity,
  }
}
