/**
 * `node scripts/bench.mjs local --data nyala-512 --model resnet50.onnx --locate isnet.onnx`: photos of other sightings found among known ones, by an
 * embedding, by places of the coat, and by both. The folder is Kaggle's with `test_identities.csv` beside it. Queries are the test photos and the gallery
 * the training photos of every third individual by name, which was settled before anything was measured; the other individuals chose `fusionDefaults`.
 * Where ROSETTE_PEERS names a Python interpreter with OpenCV, its SIFT is asked too, in the same masks and with as many keypoints: with the votes of
 * HotSpotter (LNBNN), and with ratio test and RANSAC against every gallery photo, of the first `--ransac` queries. Writes results/local-<folder>-<processor>.csv,
 * with `-cut-out` where `--locate` is given, after each source. Seconds are of the processor: machines are busy.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { check, csvText, formatTable } from '../src/base/index.ts'
import type { Photo } from '../src/data/index.ts'
import { embedPhotos, openModel, type PhotoEmbeddings } from '../src/embedder/index.ts'
import { matchLocally } from '../src/identify/index.ts'
import {
  coatDescriptor,
  coatDescriptorDefaults,
  type LocalExtractor,
  lnbnnDefaults,
  rootSift,
  siftDefaults,
} from '../src/local/index.ts'
import { locatePhotos, openLocator } from '../src/locate/index.ts'
import { cosineSimilarity, evaluateSimilarities, statisticsOf } from '../src/retrieval/index.ts'
import { decodeNpy } from '../src/tensor/index.ts'
import { askedAndKnown, ofEveryNth } from './asked-and-known.ts'
import { root, today } from './command.ts'
import { processorName } from './processor.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '' },
    model: { type: 'string', default: '' },
    'model-config': { type: 'string' },
    locate: { type: 'string' },
    every: { type: 'string', default: '3' },
    threads: { type: 'string', default: '1' },
    cache: { type: 'string' },
    /** All queries unless given: 800 keypoints against each of 300 photos take seconds a query. */
    ransac: { type: 'string' },
  },
})
const { data, model, locate } = values
check(data !== '' && model !== '', 'bench local: expected --data and --model')
const threads = Number(values.threads)

/** What a source says, and what is known of it. */
interface Told {
  readonly source: string
  /** [queries, gallery], of the first queries or all. */
  readonly similarities: Float32Array
  readonly keypoints?: number
  readonly processorS?: number
}

const columns = ['date', 'data', 'queries', 'gallery', 'individuals', 'source', 'keypoints', 'masks', 'rank1', 'rank5']
const header = [...columns, 'map', 'identity_balanced_map', 'ib_map_low', 'ib_map_high', 'processor_s']
const view = locate === undefined ? '' : '-cut-out'
const name = `local-${basename(data)}${view}-${processorName()}-${availableParallelism()}-cores.csv`
const rows: string[][] = []

const temporary = mkdtempSync(join(tmpdir(), 'rosette-local-')) // nothing is found beforehand
const { asked, known, masks } = await bothSides()
const embedder = await openModel(model, { threads, tta: 'flip', modelConfig: values['model-config'] })
const queries = await embedPhotos(embedder, asked)
const gallery = await embedPhotos(embedder, known)
await embedder.release()
const cosines = cosineSimilarity(queries.embeddings, gallery.embeddings)
const seen = locate === undefined ? 'whole photo' : 'cut to the animal'
score({ source: `${embedder.name}, ${seen}`, similarities: cosines }) // its process of its own does not count as ours

const [python] = (process.env.ROSETTE_PEERS ?? '').split(',').filter((path) => path !== '')
if (python !== undefined) peerVotes(python)
await places('RootSIFT', rootSift({ threads }), siftDefaults.keypoints)
const weights = join(root, 'presets', 'coat-descriptor.safetensors')
await places('coat descriptor', await coatDescriptor({ threads, weights }), coatDescriptorDefaults.keypoints)
if (python !== undefined) peerRansac(python)
rmSync(temporary, { recursive: true })
console.log(formatTable(header, rows))

/** Photos of the chosen individuals, the animals found on them. */
async function bothSides() {
  const sides = ofEveryNth(await askedAndKnown(data, temporary), Number(values.every), 1)
  if (locate === undefined) return { ...sides, masks: 'none' }
  const locator = await openLocator(locate, {})
  const found = async (photos: readonly Photo[]) =>
    (await locatePhotos(locator, { kind: 'photos', source: data, photos, warnings: [], problems: [] })).photos
  const located = { asked: await found(sides.asked), known: await found(sides.known), masks: locator.name }
  await locator.release()
  return located
}

/** By places alone, and fused with the embedding: matched once, with the shortlist of both. */
async function places(word: string, extractor: LocalExtractor, keypoints: number): Promise<void> {
  const before = process.cpuUsage()
  const onLocal = (...told: unknown[]) => process.stderr.write(`\r${told.join(' ')}   `)
  const { alone, adjust } = await matchLocally(
    { kind: 'fused', extractors: [extractor], threads, cacheDir: values.cache ?? temporary, onLocal },
    { queries, gallery, leaveOut: () => false },
  )
  const { user, system } = process.cpuUsage(before)
  await extractor.release()
  const width = gallery.photos.length
  const all = (of: (query: number) => Float32Array) =>
    Float32Array.from(queries.photos.flatMap((_, query) => Array.from(of(query))))
  score({ source: `${word} and LNBNN, verified`, similarities: all(alone), keypoints })
  const fused = all((query) => adjust(query, cosines.subarray(query * width, (query + 1) * width)))
  const processorS = (user + system) / 1e6 // of both rows together
  score({ source: `${embedder.name} fused with ${word}`, similarities: fused, keypoints, processorS })
}

function peerVotes(interpreter: string): void {
  const numbers = { neighbours: lnbnnDefaults.neighbours, shortlist: 0 }
  const { version, ...told } = peer(interpreter, 'flann.py', queries.photos, numbers)
  score({ source: `OpenCV ${version} SIFT and LNBNN`, ...told })
}

function peerRansac(interpreter: string): void {
  const first = queries.photos.slice(0, values.ransac === undefined ? undefined : Number(values.ransac))
  const { version, ...told } = peer(interpreter, 'sift.py', first, {})
  score({ source: `OpenCV ${version} SIFT with ratio and RANSAC, all pairs`, ...told })
}

/** What a script of bench/peers says of some queries; it sees the same masks. */
function peer(interpreter: string, script: string, some: readonly Photo[], numbers: Readonly<Record<string, number>>) {
  const [job, out] = [join(temporary, 'job.json'), join(temporary, 'scores.npy')]
  const pairs = (photos: readonly Photo[]) => photos.map(({ path, mask }) => [path, mask?.path ?? null])
  const { keypoints } = siftDefaults
  writeFileSync(
    job,
    JSON.stringify({ queries: pairs(some), gallery: pairs(gallery.photos), keypoints, threads, ...numbers }),
  )
  const args = [join(root, 'bench', 'peers', script), '--job', job, '--out', out]
  const { version, processor_s: processorS } = JSON.parse(execFileSync(interpreter, args, { encoding: 'utf8' })) as {
    readonly version: string
    readonly processor_s: number
  }
  return { version, keypoints, processorS, similarities: decodeNpy(readFileSync(out), out).data }
}

function score({ source, similarities, keypoints, processorS }: Told): void {
  const count = similarities.length / gallery.photos.length
  const identities = ({ photos }: Pick<PhotoEmbeddings, 'photos'>) => photos.map(({ identity }) => identity!)
  const metrics = evaluateSimilarities({
    similarities,
    queries: { identities: identities(queries).slice(0, count) },
    gallery: { identities: identities(gallery) },
  })
  const { chance, intervals } = statisticsOf(metrics.perQuery)
  const individuals = new Set(identities(gallery)).size
  const what = [today(), basename(data), metrics.queries, gallery.photos.length, individuals].map(String)
  const fixed = (value: number | undefined) => value?.toFixed(3) ?? ''
  const quality = (all: typeof chance | typeof metrics) =>
    [all.rank1, all.rank5, all.map, all.identityBalancedMap].map(fixed)
  const [low, high] = intervals.identity?.scores.identityBalancedMap ?? []
  if (rows.length === 0) rows.push([...what, 'chance', '', masks, ...quality(chance), '', '', ''])
  const ends = [fixed(low), fixed(high), processorS?.toFixed(0) ?? '']
  rows.push([...what, source, keypoints === undefined ? '' : String(keypoints), masks, ...quality(metrics), ...ends])
  writeFileSync(join(root, 'results', name), csvText([header, ...rows])) // what was measured is kept when the next one fails
  process.stderr.write(`\n${rows.at(-1)!.join(' ')}\n`)
}
