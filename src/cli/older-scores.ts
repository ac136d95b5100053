import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import * as z from 'zod'
import { warn } from './say.ts'

/** Warns where what the scores of a folder were measured on is another by now: a run's weights, or the runs of several seeds. */
export async function warnOfOlder(metrics: string, folder: string): Promise<void> {
  const { isRunFolder } = await import('../run/index.ts')
  if (isRunFolder(folder)) await warnOfOtherWeights(metrics, folder)
  else if (basename(metrics) === 'summary.json') await warnOfOtherRuns(metrics, folder)
}

const ofWeightsSchema = z.object({ hashes: z.object({ weights: z.string().nullable().default(null) }).optional() })

/** A run may be trained further after its report. Older reports do not tell of what weights they are. */
async function warnOfOtherWeights(metrics: string, run: string): Promise<void> {
  const [{ checkpointPath, readMetrics, runNames }, { sealOf }] = await Promise.all([
    import('../run/index.ts'),
    import('../embedder/index.ts'),
  ])
  const weights = readMetrics(metrics, ofWeightsSchema).hashes?.weights ?? null
  const names = (['best', 'last'] as const).filter((name) => existsSync(checkpointPath(run, name)))
  if (weights === null || names.length === 0 || !existsSync(join(run, runNames.description))) return
  for (const name of names) if ((await sealOf(run, name)) === weights) return
  warn(`${metrics} is of other weights than ${run} has now, and so are its scores: \`rosette report\` makes it anew`)
}

const ofSeedsSchema = z.object({
  seeds: z.array(z.int()).optional(),
  bySeed: z.object({ identityBalancedMap: z.array(z.number()).optional() }).optional(),
})

/** A run of several seeds may be trained again, by itself. */
async function warnOfOtherRuns(summary: string, folder: string): Promise<void> {
  const { RunFolder, isRunFolder, readMetrics } = await import('../run/index.ts')
  const { seeds = [], bySeed } = readMetrics(summary, ofSeedsSchema)
  const others = seeds.flatMap((seed, i) => {
    const run = join(folder, `seed-${seed}`)
    const told = bySeed?.identityBalancedMap?.[i]
    if (told === undefined || !isRunFolder(run)) return []
    return new RunFolder(run).metrics()?.identityBalancedMap === told ? [] : [run]
  })
  if (others.length > 0)
    warn(
      `${summary} is older than ${others.join(', ')}, and so are its scores: \`rosette train --resume\` makes it anew`,
    )
}
