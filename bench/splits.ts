/**
 * `node scripts/bench.mjs splits`: how much a split by lot flatters, on drawn jaguars that come in bursts, by an embedding that nothing was learned
 * for. Writes results/splits-procedural-jaguars.csv and the figure docs/splits.svg.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mean } from '../src/base/index.ts'
import { chanceCells, chanceColumnsWithoutMap } from './by-chance.ts'
import { root } from './command.ts'
import { type Inflation, measureInflation } from './inflation.ts'
import { splitsFigure } from './splits-figure.ts'

const seeds = [0, 1, 2, 3, 4]
const ways = [
  ['stratified', 'by lot'],
  ['hashed', 'bursts that hashes find'],
  ['burstDisjoint', 'bursts kept together'],
  ['fresh', 'fresh encounters'],
] as const satisfies readonly (readonly [keyof Inflation, string])[]

const measured = await Promise.all(
  seeds.map((seed) => measureInflation({ seed, identities: 12, photosPerIdentity: 20, freshPerIdentity: 8 })),
)
const lines = measured.flatMap((one, i) =>
  ways.map(([way, name]) => {
    const { queries, rank1, identityBalancedMap, chance } = one[way]
    const scores = [rank1.toFixed(4), identityBalancedMap.toFixed(4), ...chanceCells(chance, chanceColumnsWithoutMap)]
    return [seeds[i], name, queries, ...scores].join(',')
  }),
)
const rows = ways.map(([way, name]) => ({
  name,
  isFlattering: way === 'stratified' || way === 'hashed',
  rank1: measured.map((one) => one[way].rank1),
  identityBalancedMap: measured.map((one) => one[way].identityBalancedMap),
}))
const header = `seed,split,queries,rank1,identity_balanced_map,${chanceColumnsWithoutMap.join(',')}`
const table = [header, ...lines].join('\n')
writeFileSync(join(root, 'results', 'splits-procedural-jaguars.csv'), `${table}\n`)
writeFileSync(join(root, 'docs', 'splits.svg'), splitsFigure(rows))
for (const [i, { name, rank1, identityBalancedMap }] of rows.entries()) {
  const byChance = (score: 'rank1' | 'identityBalancedMap') =>
    mean(measured.map((one) => one[ways[i]![0]].chance[score])).toFixed(3)
  console.log(
    `${name}: rank-1 ${mean(rank1).toFixed(3)} (by chance ${byChance('rank1')}), identity-balanced mAP ${mean(identityBalancedMap).toFixed(3)} (${byChance('identityBalancedMap')})`,
  )
}
