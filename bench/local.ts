/**
 * `node scripts/bench.mjs local --data nyala-512 --model resnet50.onnx`: photos of other sightings found among known ones, by an embedding, by places of
 * the coat, and by both. The folder is Kaggle's with `test_identities.csv` and `train_sightings.csv` beside it. Queries are the test photos and the gallery
 * the training photos of every third individual by name, which was settled before anything was measured; the other individuals chose `fusionDefaults`.
 * Where ROSETTE_PEERS names a Python interpreter with OpenCV, its SIFT with ratio test and RANSAC is held against every gallery photo. Writes
 * results/local-<folder>-<processor>.csv. Seconds are of the processor: machines are busy.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatTable } from '../src/base/index.ts'
import type { Photo } from '../src/data/index.ts'
import { embedPhotos, openModel, type PhotoEmbeddings } from '../src/embedder/index.ts'
import { type MatchKind, matchLocally } from '../src/identify/index.ts'
import {
  coatDescriptor,
  coatDescriptorDefaults,
  type LocalExtractor,
  rootSift,
  siftDefaults,
} from '../src/local/index.ts'
import { cosineSimilarity, evaluateSimilarities, statisticsOf } from '../src/retrieval/index.ts'
import { decodeNpy } from '../src/tensor/index.ts'
import { processorName } from './processor.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    model: { type: 'string' },
    every: { type: 'string', default: '3' },
    threads: { type: 'string', default: '1' },
    cache: { type: 'string' },
  },
})
const { data = '', model = '', cache } = values
const [every, threads] = [Number(values.every), Number(values.threads)]
const root = fileURLToPath(new URL('../..', import.meta.url))
const file = join(root, 'results', `local-${basename(data)}-${processorName()}-${availableParallelism()}-cores.csv`)
const columns =
  'date,data,queries,gallery,individuals,source,keypoints,masks,rank1,rank5,map,identity_balanced_map,ib_map_low,ib_map_high,processor_s'
const rows: string[][] = []

const known = photosOf('train.csv', 'train_sightings.csv', join('train', 'train'))
const asked = photosOf('test_identities.csv', 'test_identities.csv', join('test', 'test'))
const names = [...new Set(known.map(({ identity }) => identity!))].sort()
const chosen = new Set(names.filter((_, i) => i % every === 0))
const isChosen = ({ identity }: Photo) => chosen.has(identity!)

const embedder = await openModel(model, { threads, tta: 'flip' })
const queries = await embedPhotos(embedder, asked.filter(isChosen))
const gallery = await embedPhotos(embedder, known.filter(isChosen))
await embedder.release()
const cosines = cosineSimilarity(queries.embeddings, gallery.embeddings)
score(`${embedder.name}, whole photo`, cosines) // its process of its own does not count as ours

const temporary = mkdtempSync(join(tmpdir(), 'rosette-local-')) // nothing is found beforehand
for (const [name, extractor] of [
  ['RootSIFT', rootSift({ threads })],
  ['coat descriptor', await coatDescriptor({ threads, weights: join(root, 'presets', 'coat-descriptor.safetensors') })],
] as const) {
  for (const kind of ['local', 'fused'] as const) score(titles(kind, name), ...(await matched(kind, extractor)))
  await extractor.release()
}
rmSync(temporary, { recursive: true })
const [python] = (process.env.ROSETTE_PEERS ?? '').split(',').filter((name) => name !== '')
if (python !== undefined) peer(python)
writeFileSync(file, `${columns}\n${rows.map((row) => row.join(',')).join('\n')}\n`)
console.log(formatTable(columns.split(','), rows))

function titles(kind: MatchKind, name: string): string {
  return kind === 'local' ? `${name} and LNBNN, verified` : `${embedder.name} fused with ${name}`
}

async function matched(kind: MatchKind, extractor: LocalExtractor): Promise<[Float32Array, number]> {
  const stop = begin()
  const { adjust } = await matchLocally(
    {
      kind,
      extractors: [extractor],
      threads,
      cacheDir: cache ?? temporary,
      onLocal: (...told) => process.stderr.write(`\r${told.join(' ')}   `),
    },
    { queries, gallery, leaveOut: () => false },
  )
  const width = gallery.photos.length
  const out = new Float32Array(cosines.length)
  for (let q = 0; q < queries.photos.length; q++)
    out.set(adjust(q, cosines.subarray(q * width, (q + 1) * width)), q * width)
  return [out, stop()]
}

function peer(interpreter: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'rosette-local-'))
  const [job, out] = [join(folder, 'job.json'), join(folder, 'inliers.npy')]
  const pathsOf = ({ photos }: PhotoEmbeddings) => photos.map(({ path }) => path)
  const { keypoints } = siftDefaults
  writeFileSync(job, JSON.stringify({ queries: pathsOf(queries), gallery: pathsOf(gallery), keypoints, threads }))
  const script = join(root, 'bench', 'peers', 'sift.py')
  const answer = JSON.parse(execFileSync(interpreter, [script, '--job', job, '--out', out], { encoding: 'utf8' })) as {
    readonly version: string
    readonly extract_cpu_s: number
    readonly match_cpu_s: number
  }
  const inliers = decodeNpy(readFileSync(out), out).data
  rmSync(folder, { recursive: true })
  score(
    `OpenCV ${answer.version} SIFT with ratio and RANSAC, all pairs`,
    inliers,
    answer.extract_cpu_s + answer.match_cpu_s,
  )
}

function score(source: string, similarities: Float32Array, processorS?: number): void {
  const identities = ({ photos }: PhotoEmbeddings) => ({ identities: photos.map(({ identity }) => identity!) })
  const metrics = evaluateSimilarities({ similarities, queries: identities(queries), gallery: identities(gallery) })
  const { chance, intervals } = statisticsOf(metrics.perQuery)
  const what = [
    new Date().toISOString().slice(0, 10),
    basename(data),
    metrics.queries,
    gallery.photos.length,
    chosen.size,
  ]
  const balanced = intervals.identity?.scores.identityBalancedMap
  const fixed = (value: number | undefined) => value?.toFixed(3) ?? ''
  const row = (name: string, numbers: readonly (number | undefined)[], keypoints: string) =>
    [...what, name, keypoints, 'none', ...numbers.map(fixed)].map(String)
  if (rows.length === 0)
    rows.push([...row('chance', [chance.rank1, chance.rank5, chance.map, chance.identityBalancedMap], ''), '', '', ''])
  const { rank1, rank5, map, identityBalancedMap } = metrics
  const keypoints = /SIFT/.test(source) ? siftDefaults.keypoints : coatDescriptorDefaults.keypoints
  const isLocal = /SIFT|coat/.test(source)
  rows.push([
    ...row(
      `"${source}"`,
      [rank1, rank5, map, identityBalancedMap, balanced?.[0], balanced?.[1]],
      isLocal ? String(keypoints) : '',
    ),
    processorS?.toFixed(0) ?? '',
  ])
  process.stderr.write(`\n${rows.at(-1)!.join(' ')}\n`)
}

function begin(): () => number {
  const before = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1e6
  }
}

/** Photos with individual and sighting; both tables have the file name first. */
function photosOf(table: string, sightings: string, folder: string): Photo[] {
  const read = (name: string) => {
    const [header = '', ...lines] = readFileSync(join(data, name), 'utf8').trim().split('\n')
    const fields = header.split(',')
    return lines.map((text) => new Map(text.split(',').map((cell, i) => [fields[i]!, cell])))
  }
  const encounters = new Map(read(sightings).map((row) => [row.get('filename')!, row.get('sighting')!]))
  return read(table).map((row) => {
    const filename = row.get('filename')!
    return {
      ...{ filename, path: join(data, folder, filename), identity: row.get('ground_truth')! },
      encounter: encounters.get(filename)!,
      extra: {},
    }
  })
}
