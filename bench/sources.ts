/**
 * What finds the right animal among known ones, on photos of other sightings? Each source of similarity by itself, and fused: frozen networks on the
 * whole photo, on the animal alone, with the background filled or black; runs; places of the coat. All are asked through `rosette evaluate`, as a
 * user does, about the same queries and the same gallery. Rows of results/sources-<data>.csv (`-set-2-of-3` with `--every 3 --first 2`): a source that is
 * there already is replaced, the others stay.
 *
 *     node scripts/bench.mjs sources --data nyala-512 --locate isnet.onnx --match RootSIFT=sift \
 *       --model ResNet50=resnet50-imagenet.onnx --model "head=runs/head"
 *
 * Queries and gallery are of every n-th individual by name; of which photos they are, `askedAndKnown` says. `--locate` is a network that finds the animal, with its description beside it. The first
 * model is the one that places of the coat are fused with.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { parse } from 'csv-parse/sync'
import { check, csvText, formatTable } from '../src/base/index.ts'
import { askedAndKnown, ofEveryNth, photoTable } from './asked-and-known.ts'
import { root, rosette, today } from './command.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '' },
    every: { type: 'string', default: '1' },
    /** Which of those comes first, from 1. */
    first: { type: 'string', default: '1' },
    locate: { type: 'string', default: '' },
    /** NAME=PATH, several. */
    model: { type: 'string', multiple: true, default: [] },
    /** NAME=WORD of `--matcher`, several. */
    match: { type: 'string', multiple: true, default: [] },
    threads: { type: 'string', default: '1' },
  },
})
const { data, locate } = values
check(data !== '' && values.model.length > 0, 'bench sources: expected --data and --model')

/** What a frozen network sees of a photo: the `alpha` of its description, and whether the animal is found first. */
const views = [
  { name: 'whole photo', alpha: 'keep', isLocated: false },
  { name: 'cut to the animal', alpha: 'keep', isLocated: true },
  { name: 'cut, background filled', alpha: 'mean', isLocated: true },
  { name: 'cut, background black', alpha: 'black', isLocated: true },
] as const

interface Metrics {
  readonly queries: number
  readonly rank1: number
  readonly rank5: number
  readonly map: number
  readonly identityBalancedMap: number
  readonly chance: Readonly<Record<string, number>>
  readonly intervals: {
    readonly identity?: { readonly scores: Readonly<Record<string, readonly [number, number]>> }
  }
}

/** Sets of some of the individuals have files of their own. */
const set = values.every === '1' ? '' : `-set-${values.first}-of-${values.every}`
const columns = ['rank1', 'rank5', 'map', 'identityBalancedMap'] as const
const scratch = mkdtempSync(join(tmpdir(), 'rosette-sources-'))
const sides = await chosenSides()
const file = join(root, 'results', `sources-${basename(data)}${set}.csv`)
const [, ...rows] = existsSync(file) ? (parse(readFileSync(file, 'utf8'), { bom: true }) as string[][]) : []
const sourceAt = 5
let measured = 0

try {
  const models = values.model.map(named)
  for (const { name, path } of models)
    for (const view of extname(path) === '.onnx' ? views : views.slice(0, 1))
      if (!view.isLocated || locate !== '') await record(`${name}, ${view.name}`, modelArgs(path, view))
  // the animal alone first: a run that is stopped has these
  for (const view of [views[1], views[0]])
    for (const { name, path: word } of values.match.map(named))
      for (const how of ['local', 'fused'])
        if (!view.isLocated || locate !== '')
          await record(
            how === 'local' ? `${name}, ${view.name}` : `${models[0]!.name} fused with ${name}, ${view.name}`,
            [...modelArgs(models[0]!.path, view), '--match', how, '--matcher', word],
          )
} finally {
  rmSync(scratch, { recursive: true })
}
console.log(
  formatTable(
    ['source', ...columns],
    rows.map((row) => row.slice(sourceAt, sourceAt + 5)),
  ),
)

function named(text: string): { readonly name: string; readonly path: string } {
  const at = text.indexOf('=')
  check(at > 0, `bench sources: expected NAME=VALUE, got ${text}`)
  return { name: text.slice(0, at), path: text.slice(at + 1) }
}

function modelArgs(path: string, { alpha, isLocated }: (typeof views)[number]): string[] {
  const found = isLocated ? ['--locate', resolve(locate)] : []
  if (extname(path) !== '.onnx') return ['--model', path, ...found]
  const [beside, preset] = [join(dirname(path), 'model.json'), `${basename(path, '.onnx')}.model.json`]
  const described = existsSync(beside) ? beside : join(root, 'presets', preset)
  const description = JSON.parse(readFileSync(described, 'utf8')) as { readonly preprocess: object }
  const changed = join(scratch, `${basename(path, '.onnx')}-${alpha}.model.json`)
  writeFileSync(changed, JSON.stringify({ ...description, preprocess: { ...description.preprocess, alpha } }))
  return ['--model', path, '--model-config', changed, ...found]
}

async function record(source: string, args: readonly string[]): Promise<void> {
  const out = join(scratch, 'metrics.json')
  const photos = ['--data', sides.queries, '--images', '/', '--gallery', sides.gallery, '--gallery-images', '/']
  await rosette([
    'evaluate',
    ...photos,
    ...args,
    '--tta',
    'flip',
    '--threads',
    values.threads,
    '--out',
    out,
    '--overwrite',
  ])
  const { queries, chance, intervals, ...scores } = JSON.parse(readFileSync(out, 'utf8')) as Metrics
  const facts = [today(), basename(data), String(queries), String(sides.photos), String(sides.individuals)]
  const fixed = (value: number | undefined) => value?.toFixed(4) ?? ''
  if (measured++ === 0) keep([...facts, 'chance', ...columns.map((column) => fixed(chance[column])), '', '', '', ''])
  const { rank1, identityBalancedMap } = intervals.identity?.scores ?? {}
  const bounds = [rank1?.[0], rank1?.[1], identityBalancedMap?.[0], identityBalancedMap?.[1]]
  const found = [...columns.map((column) => fixed(scores[column])), ...bounds.map(fixed)]
  keep([...facts, source, ...found])
  // After each source: what was measured is kept when the next one fails.
  const header = ['date', 'data', 'queries', 'gallery_photos', 'individuals', 'source', ...columns]
  const ends = ['rank1_low', 'rank1_high', 'ib_map_low', 'ib_map_high']
  writeFileSync(file, csvText([[...header, ...ends], ...rows]))
  process.stderr.write(`${source}: ${found.join(' ')}\n`)
}

/** A row in place of that of the same source. */
function keep(row: string[]): void {
  const before = rows.findIndex((one) => one[sourceAt] === row[sourceAt])
  rows[before < 0 ? rows.length : before] = row
}

/** The photos of both sides, of every n-th individual by name, as tables of absolute places. */
async function chosenSides() {
  const { asked, known } = ofEveryNth(await askedAndKnown(data, scratch), Number(values.every), Number(values.first))
  return {
    queries: photoTable(join(scratch, 'queries.csv'), asked),
    gallery: photoTable(join(scratch, 'gallery.csv'), known),
    photos: known.length,
    individuals: new Set(known.map(({ identity }) => identity)).size,
  }
}
