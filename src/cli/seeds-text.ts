import { join } from 'node:path'
import { counted, formatTable } from '../base/index.ts'
import { metricLabel, metricNames } from '../retrieval/index.ts'
import type { SeedsSummary } from '../study/index.ts'

/** What several seeds of one training came to: mean, standard deviation, and each seed. */
export function seedsText(out: string, summary: SeedsSummary, runs: readonly string[]): string {
  const { seeds, deviation, bySeed, chance } = summary
  const rows = metricNames.flatMap((name) => {
    const [values, spread] = [bySeed[name], deviation[name]]
    if (values === undefined || spread === undefined) return []
    const whole = `${(summary[name] ?? 0).toFixed(3)} ± ${spread.toFixed(3)}`
    const each = values.map((value) => value.toFixed(3)).join(', ')
    return [[metricLabel(name), whole, each, chance?.[name]?.toFixed(3) ?? '–']]
  })
  const table =
    rows.length === 0
      ? 'no photos were set aside, so that nothing says how good they are'
      : formatTable(['score', 'mean ± σ', `seeds ${seeds.join(', ')}`, 'by chance'], rows)
  return [
    `${counted(runs.length, 'run')} of the same training, on the same photos set aside:`,
    '',
    table,
    '',
    'σ is the standard deviation over the seeds: a difference of less than twice that says nothing.',
    `${join(out, 'summary.json')}: all numbers; rosette compare reads ${out} as one model`,
  ].join('\n')
}
