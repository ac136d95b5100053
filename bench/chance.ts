/**
 * `node scripts/bench.mjs chance --nyala FOLDER`: what a random order reaches on the queries and galleries of rows that were measured before their
 * tables had columns for it. Splits and photos are those that the rows tell of, made anew without drawing, training or embedding anything; how many
 * photos or queries there are must be what the row says. Fills the last columns of results/losses-*.csv, precision-training-*.csv,
 * claims-procedural-jaguars.csv, pretraining-procedural-jaguars.csv, trained-splits-procedural-jaguars.csv and post-processing.csv; what is filled
 * stays. Without --nyala rows of nyala stay empty.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { groupedSplit, openDataset, type Photo } from '../src/data/index.ts'
import { labelsOf } from '../src/identify/index.ts'
import type { PhotoLabels } from '../src/retrieval/index.ts'
import { studio } from '../src/synth/index.ts'
import {
  type ByChance,
  chanceAgainst,
  chanceAmong,
  chanceCells,
  chanceColumns,
  chanceColumnsWithoutMap,
} from './by-chance.ts'
import { root } from './command.ts'

const { values } = parseArgs({ options: { nyala: { type: 'string' } } })
type Row = Readonly<Record<string, string>>

/** Undefined where the row's photos are not at hand. */
type ChanceOfRow = (row: Row) => ByChance | undefined

const results = join(root, 'results')
for (const name of readdirSync(results).filter((file) => /^losses-.*\.csv$/.test(file)))
  fill(name, { columns: chanceColumns, of: ofLosses, same: ({ photos }) => ({ test_photos: photos }) })
for (const name of readdirSync(results).filter((file) => /^precision-training-.*\.csv$/.test(file)))
  fill(name, { columns: chanceColumns, of: ofPrecision, same: ({ photos }) => ({ test_photos: photos }) })
fill('claims-procedural-jaguars.csv', {
  columns: chanceColumns,
  of: ({ seed }) => chanceAmong(drawn('24', '40', seed).test),
  same: ({ photos }) => ({ photos }),
})
fill('pretraining-procedural-jaguars.csv', {
  columns: chanceColumns,
  of: ofPretraining,
  same: ({ photos }) => ({ test_photos: photos }),
})
fill('trained-splits-procedural-jaguars.csv', {
  columns: chanceColumnsWithoutMap,
  of: ofTrainedSplits,
  same: ({ queries }) => ({ queries }),
})
fill('post-processing.csv', {
  columns: chanceColumnsWithoutMap,
  of: ofPostProcessing,
  same: ({ gallery }) => ({ photos: gallery }),
})

interface Filled {
  readonly columns: readonly (typeof chanceColumns)[number][]
  readonly of: ChanceOfRow
  /** Columns of the row that must have these numbers. */
  readonly same: (found: ByChance) => Readonly<Record<string, number>>
}

function fill(name: string, { columns, of, same }: Filled): void {
  const file = join(results, name)
  const [header = '', ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n')
  const added = columns.filter((column) => !header.split(',').includes(column))
  const names = [...header.split(','), ...added]
  let filled = 0
  const rows = lines.map((line) => {
    const told = cellsOf(line)
    const own = told.slice(0, names.length - columns.length)
    if (told.length === names.length && told.at(-1) !== '') return line
    const row = Object.fromEntries(names.map((column, i) => [column, own[i]?.replaceAll('"', '') ?? '']))
    const found = of(row)
    if (found === undefined) return [...own, ...columns.map(() => '')].join(',')
    for (const [column, number] of Object.entries(same(found)))
      if (row[column] !== String(number))
        throw new Error(`${name}: ${line}: ${column}: the row says ${row[column]}, its photos made anew are ${number}`)
    filled++
    return [...own, ...chanceCells(found.chance, columns)].join(',')
  })
  writeFileSync(file, `${[names.join(','), ...rows].join('\n')}\n`)
  console.log(`${name}: ${filled} of ${rows.length} rows filled`)
}

/** A line's cells as they are written, quotes and all. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)("[^"]*"|[^,]*)/g)].map(([, cell]) => cell ?? '')
}

/** The photos of a drawn dataset. */
function drawn(identities: string | undefined, photosPerIdentity: string | undefined, seed: string = '') {
  const { photos } = studio({ identities: Number(identities), photosPerIdentity: Number(photosPerIdentity), seed })
  const of = (split: 'train' | 'test') => photos.filter((photo) => photo.split === split)
  const train = of('train').map((photo): Photo => {
    const filename = `train/train/${photo.filename}`
    return { filename, path: filename, identity: photo.name, encounter: photo.encounter, extra: {} }
  })
  const test = of('test')
  return {
    train,
    test: { identities: test.map(({ name }) => name), encounters: test.map(({ encounter }) => encounter) },
  }
}

/** Individuals and photos of each, of `24 x 40 at 64 px for 16 epochs`. */
function countsOf(budget: string | undefined): readonly [string | undefined, string | undefined] {
  const [, individuals, photos] = /^(\d+) x (\d+) /.exec(budget ?? '') ?? []
  return [individuals, photos]
}

/** The new photos of nyala and the known ones; undefined where they are not at hand. */
function nyala(): { readonly fresh: PhotoLabels; readonly known: PhotoLabels } | undefined {
  if (values.nyala === undefined) return undefined
  const fresh = join(values.nyala, 'test_identities.csv')
  const columns = { encounter: 'sighting' }
  return {
    fresh: labelsOf(openDataset(fresh, { images: join(values.nyala, 'test', 'test'), columns }).photos),
    known: labelsOf(openDataset(values.nyala, { requireIdentity: true }).photos),
  }
}

function ofLosses({ data, budget, seed }: Row): ByChance | undefined {
  if (data === 'drawn jaguars') return chanceAmong(drawn(...countsOf(budget), seed).test)
  const photos = nyala()
  return photos && chanceAmong(photos.fresh)
}

function ofPrecision({ budget, seed }: Row): ByChance {
  return chanceAmong(drawn(...countsOf(budget), seed).test)
}

/** As `bench/pretraining.ts` draws them: few of the training photos are learned from, and all test photos are asked about. */
function ofPretraining({ individuals, seed }: Row): ByChance {
  return chanceAmong(drawn(individuals, '40', seed).test)
}

/** As `bench/trained-inflation.ts` divides and asks. */
function ofTrainedSplits({ budget, seed, validates, score_on: scoredOn }: Row): ByChance {
  const { train, test } = drawn(...countsOf(budget), seed)
  const kind = validates === 'by lot' ? 'stratified' : 'encounter'
  const split = groupedSplit(train, { kind, fraction: 0.25, seed: Number(seed) })
  const side = (rows: readonly number[]) => ({ identities: rows.map((row) => train[row]!.identity ?? '') })
  return chanceAgainst(scoredOn === 'validation' ? side(split.validation) : test, side(split.train))
}

/** The drawn jaguars are those of `bench/trained-splits.ts`. */
function ofPostProcessing({ queries, gallery }: Row): ByChance | undefined {
  const [, seed] = /^drawn jaguars (\d+)$/.exec(queries ?? '') ?? []
  if (seed !== undefined) return chanceAmong(drawn('24', '20', seed).test)
  const photos = nyala()
  if (photos === undefined) return undefined
  return gallery === 'each other' ? chanceAmong(photos.fresh) : chanceAgainst(photos.fresh, photos.known)
}
