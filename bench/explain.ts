/**
 * `node scripts/bench.mjs explain --model RUN --data DATA --name NAME --split SPLIT`: are explanations of matches faithful? For pairs
 * of photos of one individual, drawn by seed: similarity lost by deleting the hottest cells, against as many at random. Appends to
 * results/explain.csv.
 */
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { check, formatTable, mean, Rng } from '../src/base/index.ts'
import { openDataset, type Photo } from '../src/data/index.ts'
import { openModel } from '../src/embedder/index.ts'
import { explainDefaults, explainMatch, type MatchExplanation } from '../src/explain/index.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    data: { type: 'string' },
    images: { type: 'string' },
    name: { type: 'string', default: '' },
    split: { type: 'string', default: 'all' },
    pairs: { type: 'string', default: '60' },
    seed: { type: 'string', default: '0' },
  },
})
const { model, data, images } = values
check(model !== undefined && data !== undefined, '--model and --data are needed')

const file = join(fileURLToPath(new URL('../..', import.meta.url)), 'results', 'explain.csv')
const header =
  'date,model,split,seed,pairs,method,grid,deleted_share,draws,similarity,lost,lost_at_random,pairs_where_more_is_lost,ms_a_pair\n'
mkdirSync(join(file, '..'), { recursive: true })
if (!existsSync(file)) writeFileSync(file, header)

const pairs = drawPairs(openDataset(data, { images, requireIdentity: true }).photos)
const embedder = await openModel(model, { threads: 1 })
const rows: (string | number)[][] = []
for (const method of ['cells', 'occlusion'] as const) {
  const begun = performance.now()
  const found: MatchExplanation[] = []
  for (const [query, match] of pairs) found.push(await explainMatch(embedder, query, match, { method }))
  rows.push(summary(method, found, (performance.now() - begun) / pairs.length))
}
await embedder.release()
for (const row of rows) appendFileSync(file, `${new Date().toISOString().slice(0, 10)},${row.join(',')}\n`)
console.log(formatTable(header.trim().split(',').slice(1), rows))

/** Two photos of one individual, individuals drawn with equal chance. */
function drawPairs(photos: readonly Photo[]): (readonly [Photo, Photo])[] {
  const names = [...new Set(photos.map(({ identity }) => identity))]
  const groups = names.map((name) => photos.filter(({ identity }) => identity === name))
  const several = groups.filter((group) => group.length > 1)
  const rng = new Rng(values.seed).fork('pairs')
  return Array.from({ length: Number(values.pairs) }, () => {
    const [query, match] = rng.shuffle(rng.pick(several))
    return [query!, match!] as const
  })
}

function summary(method: string, found: readonly MatchExplanation[], msPerPair: number): (string | number)[] {
  const { rows: r, columns } = found[0]!.query
  const average = (of: (explanation: MatchExplanation) => number) => mean(found.map(of)).toFixed(3)
  const more = found.filter(({ faithfulness }) => faithfulness.lost > faithfulness.lostAtRandom).length
  const { deletedShare, draws } = explainDefaults
  return [
    values.name,
    values.split,
    values.seed,
    found.length,
    method,
    `${r}x${columns}`,
    deletedShare,
    draws,
    average(({ similarity }) => similarity),
    average(({ faithfulness }) => faithfulness.lost),
    average(({ faithfulness }) => faithfulness.lostAtRandom),
    more,
    msPerPair.toFixed(0),
  ]
}
