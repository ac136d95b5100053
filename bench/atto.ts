/**
 * `node scripts/bench.mjs atto --nyala DIR`: settings of the preset `atto`, and larger backbones with these, where no test looks. Of nyala's
 * known photos a fifth of the sightings is set aside; of drawn jaguars, by seeds that nothing else uses, a fifth of the encounters. Each seed sets others aside and starts another
 * network; the score is that of the last epoch, each photo against those of other encounters that were set aside. Writes
 * results/atto-settings-<processor>.csv, a row a run, with chance on the same photos and the mean loss of the last ten steps; what is there is
 * not run again.
 */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatTable, mean, standardDeviation } from '../src/base/index.ts'
import { root, rosette, type Scores, scoreCells, today } from './command.ts'
import { drawnTable } from './drawn-table.ts'
import { nyalaTable } from './nyala-table.ts'
import { processorName } from './processor.ts'

const { values } = parseArgs({
  options: {
    /** Without it only drawn jaguars are asked. */
    nyala: { type: 'string' },
    seeds: { type: 'string', default: '101,102,103' },
    /** Of those below; all unless given. */
    settings: { type: 'string' },
    individuals: { type: 'string', default: '24' },
    photos: { type: 'string', default: '40' },
    epochs: { type: 'string', default: '40' },
    size: { type: 'string', default: '96' },
    threads: { type: 'string', default: '1' },
  },
})

/** What each changes of the preset. */
const settings: Readonly<Record<string, readonly string[]>> = {
  'as it is: margin 0.2, scale 16, rate 2e-3': [],
  'margin 0.5, scale 30, rate 1e-3': ['loss.marginRad=0.5', 'loss.scale=30', 'optimiser.learningRate=1e-3'],
  'as it is, with a batch-hard triplet': [
    ...['sampler.kind=pxk', 'sampler.photosPerIdentity=4', 'pairLoss.kind=triplet'],
  ],
  'as it is, with multi-similarity': [
    ...['sampler.kind=pxk', 'sampler.photosPerIdentity=4', 'pairLoss.kind=multi-similarity'],
  ],
  'as it is, with convnext_femto': ['model.backbone=convnext_femto'],
  'as it is, with convnext_pico': ['model.backbone=convnext_pico'],
  'as it is, with convnext_nano': ['model.backbone=convnext_nano'],
}

const { individuals, photos, epochs, size } = values
const file = join(root, 'results', `atto-settings-${processorName()}.csv`)
if (!existsSync(file))
  writeFileSync(file, 'date,data,settings,seed,budget,photos,chance,last_loss,rank1,map,identity_balanced_map\n')
const scratch = mkdtempSync(join(tmpdir(), 'rosette-atto-'))
const names = values.settings?.split(';') ?? Object.keys(settings)
const kinds = values.nyala === undefined ? (['drawn jaguars'] as const) : (['drawn jaguars', 'nyala'] as const)
type Kind = (typeof kinds)[number]

/** What metrics.json says of a random order. */
interface Chance {
  readonly chance: { readonly identityBalancedMap: number }
}

try {
  for (const seed of values.seeds.split(','))
    for (const kind of kinds) for (const name of names) await measure(kind, name, seed)
} finally {
  rmSync(scratch, { recursive: true })
}
console.log(formatTable(['data', 'settings', 'seeds', 'identity-balanced mAP', 'σ', 'to the first', 'σ'], summary()))

async function measure(kind: Kind, name: string, seed: string): Promise<void> {
  if (rowsOf(kind, name).some((cells) => cells[0] === seed)) return
  const changed = settings[name]
  if (changed === undefined) throw new Error(`'${name}': expected one of ${Object.keys(settings).join('; ')}`)
  const out = join(scratch, 'run')
  const set = [`epochs=${epochs}`, `image.widthPx=${size}`, `image.heightPx=${size}`, ...alphaOf(kind), ...changed]
  const aside = ['validation=encounter', 'validateEvery=1000']
  const flags = [...set, ...aside].flatMap((one) => ['--set', one])
  const how = ['--preset', 'atto', '--out', out, '--seed', seed, '--threads', values.threads, '--overwrite']
  await rosette(['train', ...(await photosOf(kind, seed)), ...how, ...flags])
  const scores = JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8')) as Scores & Chance
  const chance = scores.chance.identityBalancedMap.toFixed(4)
  const told = [scores.photos, chance, lastLoss(join(out, 'log.jsonl')), ...scoreCells(scores)]
  const facts = [today(), kind, `"${name}"`, seed, budgetOf(kind), ...told]
  appendFileSync(file, `${facts.join(',')}\n`)
  process.stderr.write(`seed ${seed}: ${kind}, ${name}: ${scores.identityBalancedMap.toFixed(3)}\n`)
}

/** Mean of the last ten steps. */
function lastLoss(log: string): string {
  const steps = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{"kind":"step"'))
    .map((line) => (JSON.parse(line) as { readonly loss: number }).loss)
  return mean(steps.slice(-10)).toFixed(2)
}

/** Drawn photos have masks, and a network sees the animal alone, as the demo's does. */
function alphaOf(kind: Kind): string[] {
  return kind === 'drawn jaguars' ? ['image.alpha=crop-black'] : []
}

/** Photos to train with, and to set some aside of; never those that a test scores. */
async function photosOf(kind: Kind, seed: string): Promise<string[]> {
  const table = join(scratch, `${kind}-${seed}.csv`)
  if (kind === 'drawn jaguars') {
    const drawn = join(scratch, `jaguars-${seed}`)
    if (!existsSync(drawn))
      await rosette(['synth', '--out', drawn, '--identities', individuals, '--photos', photos, '--seed', seed])
    writeFileSync(table, drawnTable(drawn))
    return ['--data', table, '--images', drawn]
  }
  const images = values.nyala ?? ''
  const known = nyalaTable(images, { fresh: 'test' })
    .split('\n')
    .filter((line) => !line.endsWith(',test'))
    .map((line) => line.replace(/,[^,]*$/, '')) // the split, which is `train` for all of them
  writeFileSync(table, known.join('\n'))
  return ['--data', table, '--images', images, '--columns', 'identity=ground_truth,encounter=sighting']
}

function budgetOf(kind: Kind): string {
  const counts = kind === 'nyala' ? 'known photos' : `${individuals} x ${photos}`
  return `${counts} at ${size} px for ${epochs} epochs`
}

/** Seed, budget, photos and scores of each run of these settings, as the file has them for this budget. */
function rowsOf(kind: Kind, name: string): string[][] {
  const start = `${kind},"${name}",`
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.slice(line.indexOf(',') + 1))
    .filter((line) => line.startsWith(start))
    .map((line) => line.slice(start.length).split(','))
    .filter((cells) => cells[1] === budgetOf(kind))
}

function summary(): string[][] {
  return kinds.flatMap((kind) => {
    const first = scoresBySeed(kind, names[0]!)
    return names.map((name) => {
      const scores = scoresBySeed(kind, name)
      const gains = [...scores].flatMap(([seed, score]) => (first.has(seed) ? [score - first.get(seed)!] : []))
      return [kind, name, String(scores.size), ...meanAndDeviation([...scores.values()]), ...meanAndDeviation(gains)]
    })
  })
}

function scoresBySeed(kind: Kind, name: string): ReadonlyMap<string, number> {
  return new Map(rowsOf(kind, name).map((cells) => [cells[0]!, Number(cells.at(-1))]))
}

function meanAndDeviation(numbers: readonly number[]): string[] {
  return [mean(numbers), standardDeviation(numbers)].map((value) => value.toFixed(3))
}
