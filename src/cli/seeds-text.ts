import { join } from 'node:path'
import { counted, formatTable } from '../base/index.ts'
import { metricLabel, metricNames } from '../retrieval/index.ts'
import type { SeedsSummary } from '../study/index.ts'
import { intervalText, intervalWords, isNoBetterThanChance, noBetterThanChance } from './score-table.ts'
import { standingOf } from './train-summary.ts'

/** What several seeds of one training came to: mean, standard deviation, interval, each seed, and what speaks against it. */
export async function seedsText(out: string, summary: SeedsSummary, runs: readonly string[]): Promise<string> {
  const { seeds, deviation, bySeed, chance, intervals } = summary
  const rows = metricNames.flatMap((name) => {
    const [values, spread] = [bySeed[name], deviation[name]]
    if (values === undefined || spread === undefined) return []
    const whole = `${(summary[name] ?? 0).toFixed(3)} ± ${spread.toFixed(3)}`
    const each = values.map((value) => value.toFixed(3)).join(', ')
    const interval = intervalText(intervals?.identity?.scores[name])
    return [[metricLabel(name), whole, interval, each, chance?.[name]?.toFixed(3) ?? '–']]
  })
  const { protocol, flattery } = await standingOf(runs[0]!)
  const header = ['score', 'mean ± σ', '95 % interval', `seeds ${seeds.join(', ')}`, 'by chance']
  return [
    ...(rows.length === 0
      ? [
          `${counted(runs.length, 'run')} of the same training. No photos were set aside, so that nothing says how good they are:`,
          '`rosette evaluate` measures one on other photos of these animals; --set validation=stratified sets a fifth of the photos aside',
        ]
      : [
          `${counted(runs.length, 'run')} of the same training, on the same photos set aside${protocol}:`,
          '',
          formatTable(header, rows),
          '',
          'σ is the standard deviation over the seeds: a difference of less than twice that says nothing.',
          ...(intervals === null
            ? []
            : [
                intervalWords({ intervals }),
                'an interval is that of the mean, and says how it varies with the animals.',
              ]),
          ...(isChance(summary) ? [noBetterThanChance] : []),
          ...flattery,
        ]),
    `${join(out, 'summary.json')}: all numbers; rosette compare reads ${out} as one model`,
  ].join('\n')
}

function isChance({ identityBalancedMap: score, intervals, chance }: SeedsSummary): boolean {
  const interval = intervals?.identity?.scores.identityBalancedMap
  if (typeof score !== 'number' || chance?.identityBalancedMap === undefined) return false
  return isNoBetterThanChance({ score, interval, chance: chance.identityBalancedMap })
}
