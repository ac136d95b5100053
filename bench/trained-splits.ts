/**
 * `node scripts/bench.mjs trained-splits`: what a trained network's validation promises by lot and by encounter, and what the same network reaches
 * on fresh encounters of the same drawn jaguars. Each seed draws other animals, in bursts, and starts another network. Writes
 * results/trained-splits-procedural-jaguars.csv, a row a score, and the figure docs/trained-splits.svg; what is there is not run again.
 */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatTable, mean, standardDeviation } from '../src/base/index.ts'
import { synthesise } from '../src/synth/index.ts'
import { chanceCells, chanceColumnsWithoutMap } from './by-chance.ts'
import { fromRandomWeights, root, today } from './command.ts'
import { splitsFigure } from './splits-figure.ts'
import { type Aside, measureTrained } from './trained-inflation.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    individuals: { type: 'string', default: '24' },
    photos: { type: 'string', default: '20' },
    epochs: { type: 'string', default: '16' },
    size: { type: 'string', default: '64' },
    threads: { type: 'string', default: '1' },
    /** Where drawn photos and runs are kept, for a look at what else the networks can do; nowhere unless given. */
    keep: { type: 'string' },
  },
})
const { individuals, photos, epochs, size } = values
const budget = `${individuals} x ${photos} at ${size} px for ${epochs} epochs`
const file = join(root, 'results', 'trained-splits-procedural-jaguars.csv')
const header = `date,seed,budget,validates,score_on,queries,rank1,identity_balanced_map,${chanceColumnsWithoutMap.join(',')}`
const asides = ['stratified', 'encounter'] as const satisfies readonly Aside[]
const words = { stratified: 'by lot', encounter: 'by encounter' } as const

if (!existsSync(file)) writeFileSync(file, `${header}\n`)
const scratch = values.keep ?? mkdtempSync(join(tmpdir(), 'rosette-trained-splits-'))
try {
  for (const seed of values.seeds.split(',')) for (const aside of asides) await measure(Number(seed), aside)
} finally {
  if (values.keep === undefined) rmSync(scratch, { recursive: true })
}
const rows = asides.flatMap((aside) =>
  (['validation', 'fresh encounters'] as const).map((scoredOn) => ({
    name: scoredOn === 'validation' ? `validated ${words[aside]}` : 'the same, fresh photos',
    isFlattering: aside === 'stratified' && scoredOn === 'validation',
    ...scoresOf(words[aside], scoredOn),
  })),
)
writeFileSync(join(root, 'docs', 'trained-splits.svg'), splitsFigure(rows))
const cell = (list: readonly number[]) => `${mean(list).toFixed(3)} ± ${standardDeviation(list).toFixed(3)}`
console.log(
  formatTable(
    ['', 'rank-1', 'identity-balanced mAP'],
    rows.map(({ name, rank1, identityBalancedMap }) => [name, cell(rank1), cell(identityBalancedMap)]),
  ),
)

async function measure(seed: number, aside: Aside): Promise<void> {
  if (readFileSync(file, 'utf8').includes(`,${seed},${budget},${words[aside]},`)) return
  const folder = join(scratch, `seed-${seed}`)
  const drawn = join(folder, 'jaguars')
  mkdirSync(folder, { recursive: true })
  const counts = { identities: Number(individuals), photosPerIdentity: Number(photos), seed }
  if (!existsSync(drawn)) await synthesise({ out: drawn, ...counts, widthPx: 128, heightPx: 88 })
  const growing = `schedule.marginWarmupEpochs=${Math.round((2 * Number(epochs)) / 3)}` // as the preset has it
  const set = [...fromRandomWeights, `epochs=${epochs}`, growing, `image.widthPx=${size}`, `image.heightPx=${size}`]
  const how = { drawn, folder, preset: 'demo', set, seed, threads: Number(values.threads) }
  const { validation, fresh } = await measureTrained(aside, how)
  for (const [scoredOn, { queries, rank1, identityBalancedMap, chance }] of [
    ['validation', validation],
    ['fresh encounters', fresh],
  ] as const) {
    const scores = [rank1.toFixed(4), identityBalancedMap.toFixed(4), ...chanceCells(chance, chanceColumnsWithoutMap)]
    appendFileSync(file, `${[today(), seed, budget, words[aside], scoredOn, queries, ...scores].join(',')}\n`)
  }
}

function scoresOf(
  validates: string,
  scoredOn: string,
): { readonly rank1: number[]; readonly identityBalancedMap: number[] } {
  const found = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.split(','))
    .filter((cells) => cells[2] === budget && cells[3] === validates && cells[4] === scoredOn)
  return { rank1: found.map((cells) => Number(cells[6])), identityBalancedMap: found.map((cells) => Number(cells[7])) }
}
