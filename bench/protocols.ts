/**
 * `node scripts/bench.mjs protocols --data nyala=DIR --data seals=DIR --model resnet50-imagenet.onnx`: one table of protocols and metrics, with
 * intervals and chance: the frozen network, a head on it, a network trained from random weights, and places of the coat, each on the same photos.
 * - nyala: the test photos, against the training photos. No sighting is on both sides.
 * - nyala-512: the same photos, larger; with `--locate isnet.onnx` networks see the animal alone, the background filled, and places lie on it.
 * - seals, and any other folder or table of photos: two fifths against the others; encounters stay whole, or photos that look alike where these are not known.
 * Heads and networks learn from the other side alone, for as long as the recipe says: the scored photos choose nothing.
 * Writes results/protocols-<processor>.csv, a row a score; a model and seed that are there are not run again. Prints the table of docs/results.md.
 */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { EvaluationReport, ProtocolReport } from '../src/identify/index.ts'
import { root, rosette, today } from './command.ts'
import { dividedTable } from './divided.ts'
import { processorName } from './processor.ts'
import { protocolTable, rowsOfFiles } from './protocol-table.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string', multiple: true, default: [] },
    model: { type: 'string', default: 'resnet50-imagenet.onnx' },
    /** A network that finds the animal, with its description beside it. */
    locate: { type: 'string' },
    /** Of those below; all unless given. */
    models: { type: 'string' },
    seeds: { type: 'string', default: '1,2,3' },
    threads: { type: 'string', default: '1' },
    /** The rows to add to and show; results/protocols-<processor>.csv unless given. Of further files those of other models and photos are shown too. */
    results: { type: 'string', multiple: true },
  },
})

const scratch = mkdtempSync(join(tmpdir(), 'rosette-protocols-'))

/** What the frozen network sees of a photo: its description, and the network that finds the animal. */
interface View {
  readonly description: string
  readonly flags: readonly string[]
}

const whole: View = { description: join(root, 'presets', 'resnet50-imagenet.model.json'), flags: [] }
/** The animal alone: what becomes of the background is its description's `alpha`. */
const cut = (alpha: 'mean' | 'keep' | 'black'): View => ({
  description: describedWith(alpha),
  flags: values.locate === undefined ? [] : ['--locate', values.locate],
})
const animal = cut('mean')

interface Recipe {
  readonly view: View
  /** Undefined for a model that is taken as it is. */
  readonly train?: readonly string[]
  /** How places of the coat join its similarities; not at all unless given. */
  readonly match?: readonly string[]
}

const headOn = (view: View): Recipe => ({
  view,
  train: ['--backbone', values.model, '--model-config', view.description, '--freeze'],
})

/** How each model comes to be. */
const recipes: Readonly<Record<string, Recipe>> = {
  'ResNet50 of ImageNet, frozen': { view: whole },
  'a head on it': headOn(whole),
  'ConvNeXt-Atto from random weights, 64 px, 30 epochs': {
    view: whole,
    train: ['--preset', 'atto', '--set', 'epochs=30', '--set', 'image.widthPx=64', '--set', 'image.heightPx=64'],
  },
  ...(values.locate === undefined
    ? {}
    : {
        'ResNet50 of ImageNet, frozen, on the animal alone': { view: animal },
        'a head on it, on the animal alone': headOn(animal),
        'a head on it, cut to the animal': headOn(cut('keep')),
        'a head on it, the background black': headOn(cut('black')),
        'RootSIFT, on the animal alone': { view: animal, match: ['local', '--matcher', 'sift'] },
        'RootSIFT and coat descriptor, on the animal alone': {
          view: animal,
          match: ['local', '--matcher', 'sift,coat'],
        },
        'both and the frozen ResNet50, on the animal alone': {
          view: animal,
          match: ['fused', '--matcher', 'sift,coat'],
        },
      }),
}

const [file = join(root, 'results', `protocols-${processorName()}.csv`), ...further] = values.results ?? []
const header = 'date,data,model,seed,protocol,score,queries,value,low,high,by_chance'
mkdirSync(join(root, 'results'), { recursive: true })
if (!existsSync(file)) writeFileSync(file, `${header}\n`)
try {
  for (const named of values.data) await measureAll(named)
} finally {
  rmSync(scratch, { recursive: true })
}
const shown = rowsOfFiles([file, ...further].map((path) => readFileSync(path, 'utf8')))
for (const which of ['main', 'further'] as const) console.log(`${protocolTable(shown, which)}\n`)

async function measureAll(named: string): Promise<void> {
  const [data = '', place = ''] = named.split('=')
  const table = join(scratch, `${data}.csv`)
  const images = await dividedTable(place, table) // which are learned from (train) and scored (test)
  const photos = ['--data', table, '--images', images]
  for (const model of values.models?.split(';') ?? Object.keys(recipes)) {
    const recipe = recipes[model]
    if (recipe === undefined) throw new Error(`'${model}': expected one of ${Object.keys(recipes).join('; ')}`)
    for (const seed of recipe.train === undefined ? ['0'] : values.seeds.split(',')) {
      if (readFileSync(file, 'utf8').includes(`,${data},"${model}",${seed},`)) continue
      const begin = performance.now()
      const run = join(scratch, 'run')
      const seen = [...photos, ...recipe.view.flags]
      const common = [...seen, '--out', run, '--seed', seed, '--threads', values.threads, '--overwrite']
      if (recipe.train !== undefined) await rosette(['train', ...recipe.train, ...common, '--set', 'validation=none'])
      const how = recipe.train === undefined ? [values.model, '--model-config', recipe.view.description] : [run]
      const places = recipe.match === undefined ? [] : ['--match', ...recipe.match]
      const protocols = await evaluated([...how, ...places], seen)
      const facts = [today(), data, `"${model}"`, seed]
      appendFileSync(
        file,
        rowsOf(protocols)
          .map((row) => `${[...facts, ...row].join(',')}\n`)
          .join(''),
      )
      process.stderr.write(
        `${data}, ${model}, seed ${seed}: ${((performance.now() - begin) / 60_000).toFixed(1)} min\n`,
      )
    }
  }
}

/** The network's description with another background: `mean` is its own mean colour. */
function describedWith(alpha: string): string {
  const description = JSON.parse(readFileSync(whole.description, 'utf8')) as { readonly preprocess: object }
  const path = join(scratch, `${alpha}.model.json`)
  writeFileSync(path, JSON.stringify({ ...description, preprocess: { ...description.preprocess, alpha } }))
  return path
}

async function evaluated(model: readonly string[], photos: readonly string[]): Promise<ProtocolReport> {
  const out = join(scratch, 'metrics.json')
  const how = ['--tta', 'flip', '--threads', values.threads]
  await rosette(['evaluate', '--model', ...model, ...photos, ...how, '--protocols', 'all', '--out', out, '--overwrite'])
  const { protocols } = JSON.parse(readFileSync(out, 'utf8')) as EvaluationReport
  if (protocols === null) throw new Error(`${out}: no protocols`)
  return protocols
}

type Row = readonly (string | number)[]

function rowsOf({ allPhotos, otherEncounters, queriesAgainstGallery, knownAndNew, gap }: ProtocolReport): Row[] {
  const closed = [
    ['each photo against all others', allPhotos],
    ['each photo against all others (the queries of other encounters)', gap && { ...gap.leftIn, queries: gap.queries }],
    ['each photo against other encounters', otherEncounters],
    ['queries against a gallery', queriesAgainstGallery],
  ] as const
  const rows = closed.flatMap(([protocol, scores]) =>
    scores === null
      ? []
      : Object.entries(scores.intervals.identity?.scores ?? {}).map(([score, interval]) =>
          row(protocol, score, scores.queries, [numberIn(scores, score), ...interval, numberIn(scores.chance, score)]),
        ),
  )
  if (knownAndNew !== null)
    for (const score of ['auroc', 'baks', 'baus', 'geometricMean'] as const) {
      const { knownQueries, newQueries, intervals, chance } = knownAndNew
      const numbers = [knownAndNew[score], ...intervals[score], chance[score]]
      rows.push(row('known and new individuals', score, knownQueries + newQueries, numbers))
    }
  if (gap !== null)
    for (const score of ['rank1', 'identityBalancedMap'] as const) {
      const { a, b, difference, interval } = gap[score]
      const protocol = `gap on the same queries: from ${a.toFixed(4)} to ${b.toFixed(4)}`
      rows.push(row(protocol, score, gap.queries, [difference, ...interval, 0]))
    }
  return rows
}

function row(protocol: string, score: string, queries: number, numbers: readonly number[]): Row {
  return [protocol, score, queries, ...numbers.map((number) => number.toFixed(4))]
}

function numberIn(scores: object, name: string): number {
  const found: unknown = Object.entries(scores).find(([key]) => key === name)?.[1]
  if (typeof found !== 'number') throw new Error(`${name}: no number`)
  return found
}
