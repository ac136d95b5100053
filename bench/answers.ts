/**
 * How far probabilities hold on photos of other sightings, and how often an animal that the gallery does not have gets a name. Asks `rosette calibrate` and
 * `rosette identify`, as a user does, on whole photos or on the animal that `--locate` finds, by similarities or by places of the coat.
 *
 *     node scripts/bench.mjs answers --data nyala-512 --model resnet50-imagenet.onnx \
 *       --locate isnet.onnx --match fused --matcher sift --matcher coat
 *
 * `data` is Kaggle's folder with test_identities.csv beside its tables, and train_sightings.csv or train_encounters.csv: test photos are asked of training
 * photos, and training photos of each other. Of any other folder all photos are asked of each other. Everything is fitted on other individuals than it is
 * measured on. Then every third individual leaves the gallery, the calibration is fitted on the others, and the photos of those are asked. A row replaces
 * that of the same question in results/answers-<data>.csv.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { check, csvText, formatTable } from '../src/base/index.ts'
import { eceOfLuck } from '../src/calibration/index.ts'
import { openDataset, type Photo } from '../src/data/index.ts'
import { type CalibratedScores, readCalibration } from '../src/identify/index.ts'
import { root, rosette, rosetteText } from './command.ts'
import { cellsOf, type KeptRow, keepRow } from './kept-rows.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '' },
    model: { type: 'string', default: '' },
    /** In `presets/`, or beside the model, unless given. */
    'model-config': { type: 'string' },
    tta: { type: 'string', default: 'flip' },
    locate: { type: 'string' },
    'locate-config': { type: 'string' },
    match: { type: 'string', default: 'none' },
    matcher: { type: 'string', multiple: true },
    /** Of the tasks and rules of flanks those that are named; all unless given. */
    task: { type: 'string', multiple: true },
    flanks: { type: 'string', multiple: true },
    threads: { type: 'string', default: '2' },
    /** The file of the rows, in place of results/answers-<data>.csv. */
    results: { type: 'string' },
  },
})
const { data, match } = values
check(data !== '' && values.model !== '', 'bench answers: expected --data and --model')
check(['none', 'local', 'fused'].includes(match), `bench answers: --match: expected none, local or fused, got ${match}`)
const matchers = match === 'none' ? [] : (values.matcher ?? ['sift'])

/** Photos that are asked about, and those of known individuals; without these the photos are asked of each other. */
interface Task {
  readonly name: string
  readonly asked: readonly Photo[]
  readonly known: readonly Photo[] | undefined
  /** Of these, the photos of the animals that leave the gallery are asked. */
  readonly strangers: readonly Photo[]
}

/** What of a JSON answer of `identify` is counted. */
interface Answered {
  readonly answer: { readonly probability?: number }
}

/** Answers with more than this are names. */
const sure = 0.9

const columns = [
  ...['task', 'flanks', 'photos', 'individuals', 'rank1', 'curve', 'ece_answers', 'ece_pairs', 'absent'],
  ...['named_above_0.9', 'highest', 'located', 'match', 'matcher', 'model'],
  /** Of queries whose animal is there: the share that is named, and the share of these that is named rightly. */
  ...['there_named_above_0.9', 'named_rightly_above_0.9'],
  /** What probabilities that hold would be off by, by luck; and how well animals that are not there are told from those that are. */
  ...['ece_of_luck', 'auroc_new'],
]

const file = values.results ?? join(root, 'results', `answers-${basename(resolve(data))}.csv`)
const table = { file, columns, question: ['task', 'flanks', 'located', 'match', 'matcher', 'model'] }
const scratch = mkdtempSync(join(tmpdir(), 'rosette-answers-'))
const measured: KeptRow[] = []
try {
  for (const task of tasks().filter(({ name }) => values.task?.includes(name) ?? true))
    for (const flanks of flankRules(task).filter((rule) => values.flanks?.includes(rule) ?? true)) {
      measured.push(await rowOf(task, flanks))
      keepRow(table, measured.at(-1)!) // what was measured is kept when the next one fails
    }
} finally {
  rmSync(scratch, { recursive: true })
}
check(measured.length > 0, 'bench answers: no task is left of those that --task and --flanks name')
console.log(
  formatTable(
    columns,
    measured.map((row) => cellsOf(columns, row)),
  ),
)

function tasks(): readonly Task[] {
  const answers = join(data, 'test_identities.csv')
  if (!existsSync(answers)) {
    const all = named(openDataset(data).photos)
    return [{ name: 'photos among each other', asked: all, known: undefined, strangers: all }]
  }
  const asked = named(openDataset(answers, { images: join(data, 'test', 'test') }).photos)
  const known = named(openDataset(data).photos.map(sighted()))
  return [
    { name: 'test against training', asked, known, strangers: asked },
    { name: 'training among each other', asked: known, known: undefined, strangers: asked },
  ]
}

/** Gives a training photo the encounter and flank that a table beside train.csv has of it. */
function sighted(): (photo: Photo) => Photo {
  const table = ['train_sightings.csv', 'train_encounters.csv'].map((name) => join(data, name)).find(existsSync)
  if (table === undefined) return (photo) => photo
  const seen = new Map(
    openDataset(table, { images: join(data, 'train', 'train') }).photos.map((photo) => [basename(photo.path), photo]),
  )
  return (photo) => {
    const { encounter, flank } = seen.get(basename(photo.path)) ?? {}
    return { ...photo, encounter, flank }
  }
}

function named(photos: readonly Photo[]): readonly Photo[] {
  return photos.filter(({ identity }) => identity !== undefined)
}

/** Where no flank is known there is one rule. */
function flankRules({ asked }: Task): readonly string[] {
  return asked.some(({ flank }) => flank !== undefined) ? ['any', 'same'] : ['any']
}

async function rowOf({ name, asked, known, strangers }: Task, flanks: string): Promise<KeptRow> {
  const names = [...new Set((known ?? asked).map(({ identity }) => identity!))].sort()
  const third = new Set(names.filter((_, i) => i % 3 === 0))
  const isAway = ({ identity }: Photo) => third.has(identity!)
  const stays = (photo: Photo) => !isAway(photo)
  const all = await calibrated('all', { asked, known }, flanks)
  const rest = await calibrated('rest', { asked: asked.filter(stays), known: known?.filter(stays) }, flanks)
  const away = photoTable('away', strangers.filter(isAway))
  const gallery = photoTable('gallery', (known ?? asked).filter(stays))
  const ask = ['identify', away, '--query-images', '/', '--gallery', gallery, '--images', '/', '--top', '1', '--json']
  const said = await rosetteText([...ask, '--calibration', rest.file, '--flanks', flanks, ...how(), '--match', match])
  const probabilities = (JSON.parse(said) as Answered[]).map(({ answer }) => answer.probability ?? 0)
  const { fittedOn, scores } = all
  return {
    ...{ task: name, flanks, photos: `${fittedOn.photos}`, individuals: `${fittedOn.individuals}` },
    ...{ curve: scores.curve.kind, absent: `${probabilities.length}` },
    'named_above_0.9': `${probabilities.filter((p) => p > sure).length}`,
    highest: Math.max(...probabilities).toFixed(3),
    ...{ located: values.locate === undefined ? 'whole photo' : basename(values.locate, '.onnx') },
    ...{ match, matcher: matchers.join('+'), model: basename(values.model, '.onnx') },
    ...measuredCells(scores),
  }
}

/** What a calibration measured on individuals that it was not fitted on; nothing where these were too few. */
function measuredCells({ measured }: CalibratedScores): KeptRow {
  if (measured === null) return {}
  const { known, absent, bins, absentNamed, rank1, ece, pairEce, newAnimals } = measured
  // an answer of a bin weighs as much as makes questions with and without the animal count alike
  const [there, away] = [(known + absent) / 2 / known, (known + absent) / 2 / absent]
  const above = bins.filter(({ low }) => low > sure - 1e-9)
  const named = above.reduce((sum, { count }) => sum + count, 0) / there - (absentNamed * away) / there
  const rightly = above.reduce((sum, { count, right }) => sum + count * right, 0) / there
  return {
    ...{ rank1: rank1.toFixed(3), ece_answers: ece.toFixed(3), ece_pairs: pairEce.toFixed(4) },
    'there_named_above_0.9': (named / known).toFixed(3),
    'named_rightly_above_0.9': named < 0.5 ? '' : (rightly / named).toFixed(3),
    ece_of_luck: eceOfLuck(bins).toFixed(3),
    auroc_new: newAnimals?.auroc.toFixed(3) ?? '',
  }
}

async function calibrated(name: string, { asked, known }: Pick<Task, 'asked' | 'known'>, flanks: string) {
  const out = join(scratch, `${name}.calibration.json`)
  const of = known && ['--gallery', photoTable(`${name}-known`, known), '--gallery-images', '/']
  const photos = ['--data', photoTable(`${name}-asked`, asked), '--images', '/', ...(of ?? [])]
  await rosette(['calibrate', ...photos, '--out', out, '--overwrite', '--flanks', flanks, ...how(), '--match', match])
  const record = readCalibration(out)
  const scores = { none: record.embedding, local: record.local, fused: record.fused }[match]
  check(scores !== undefined, `${out}: says nothing of --match ${match}`)
  return { file: out, fittedOn: record.fittedOn, scores }
}

/** Options that calibrate and identify share. */
function how(): string[] {
  const preset = join(root, 'presets', `${basename(values.model, '.onnx')}.model.json`)
  const config = values['model-config'] ?? (existsSync(preset) ? preset : undefined)
  const given = {
    ...{ model: values.model, 'model-config': config, tta: values.tta, threads: values.threads },
    ...{ locate: values.locate, 'locate-config': values['locate-config'] },
    matcher: matchers.length === 0 ? undefined : matchers.join(','),
  }
  return Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]))
}

/** Writes a table of absolute places (`--images /`) with what is known of sightings, and gives its path. */
function photoTable(name: string, photos: readonly Photo[]): string {
  const path = join(scratch, `${name}.csv`)
  const rows = photos.map(({ path: place, identity, encounter, flank }) =>
    [resolve(place), identity, encounter, flank].map((cell) => cell ?? ''),
  )
  const fields = ['filename', 'identity', 'encounter', 'flank']
  const filled = fields.map((_, i) => rows.some((row) => row[i] !== ''))
  writeFileSync(path, csvText([fields, ...rows].map((row) => row.filter((_, i) => filled[i]))))
  return path
}
