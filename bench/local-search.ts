/**
 * `node scripts/bench.mjs local-search`: one query's descriptors against those of a whole gallery. They are random numbers, none of them negative, as
 * RootSIFT's are; with others time does not depend on what they are. Appends to results/local-search-<processor>.csv: the median of five queries, the
 * fastest, and the memory of the process. On a busy machine the processor's seconds, shared among the threads, say what an idle one would take.
 */
import { appendFileSync, existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatTable, median, Rng } from '../src/base/index.ts'
import { type LocalFeatures, openMatcher, packFeatures } from '../src/local/index.ts'
import { ortBackend } from '../src/runtime/index.ts'
import { processorName } from './processor.ts'

const { values } = parseArgs({
  options: {
    photos: { type: 'string', default: '10000' },
    keypoints: { type: 'string', default: '300' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
})
const [photos, keypoints, threads] = [values.photos, values.keypoints, values.threads].map(Number) as [
  number,
  number,
  number,
]
const dim = 128
const rng = new Rng('local search')
const random = Uint8Array.from({ length: keypoints * dim + photos }, () => 128 + rng.int(56))

/** Descriptors of photo i: the same numbers, begun elsewhere. */
function featuresOf(i: number): LocalFeatures {
  return {
    count: keypoints,
    dim,
    keypoints: new Float32Array(keypoints * 4),
    descriptors: random.subarray(i, i + keypoints * dim),
    reliability: new Float32Array(keypoints),
    kinds: Uint8Array.from({ length: keypoints }, (_, k) => (2 * k < keypoints ? 0 : 1)),
  }
}

const gallery = packFeatures(
  Array.from({ length: photos }, (_, i) => featuresOf(i)),
  dim,
)
const matcher = await openMatcher(gallery, await ortBackend({ threads }))
const ask = () => matcher.answer(featuresOf(7), { neighbours: 4, shortlist: () => [] })
await ask()
const seconds: number[] = []
const before = process.cpuUsage()
const queries = 5
for (let query = 0; query < queries; query++) {
  const begun = performance.now()
  await ask()
  seconds.push((performance.now() - begun) / 1000)
}
const { user, system } = process.cpuUsage(before)
await matcher.release()
const header = 'date,photos,keypoints,threads,median_s,fastest_s,processor_s,memory_mb'
const row = [
  ...[new Date().toISOString().slice(0, 10), photos, keypoints, threads],
  ...[median(seconds).toFixed(2), Math.min(...seconds).toFixed(2), ((user + system) / 1e6 / queries).toFixed(2)],
  (process.resourceUsage().maxRSS / 1024).toFixed(0),
]
const root = fileURLToPath(new URL('../..', import.meta.url))
const file = join(root, 'results', `local-search-${processorName()}-${availableParallelism()}-cores.csv`)
appendFileSync(file, `${existsSync(file) ? '' : `${header}\n`}${row.join(',')}\n`)
console.log(formatTable(header.split(','), [row]))
