/**
 * How long one photo takes against 1,000 known ones by their places: rosette, and OpenCV's SIFT with FLANN (bench/peers/flann.py) beside it in the same run,
 * on the same files and cores, with as many keypoints. Writes results/one-query-<processor>-<cores>-cores.csv: medians over queries, by step; on a busy
 * machine the processor's seconds say more than the clock's.
 *
 *     ROSETTE_PEERS=/path/to/python node scripts/bench.mjs one-query --data photos --threads 2
 *
 * `data` is any folder of photos: the first 1,000 are the gallery, the next ones ask. What the gallery shows is found beforehand, on both sides.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { check, csvText, formatTable, median } from '../src/base/index.ts'
import { openQueries, type Photo } from '../src/data/index.ts'
import {
  extractPhotos,
  fusionDefaults,
  lnbnnDefaults,
  openMatcher,
  packFeatures,
  rootSift,
  shortlistOf,
  siftDefaults,
} from '../src/local/index.ts'
import { ortBackend } from '../src/runtime/index.ts'
import { root, today } from './command.ts'
import { processorName } from './processor.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '' },
    photos: { type: 'string', default: '1000' },
    queries: { type: 'string', default: '10' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
})
const [most, asked, threads] = [values.photos, values.queries, values.threads].map(Number) as [number, number, number]
const { keypoints } = siftDefaults
const { shortlist } = fusionDefaults
const { photos } = openQueries([values.data], {})
check(photos.length >= most + asked, `bench one-query: expected ${most + asked} photos, got ${photos.length}`)
const [gallery, queries] = [photos.slice(0, most), photos.slice(most, most + asked)]

/** Seconds by the clock and of the processor, of each query. */
type Seconds = Map<string, (readonly [number, number])[]>

const header = ['date', 'data', 'photos', 'queries', 'keypoints', 'threads', 'who', 'step', 'clock_s', 'processor_s']
const facts = [today(), basename(values.data), most, asked, keypoints, threads].map(String)
const rows = [...tableOf('rosette', await ours()), ...(await peers())]
const file = join(root, 'results', `one-query-${processorName()}-${availableParallelism()}-cores.csv`)
writeFileSync(file, csvText([header, ...rows]))
console.log(formatTable(header, rows))

async function ours(): Promise<Seconds> {
  const seconds: Seconds = new Map()
  const extractor = rootSift({ threads })
  const known = await extractPhotos(extractor, gallery)
  const packed = packFeatures(known.features, extractor.dim)
  const matcher = await clocked(seconds, 'index', async () => openMatcher(packed, await ortBackend({ threads })))
  const scratch = mkdtempSync(join(tmpdir(), 'rosette-one-query-'))
  for (const [i, query] of queries.entries()) {
    const cacheDir = join(scratch, String(i)) // each is looked at anew
    const find = () => extractPhotos(extractor, [query], { cacheDir })
    const [features] = (await clocked(seconds, 'keypoints', find)).features
    const ask = (count: number) =>
      matcher.answer(features!, { ...lnbnnDefaults, shortlist: ({ photos: votes }) => shortlistOf(votes, count) })
    await clocked(seconds, 'votes', () => ask(0))
    await clocked(seconds, 'votes and verified', () => ask(shortlist))
  }
  await Promise.all([matcher.release(), extractor.release()])
  rmSync(scratch, { recursive: true })
  return seconds
}

async function peers(): Promise<string[][]> {
  const [python] = (process.env.ROSETTE_PEERS ?? '').split(',').filter((name) => name !== '')
  if (python === undefined) return []
  const scratch = mkdtempSync(join(tmpdir(), 'rosette-one-query-'))
  const job = join(scratch, 'job.json')
  const whole = (some: readonly Photo[]) => some.map(({ path }) => [path, null])
  const { neighbours } = lnbnnDefaults
  const numbers = { keypoints, neighbours, shortlist, threads }
  writeFileSync(job, JSON.stringify({ queries: whole(queries), gallery: whole(gallery), ...numbers }))
  const script = join(root, 'bench', 'peers', 'flann.py')
  const { version, seconds } = JSON.parse(execFileSync(python, [script, '--job', job], { encoding: 'utf8' })) as {
    readonly version: string
    readonly seconds: Readonly<Record<string, readonly [number, number]>>
  }
  rmSync(scratch, { recursive: true })
  return tableOf(`OpenCV ${version}`, new Map(Object.entries(seconds).map(([step, one]) => [step, [one]])))
}

async function clocked<T>(seconds: Seconds, step: string, work: () => Promise<T>): Promise<T> {
  const [begun, before] = [performance.now(), process.cpuUsage()]
  const made = await work()
  const { user, system } = process.cpuUsage(before)
  const taken = [(performance.now() - begun) / 1000, (user + system) / 1e6] as const
  seconds.set(step, [...(seconds.get(step) ?? []), taken])
  return made
}

function tableOf(who: string, seconds: Seconds): string[][] {
  return [...seconds].map(([step, taken]) => {
    const of = (column: 0 | 1) => median(taken.map((one) => one[column])).toFixed(3)
    return [...facts, who, step, of(0), of(1)]
  })
}
