import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { z } from 'zod'
import { check, checkAbsent, parseStrictly, readJson, writeFileAtomic } from '../base/index.ts'
import type { ComparedRun, MeasuredRun } from '../report/index.ts'
import { curvesOf } from './run-story.ts'

const example = `
Examples:
  rosette compare runs/arcface runs/cosface --out comparison.html

Scores come from each run's report (RUN/report/metrics.json): run \`rosette report\` on the same photos first. Curves and
settings come from the runs themselves.`

/** `rosette compare`: several runs beside each other. */
export function compareCommand(): Command {
  return new Command('compare')
    .summary('several runs beside each other')
    .description('Write a page with the curves, settings and scores of several runs.')
    .argument('<RUN...>', 'run folders')
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
  checkAbsent(out, overwrite)
  const { compareHtml } = await import('../report/index.ts')
  const runs: ComparedRun[] = []
  for (const folder of folders) runs.push(await readRun(folder))
  writeFileAtomic(out, compareHtml(runs))
  const unmeasured = runs.filter(({ measured }) => measured === null).map(({ name }) => name)
  if (unmeasured.length > 0)
    process.stderr.write(`note: without a report, so without scores: ${unmeasured.join(', ')}\n`)
  console.log(`${out}: ${runs.length} runs; open it in a browser`)
}

async function readRun(folder: string): Promise<ComparedRun> {
  const config = join(folder, 'config.json')
  check(existsSync(config), `${folder}: no run: it has no config.json`, 'a folder that `rosette train` wrote')
  return {
    name: folder,
    config: readJson(config),
    curves: await curvesOf(join(folder, 'log.jsonl')),
    measured: readMeasured(folder),
  }
}

const share = z.number().min(0).max(1)
const measuredSchema = z.object({
  split: z.string(),
  flipAveraging: z.boolean(),
  hashes: z.object({ data: z.string() }),
  excludeSame: z.literal('encounter').nullable(),
  photos: z.int(),
  queries: z.int(),
  rank1: share,
  map: share,
  identityBalancedMap: share,
  minp: share,
  perIdentity: z.array(z.object({ identity: z.string(), photos: z.int(), ap: share.nullable() })),
})

function readMeasured(folder: string): MeasuredRun | null {
  const path = join(folder, 'report', 'metrics.json')
  if (!existsSync(path)) return null
  const { hashes, ...scores } = parseStrictly(measuredSchema, readJson(path), path)
  return { ...scores, dataHash: hashes.data }
}
