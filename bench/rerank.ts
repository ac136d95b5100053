/**
 * `node scripts/bench.mjs rerank --photos 20000`: k-reciprocal re-ranking of one set against itself, every row visited. Photos are scattered about their
 * individuals, ten photos each. Writes results/rerank-<processor>.csv: seconds, processor seconds (on a busy machine only these can be
 * compared) and the most memory that the process took. With `--encounter 2` each two photos are an encounter whose photos do not meet, with
 * `--flanks` every other encounter shows the other flank, which a photo does not meet either, and with `--augment 2` the gallery is augmented
 * by so many photos: rerank-by-encounter-<processor>.csv.
 */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Rng } from '../src/base/index.ts'
import { forEachProcessedRow, rerankDefaults } from '../src/retrieval/index.ts'
import { processorName } from './processor.ts'

const { values } = parseArgs({
  options: {
    photos: { type: 'string', default: '20000' },
    dim: { type: 'string', default: '768' },
    encounter: { type: 'string', default: '1' },
    flanks: { type: 'boolean', default: false },
    augment: { type: 'string', default: '0' },
  },
})
const numbers = [values.photos, values.dim, values.encounter, values.augment].map(Number)
const [count, dim, together, augment] = numbers as [number, number, number, number]
const byEncounter = together > 1 || values.flanks || augment > 0
const root = fileURLToPath(new URL('../..', import.meta.url))
const file = join(
  root,
  'results',
  `rerank${byEncounter ? '-by-encounter' : ''}-${processorName()}-${availableParallelism()}-cores.csv`,
)

const rng = new Rng(0).fork('photos')
const individuals = Math.max(1, Math.round(count / 10))
const centres = Float32Array.from({ length: individuals * dim }, () => rng.normal())
const data = Float32Array.from(
  { length: count * dim },
  (_, i) => centres[(Math.floor(i / dim) % individuals) * dim + (i % dim)]! + 1.5 * rng.normal(),
)
const photos = { count, dim, data }
const [begun, before, load] = [performance.now(), process.cpuUsage(), loadavg()[0]!]
let visited = 0
const all = Array.from({ length: count }, (_, photo) => photo)
const encounterOf = (photo: number) => Math.floor(photo / together)
const isOut = (photo: number, other: number) =>
  encounterOf(photo) === encounterOf(other) || (values.flanks && encounterOf(photo) % 2 !== encounterOf(other) % 2)
const leftOut = byEncounter ? (photo: number) => all.filter((other) => isOut(photo, other)) : undefined
const postProcessing = {
  rerank: rerankDefaults,
  ...(augment > 0 ? { databaseAugmentation: { k: augment } } : {}),
}
forEachProcessedRow({ queries: photos, gallery: photos, postProcessing, leftOut }, () => {
  visited++
})
const { user, system } = process.cpuUsage(before)
const row = [
  new Date().toISOString().slice(0, 10),
  visited,
  dim,
  ((performance.now() - begun) / 1000).toFixed(1),
  ((user + system) / 1e6).toFixed(1),
  Math.round(process.resourceUsage().maxRSS / 1024),
  load.toFixed(1),
  ...(byEncounter ? [together, values.flanks ? 'yes' : 'no', augment] : []),
]
const header = `date,photos,dim,elapsed_s,processor_s,memory_mib,load_before${byEncounter ? ',encounter,flanks,augmented' : ''}`
if (!existsSync(file)) writeFileSync(file, `${header}\n`)
appendFileSync(file, `${row.join(',')}\n`)
console.log(row.join('  '))
