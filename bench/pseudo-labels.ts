/**
 * What a second round with pseudo-labels is worth, on drawn jaguars. Half of each individual's encounters are known, the other half is photos that
 * nobody has named. The folds of a cross-validation on the known ones propose names for the others; a network then trains on both. Beside it stand networks
 * trained on the known photos alone, for fewer steps and for as many, and one that was told every name. All are scored on the test photos, of
 * encounters that no network saw. Each seed draws other animals and starts other networks.
 * Appends to results/pseudo-labels-procedural-jaguars.csv; a network whose row is there is not trained again.
 *
 *     node scripts/bench.mjs pseudo-labels --seeds 1,2,3
 */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parse } from 'csv-parse/sync'
import { csvLine } from '../src/base/index.ts'
import { chanceCells, chanceColumns } from './by-chance.ts'
import { type MeasuredScores, root, rosette, scoreCells, scoresOnTest, today } from './command.ts'
import { drawnTable } from './drawn-table.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    folds: { type: 'string', default: '3' },
    individuals: { type: 'string', default: '24' },
    photos: { type: 'string', default: '40' },
    epochs: { type: 'string', default: '12' },
    /** Least confidences; each is a second round of its own. */
    confidences: { type: 'string', default: '0.95,0.8' },
    threads: { type: 'string', default: '1' },
  },
})

const file = join(root, 'results', 'pseudo-labels-procedural-jaguars.csv')
const header = `date,trained_on,seed,backbone,size,individuals,photos,epochs,folds,unnamed,proposed,proposed_right,split,test_photos,rank1,map,identity_balanced_map,${chanceColumns.join(',')}\n`
const scratch = mkdtempSync(join(tmpdir(), 'rosette-pseudo-labels-'))
const epochs = Number(values.epochs)

if (!existsSync(file)) writeFileSync(file, header)
for (const seed of values.seeds.split(',')) await rounds(seed)
rmSync(scratch, { recursive: true, force: true })

interface Photo {
  readonly filename: string
  readonly identity: string
  readonly encounter: string
}

/** What came of the proposals: how many photos got a name, and how many the right one. */
interface Proposals {
  readonly proposed: number
  readonly right: number
}

/** Both rounds, and what they are compared with, for one seed. */
async function rounds(seed: string): Promise<void> {
  const data = join(scratch, `jaguars-${seed}`)
  await rosette(['synth', '--out', data, '--identities', values.individuals, '--photos', values.photos, '--seed', seed])
  const photos = rowsOf<Photo>(drawnTable(data))
  const known = knownHalf(photos)
  const unnamed = photos.filter((photo) => !known.includes(photo))
  const [named, others, all] = [
    table(data, 'known.csv', known),
    table(data, 'new.csv', unnamed),
    table(data, 'all.csv', photos),
  ]
  const total = epochs * photos.length
  /** As many steps as `epochs` of all photos take. */
  const round = async (what: string, photosFrom: string, count: number, came?: Proposals, many?: number) => {
    if (readFileSync(file, 'utf8').includes(`,"${what}",${seed},`)) return
    const passes = many ?? Math.round(total / count)
    const run = join(scratch, `run-${seed}-${what.replace(/\W+/g, '-')}`)
    const scores = await trained(run, data, { photosFrom, seed, many: passes })
    const { individuals, folds } = values
    const about = [today(), `"${what}"`, seed, 'convnext_mini', '128×64', individuals, known.length, passes, folds]
    const cells = [...scoreCells(scores), ...chanceCells(scores.chance, chanceColumns)]
    const proposals = [unnamed.length, came?.proposed ?? '', came?.right ?? '']
    const row = [...about, ...proposals, 'test (other encounters)', scores.photos, ...cells]
    appendFileSync(file, `${row.join(',')}\n`)
  }
  await round('known photos alone, fewer steps', named, known.length, undefined, epochs)
  await round('known photos alone', named, known.length)
  await round('all photos, every name told', all, photos.length)
  const cv = join(scratch, `cv-${seed}`)
  await rosette(['cv', ...settings(seed, epochs), '--data', named, '--folds', values.folds, '--out', cv])
  for (const confidence of values.confidences.split(',')) {
    const second = join(data, `round-two-${confidence}.csv`)
    const proposing = ['--model', cv, '--data', named, '--unlabelled', others, '--min-confidence', confidence]
    await rosette(['pseudo-label', ...proposing, '--threads', values.threads, '--out', second])
    const came = proposalsOf(second, unnamed)
    await round(`known photos and those proposed at ${confidence}`, second, known.length + came.proposed, came)
  }
}

/** Of each individual every second encounter, the first one included. */
function knownHalf(photos: readonly Photo[]): Photo[] {
  const encounters = new Map<string, string[]>()
  for (const { identity, encounter } of photos) {
    const own = encounters.get(identity) ?? []
    if (!own.includes(encounter)) encounters.set(identity, [...own, encounter])
  }
  return photos.filter(({ identity, encounter }) => (encounters.get(identity)?.indexOf(encounter) ?? 0) % 2 === 0)
}

function table(folder: string, name: string, photos: readonly Photo[]): string {
  const path = join(folder, name)
  const rows = photos.map(({ filename, identity, encounter }) => csvLine([filename, identity, encounter]))
  writeFileSync(path, `filename,identity,encounter\n${rows.join('')}`)
  return path
}

/** Counts the names in the table of the second round against who is on the photos. */
function proposalsOf(second: string, unnamed: readonly Photo[]): Proposals {
  const truth = new Map(unnamed.map(({ filename, identity }) => [filename, identity]))
  const made = rowsOf<Photo & { readonly proposed: string }>(readFileSync(second, 'utf8')).filter(
    ({ proposed }) => proposed === 'yes',
  )
  const right = made.filter(({ filename, identity }) => truth.get(filename) === identity)
  if (made.some(({ filename }) => !truth.has(filename)))
    throw new Error(`${second}: a proposed photo has another name here`)
  return { proposed: made.length, right: right.length }
}

/** The demo's: a miniature network that begins with the weights that come with rosette. */
function settings(seed: string, many: number): string[] {
  return ['--preset', 'demo', '--threads', values.threads, '--seed', seed, '--set', `epochs=${many}`]
}

/** A network that learned all photos of a table, on the test photos. */
async function trained(
  run: string,
  data: string,
  { photosFrom, seed, many }: { readonly photosFrom: string; readonly seed: string; readonly many: number },
): Promise<MeasuredScores> {
  await rosette(['train', ...settings(seed, many), '--data', photosFrom, '--set', 'validation=none', '--out', run])
  return scoresOnTest(run, data, { out: join(scratch, 'metrics.json') })
}

function rowsOf<Row>(text: string): Row[] {
  return parse(text, { columns: true }) as Row[]
}
