/**
 * What finding the animal first gives across sightings: a frozen network asked about new photos of known individuals, on whole photos, cut to
 * the animal, and with the background filled or blackened. Individuals are chosen by the SHA-256 of their names, before anything is
 * measured. Appends to results/locate-<processor>.csv.
 *
 *     node scripts/bench.mjs locate --data nyala-512 --locate isnet.onnx --model resnet50-imagenet.onnx \
 *       --model-config presets/resnet50-imagenet.model.json --individuals 30
 *
 * `data` is a Kaggle folder with test_identities.csv (filename, ground_truth). The network that finds animals has its description beside it.
 */
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { check, csvText, formatTable, mean, Rng } from '../src/base/index.ts'
import { openDataset, type Photo } from '../src/data/index.ts'
import { evaluateSimilarities } from '../src/retrieval/index.ts'
import { root, rosette, type Scores, scoreCells, today } from './command.ts'
import { processorName } from './processor.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '' },
    locate: { type: 'string', default: '' },
    model: { type: 'string', default: '' },
    'model-config': { type: 'string', default: '' },
    individuals: { type: 'string', default: '30' },
  },
})
const { data, locate, model } = values
check(data !== '' && locate !== '' && model !== '', 'bench locate: expected --data, --locate and --model')

/** What a network sees: the alpha setting of its description, and whether the animal is found first. */
const views = [
  { name: 'whole photo', alpha: 'keep', located: false },
  { name: 'cut to the animal', alpha: 'keep', located: true },
  { name: 'cut, background filled', alpha: 'mean', located: true },
  { name: 'cut, background black', alpha: 'black', located: true },
] as const

const threads = availableParallelism()
const file = join(root, 'results', `locate-${processorName()}-${threads}-cores.csv`)
const scratch = mkdtempSync(join(tmpdir(), 'rosette-locate-'))
mkdirSync(join(root, 'results'), { recursive: true })
if (!existsSync(file))
  writeFileSync(
    file,
    'date,model,located_by,view,individuals,queries,gallery_photos,rank1,map,identity_balanced_map,photos_with_animals,seconds_a_photo\n',
  )

const sides = chosenPhotos()
const [queries, gallery] = [listOf('queries', sides.queries), listOf('gallery', sides.gallery)]
const table: string[][] = []
const located = await timeLocating()
for (const view of views) record(view.name, view.located, await scores(view))
record('random order', false, chance())
rmSync(scratch, { recursive: true })
console.log(formatTable(['view', 'rank-1', 'mAP', 'identity-balanced mAP'], table))

/** Individuals with two new photos and four known ones or more, the first by the SHA-256 of their names. */
function chosenPhotos(): { readonly queries: readonly Photo[]; readonly gallery: readonly Photo[] } {
  const known = openDataset(data).photos
  const images = { images: join(data, 'test', 'test') }
  const asked = openDataset(join(data, 'test_identities.csv'), images).photos
  const count = (photos: readonly Photo[], name: string) => photos.filter(({ identity }) => identity === name).length
  const names = [...new Set(asked.flatMap(({ identity = '' }) => (identity === '' ? [] : [identity])))]
  const hash = (name: string) => createHash('sha256').update(name).digest('hex')
  const chosen = names
    .filter((name) => count(asked, name) >= 2 && count(known, name) >= 4)
    .sort((a, b) => (hash(a) < hash(b) ? -1 : 1))
    .slice(0, Number(values.individuals))
  const of = (photos: readonly Photo[]) => photos.filter(({ identity = '' }) => chosen.includes(identity))
  return { queries: of(asked), gallery: of(known) }
}

function listOf(name: string, photos: readonly Photo[]): string {
  const path = join(scratch, `${name}.csv`)
  const rows = photos.map((photo) => [resolve(photo.path), photo.identity ?? ''])
  writeFileSync(path, csvText([['filename', 'identity'], ...rows]))
  return path
}

/** Seconds a photo, of the photos asked about; what was looked at before comes from the cache and would take none. */
async function timeLocating(): Promise<{ readonly secondsEach: number; readonly animals: number }> {
  const begin = performance.now()
  const out = join(scratch, 'found')
  const cold = { ROSETTE_CACHE: join(scratch, 'cache') }
  const few = listOf('few', sides.queries.slice(0, 10))
  await rosette(['locate', '--model', locate, '--data', few, '--images', '/', '--out', out], cold)
  const secondsEach = (performance.now() - begin) / 1000 / Math.min(10, sides.queries.length)
  const found = { images: [] as { detections: unknown[] }[] }
  for (const list of [queries, gallery]) {
    await rosette(['locate', '--model', locate, '--data', list, '--images', '/', '--out', `${out}-${basename(list)}`])
    const text = readFileSync(join(`${out}-${basename(list)}`, 'detections.json'), 'utf8')
    found.images.push(...(JSON.parse(text) as typeof found).images)
  }
  return { secondsEach, animals: found.images.filter(({ detections }) => detections.length > 0).length }
}

async function scores({ alpha, located: isLocated }: (typeof views)[number]): Promise<Scores> {
  const config = values['model-config'] === '' ? join(dirname(model), 'model.json') : values['model-config']
  const description = JSON.parse(readFileSync(config, 'utf8')) as { preprocess: object }
  const changed = join(scratch, `${alpha}.model.json`)
  writeFileSync(changed, JSON.stringify({ ...description, preprocess: { ...description.preprocess, alpha } }))
  const out = join(scratch, 'metrics.json')
  const first = isLocated ? ['--locate', locate] : []
  const photos = ['--data', queries, '--images', '/', '--gallery', gallery, '--gallery-images', '/']
  await rosette([
    ...['evaluate', '--model', model, '--model-config', changed, '--tta', 'flip'],
    ...[...photos, ...first, '--out', out, '--overwrite'],
  ])
  return JSON.parse(readFileSync(out, 'utf8')) as Scores
}

/** The mean of twenty random orders. */
function chance(): Scores {
  const labels = (photos: readonly Photo[]) => ({ identities: photos.map(({ identity }) => identity!) })
  const count = sides.queries.length * sides.gallery.length
  const draws = Array.from({ length: 20 }, (_, draw) => {
    const rng = new Rng(`chance ${draw}`)
    const similarities = Float32Array.from({ length: count }, () => rng.uniform())
    return evaluateSimilarities({ similarities, queries: labels(sides.queries), gallery: labels(sides.gallery) })
  })
  return {
    photos: sides.gallery.length,
    rank1: mean(draws.map(({ rank1 }) => rank1)),
    map: mean(draws.map(({ map }) => map)),
    identityBalancedMap: mean(draws.map(({ identityBalancedMap }) => identityBalancedMap)),
  }
}

function record(view: string, isLocated: boolean, score: Scores): void {
  const individuals = new Set(sides.queries.map(({ identity }) => identity)).size
  const by = isLocated ? basename(locate, '.onnx') : ''
  const cost = isLocated ? [located.animals, located.secondsEach.toFixed(2)] : ['', '']
  const facts = [
    today(),
    basename(model, '.onnx'),
    by,
    `"${view}"`,
    individuals,
    sides.queries.length,
    sides.gallery.length,
  ]
  appendFileSync(file, `${[...facts, ...scoreCells(score), ...cost].join(',')}\n`)
  table.push([view, ...scoreCells(score)])
  process.stderr.write(`${view}: ${scoreCells(score).join(' ')}\n`)
}
