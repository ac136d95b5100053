/**
 * Which losses help, and does a curriculum: the same network, photos, steps and seed under each of them; the difference to ArcFace alone is paired
 * by seed.
 * - jaguars: a miniature ConvNeXt from random weights on drawn jaguars, scored on photos of other encounters. Each seed draws other animals.
 * - nyala (with --nyala FOLDER and --model resnet50-imagenet.onnx): a head on a frozen network, scored on new photos without a photo's own
 *   sighting.
 * Writes results/losses-<processor>.csv, a row a run; what is there is not run again.
 *
 * Each variant may be named with `, encounters unknown` after it: then the training is not told which photos are of one encounter.
 *
 *     node scripts/bench.mjs losses --seeds 1,2,3 --variants "ArcFace, shuffled;ArcFace;ArcFace, encounters unknown"
 */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { formatTable, mean, standardDeviation } from '../src/base/index.ts'
import { chanceCells, chanceColumns } from './by-chance.ts'
import { fromRandomWeights, type MeasuredScores, root, rosette, scoreCells, scoresOnTest, today } from './command.ts'
import { drawnTable } from './drawn-table.ts'
import { nyalaTable } from './nyala-table.ts'
import { processorName } from './processor.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    /** Of those below; all unless given. */
    variants: { type: 'string' },
    nyala: { type: 'string' },
    model: { type: 'string', default: 'resnet50-imagenet.onnx' },
    individuals: { type: 'string', default: '24' },
    photos: { type: 'string', default: '40' },
    epochs: { type: 'string', default: '16' },
    size: { type: 'string', default: '64' },
    threads: { type: 'string', default: '1' },
    /** Where drawn photos are kept and found again; nowhere unless given. */
    drawn: { type: 'string' },
  },
})

/** Eight individuals a batch, four photos of each. */
const pxk = ['sampler.kind=pxk', 'sampler.photosPerIdentity=4']
const added = (kind: string, ...more: readonly string[]) => [...pxk, `pairLoss.kind=${kind}`, ...more]

/** A curriculum follows what validations find hard: a fifth of the encounters validates, and trains in no variant that is compared with it. */
const watched = ['validation=encounter', 'validateEvery=2']

/** What each variant changes. */
const variants: Readonly<Record<string, readonly string[]>> = {
  'ArcFace, shuffled': [],
  ArcFace: pxk,
  'ArcFace + triplet, batch-hard': added('triplet'),
  'ArcFace + triplet, semi-hard': added('triplet', 'pairLoss.mining=semi-hard'),
  'ArcFace + multi-similarity': added('multi-similarity'),
  'ArcFace + circle': added('circle', 'pairLoss.weight=0.1'),
  'ArcFace + supervised contrast': added('supervised-contrastive'),
  'triplet, batch-hard': [...pxk, 'loss.kind=triplet'],
  'multi-similarity': [...pxk, 'loss.kind=multi-similarity'],
  'supervised contrast': [...pxk, 'loss.kind=supervised-contrastive'],
  circle: [...pxk, 'loss.kind=circle'],
  'triplet, batch-hard, bank of 256': [...pxk, 'loss.kind=triplet', 'memoryBank=256'],
  'ArcFace + triplet, batch-hard, bank of 256': added('triplet', 'memoryBank=256'),
  'ArcFace, shuffled, a fifth validates': watched,
  'ArcFace, shuffled, a fifth validates, curriculum of 0.25': [...watched, 'sampler.curriculum=0.25'],
  'ArcFace, shuffled, a fifth validates, curriculum of 0.5': [...watched, 'sampler.curriculum=0.5'],
  'sub-center ArcFace, shuffled': ['loss.kind=sub-center-arcface'],
  'dynamic-margin ArcFace, shuffled': ['loss.kind=dynamic-margin-arcface'],
  'AdaFace, shuffled': ['loss.kind=adaface'],
  'ArcFace, shuffled, class-balanced': ['classBalance=0.9'],
}

/** After a variant's name: its training does not know the encounters. */
const unknown = ', encounters unknown'

/** The variant that another is compared with: the one that trains on as many photos. */
const baselineOf = (name: string) =>
  name.includes('a fifth validates') ? 'ArcFace, shuffled, a fifth validates' : 'ArcFace, shuffled'

const file = join(root, 'results', `losses-${processorName()}.csv`)
const header = `date,data,variant,seed,budget,test_photos,rank1,map,identity_balanced_map,${chanceColumns.join(',')}`
mkdirSync(join(root, 'results'), { recursive: true })
if (!existsSync(file)) writeFileSync(file, `${header}\n`)

const scratch = mkdtempSync(join(tmpdir(), 'rosette-losses-'))
const { individuals, photos, epochs, size, threads } = values
const names = values.variants?.split(';') ?? Object.keys(variants)
const budget = values.nyala === undefined ? `${individuals} x ${photos} at ${size} px for ${epochs} epochs` : 'head'
const dataName = values.nyala === undefined ? 'drawn jaguars' : 'nyala'
try {
  for (const seed of values.seeds.split(',')) for (const name of names) await measure(name, Number(seed))
} finally {
  rmSync(scratch, { recursive: true })
}
console.log(formatTable(['loss', 'seeds', 'identity-balanced mAP', 'σ', 'difference', 'σ'], summary()))

async function measure(name: string, seed: number): Promise<void> {
  if (scoresBySeed(name).has(seed)) return
  const settings = variants[name.endsWith(unknown) ? name.slice(0, -unknown.length) : name]
  if (settings === undefined) throw new Error(`'${name}': expected one of ${Object.keys(variants).join('; ')}`)
  const out = join(scratch, 'run')
  const begin = performance.now()
  const scores =
    values.nyala === undefined
      ? await onJaguars(out, seed, settings, !name.endsWith(unknown))
      : await onNyala(out, seed, values.nyala, settings)
  const facts = [today(), dataName, `"${name}"`, seed, budget, scores.photos]
  const cells = [...scoreCells(scores), ...chanceCells(scores.chance, chanceColumns)]
  appendFileSync(file, `${[...facts, ...cells].join(',')}\n`)
  const minutes = ((performance.now() - begin) / 60_000).toFixed(1)
  process.stderr.write(`seed ${seed}: ${name}: ${scores.identityBalancedMap.toFixed(3)} in ${minutes} min\n`)
}

async function onJaguars(
  out: string,
  seed: number,
  settings: readonly string[],
  known: boolean,
): Promise<MeasuredScores> {
  const data = resolve(values.drawn ?? scratch, `jaguars-${seed}`)
  if (!existsSync(data))
    await rosette(['synth', '--out', data, '--identities', individuals, '--photos', photos, '--seed', `${seed}`])
  const growing = `schedule.marginWarmupEpochs=${Math.round((2 * Number(epochs)) / 3)}` // as the preset has it
  const set = [
    ...fromRandomWeights.filter(fits(settings)),
    `epochs=${epochs}`,
    growing,
    `image.widthPx=${size}`,
    `image.heightPx=${size}`,
    ...settings,
  ]
  await learn(out, seed, [...photosOf(data, settings, known), '--preset', 'demo'], set)
  return scoresOnTest(out, data, { out: join(scratch, 'metrics.json') })
}

/** Of the settings that a variant changes, those that its loss has: a margin that is an angle, and a scale. */
function fits(variant: readonly string[]): (setting: string) => boolean {
  const kind = variant.find((setting) => setting.startsWith('loss.kind='))?.slice('loss.kind='.length) ?? 'arcface'
  const isArcFace = kind.endsWith('arcface')
  return (setting) => {
    if (setting.startsWith('loss.marginRad=')) return isArcFace
    return !setting.startsWith('loss.scale=') || isArcFace || kind === 'adaface'
  }
}

/** A table where encounters validate, or are not to be known; the folder tells them otherwise. */
function photosOf(data: string, settings: readonly string[], known: boolean): string[] {
  if (known && !settings.includes('validation=encounter')) return ['--data', data]
  const table = join(scratch, `${basename(data)}${known ? '' : '-unknown'}.csv`)
  if (!existsSync(table)) writeFileSync(table, drawnTable(data, { known }))
  return ['--data', table, '--images', data]
}

/**
 * One table of known and of new photos, which alone are scored, after the last epoch: the frozen network sees each photo once for all runs.
 * Their sightings are known, and a photo does not meet its own.
 */
async function onNyala(out: string, seed: number, data: string, settings: readonly string[]): Promise<MeasuredScores> {
  const table = join(scratch, 'nyala.csv')
  if (!existsSync(table)) writeFileSync(table, nyalaTable(data, { fresh: 'val' }))
  const description = join(root, 'presets', 'resnet50-imagenet.model.json')
  const network = ['--backbone', values.model, '--model-config', description, '--freeze']
  const columns = ['--columns', 'identity=ground_truth,encounter=sighting,split=split']
  await learn(
    out,
    seed,
    ['--data', table, '--images', data, ...columns, ...network],
    ['validateEvery=1000', ...settings],
  )
  return JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8')) as MeasuredScores
}

async function learn(out: string, seed: number, what: readonly string[], set: readonly string[]): Promise<void> {
  const settings = set.flatMap((setting) => ['--set', setting])
  await rosette(['train', ...what, '--out', out, '--seed', `${seed}`, '--threads', threads, '--overwrite', ...settings])
}

/** Identity-balanced mAP of a variant by seed, as the file has them for this budget. */
function scoresBySeed(name: string): ReadonlyMap<number, number> {
  const start = `${dataName},"${name}",`
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.slice(line.indexOf(',') + 1))
    .filter((line) => line.startsWith(start))
    .map((line) => line.slice(start.length).split(','))
    .filter((cells) => cells[1] === budget)
  return new Map(rows.map(([seed, , , , , score]) => [Number(seed), Number(score)]))
}

function summary(): string[][] {
  return names.map((name) => {
    const before = scoresBySeed(baselineOf(name))
    const scores = scoresBySeed(name)
    const differences = [...scores].flatMap(([seed, score]) => (before.has(seed) ? [score - before.get(seed)!] : []))
    const cells = [scores.size, mean([...scores.values()]), standardDeviation([...scores.values()])]
    const paired = differences.length === 0 ? ['', ''] : [mean(differences), standardDeviation(differences)]
    return [
      name,
      ...[...cells, ...paired].map((x) => (typeof x === 'number' && !Number.isInteger(x) ? x.toFixed(3) : `${x}`)),
    ]
  })
}
