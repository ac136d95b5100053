/**
 * `node scripts/bench.mjs splits`: how much a split by lot flatters, on drawn jaguars that come in bursts, by an embedding that nothing was learned
 * for. Writes results/splits-procedural-jaguars.csv and the figure docs/splits.svg.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mean } from '../src/base/index.ts'
import { root } from './command.ts'
import { type Inflation, measureInflation } from './inflation.ts'

const seeds = [0, 1, 2, 3, 4]
const ways = [
  ['stratified', 'by lot'],
  ['burstDisjoint', 'bursts kept together'],
  ['fresh', 'fresh encounters'],
] as const satisfies readonly (readonly [keyof Inflation, string])[]
const scores = [
  ['rank1', 'rank-1'],
  ['identityBalancedMap', 'identity-balanced mAP'],
] as const

const measured = seeds.map((seed) =>
  measureInflation({ seed, identities: 12, photosPerIdentity: 20, freshPerIdentity: 8 }),
)
const lines = measured.flatMap((one, i) =>
  ways.map(([way, name]) => {
    const { queries, rank1, identityBalancedMap } = one[way]
    return [seeds[i], name, queries, rank1.toFixed(4), identityBalancedMap.toFixed(4)].join(',')
  }),
)
const table = ['seed,split,queries,rank1,identity_balanced_map', ...lines].join('\n')
writeFileSync(join(root, 'results', 'splits-procedural-jaguars.csv'), `${table}\n`)
writeFileSync(join(root, 'docs', 'splits.svg'), figure())
for (const [way, name] of ways)
  console.log(
    name,
    ...scores.map(([score, label]) => `${label} ${mean(measured.map((one) => one[way][score])).toFixed(3)}`),
  )

/** A dot for each seed and a line at their mean, by split; a panel for each score. */
function figure(): string {
  const [width, height, left, panel, top, row] = [760, 190, 170, 260, 40, 36]
  const x = (p: number, value: number) => left + p * (panel + 40) + value * panel
  const y = (i: number) => top + 20 + i * row
  const text = (at: readonly [number, number], words: string, anchor: string) =>
    `<text x="${at[0]}" y="${at[1]}" text-anchor="${anchor}">${words}</text>`
  const parts = scores.flatMap(([score, label], p) => [
    text([x(p, 0.5), 24], label, 'middle'),
    ...[0, 0.5, 1].map(
      (value) =>
        `<path d="M${x(p, value)} ${top}V${y(2) + 18}" stroke="#ccc"/>${text([x(p, value), y(2) + 34], String(value), 'middle')}`,
    ),
    ...ways.flatMap(([way], i) => {
      const values = measured.map((one) => one[way][score])
      const colour = way === 'stratified' ? '#c2410c' : '#0f766e'
      const at = x(p, mean(values)).toFixed(1)
      return [
        ...values.map(
          (value) => `<circle cx="${x(p, value).toFixed(1)}" cy="${y(i)}" r="4" fill="${colour}" fill-opacity="0.5"/>`,
        ),
        `<path d="M${at} ${y(i) - 11}V${y(i) + 11}" stroke="${colour}" stroke-width="3"/>`,
      ]
    }),
  ])
  const names = ways.map(([, name], i) => text([left - 12, y(i) + 4], name, 'end'))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="#fff"/>${[...names, ...parts].join('')}</svg>\n`
}
