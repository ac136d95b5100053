/**
 * `node scripts/bench.mjs post-processing --model resnet50.onnx --queries new.csv --query-images DIR [--gallery known.csv --gallery-images DIR]`: what each
 * trick of ranking gives a model: photos against each other, other encounters only, or against a gallery. The difference of identity-balanced
 * mAP to plain cosines is paired by query, its 95 % interval drawn over individuals. Writes results/post-processing.csv, a row a trick.
 */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatTable } from '../src/base/index.ts'
import { openDataset } from '../src/data/index.ts'
import { embedCached, openModel } from '../src/embedder/index.ts'
import { labelsOf } from '../src/identify/index.ts'
import {
  comparePaired,
  evaluateQueriesAgainstGallery,
  evaluateRetrieval,
  type PostProcessing,
  postProcessingWords,
  queryRecords,
  type RetrievalMetrics,
} from '../src/retrieval/index.ts'
import { postProcessingGrid } from '../src/study/index.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: '' },
    queries: { type: 'string', default: '' },
    'query-images': { type: 'string' },
    gallery: { type: 'string' },
    'gallery-images': { type: 'string' },
    encounter: { type: 'string', default: 'sighting' },
    threads: { type: 'string', default: '1' },
  },
})
const root = fileURLToPath(new URL('../..', import.meta.url))
const file = join(root, 'results', 'post-processing.csv')
const header =
  'date,model,queries,gallery,photos,individuals,ranked_by,rank1,identity_balanced_map,difference,difference_low,difference_high,p'

const embedder = await openModel(values.model, { threads: Number(values.threads), tta: 'flip' })
const queries = await embedded(values.queries, values['query-images'])
const gallery = values.gallery === undefined ? undefined : await embedded(values.gallery, values['gallery-images'])
await embedder.release()

const plain = measure({})
const rows = [{}, ...postProcessingGrid].map((postProcessing) => rowOf(postProcessing, measure(postProcessing)))
if (!existsSync(file)) writeFileSync(file, `${header}\n`)
for (const row of rows)
  appendFileSync(file, `${row.map((cell) => (cell.includes(',') ? `"${cell}"` : cell)).join(',')}\n`)
console.log(
  formatTable(
    header.split(',').slice(6),
    rows.map((row) => row.slice(6)),
  ),
)

async function embedded(path: string, images: string | undefined) {
  const columns = { encounter: values.encounter }
  return embedCached(embedder, openDataset(path, { images, columns, requireIdentity: true }))
}

function measure(postProcessing: PostProcessing): RetrievalMetrics {
  const asked = { embeddings: queries.embeddings, ...labelsOf(queries.photos) }
  const options = { excludeSame: 'encounter', postProcessing } as const
  if (gallery === undefined) return evaluateRetrieval({ ...asked, ...options })
  const known = { embeddings: gallery.embeddings, ...labelsOf(gallery.photos) }
  return evaluateQueriesAgainstGallery(asked, known, options)
}

function rowOf(postProcessing: PostProcessing, metrics: RetrievalMetrics): string[] {
  const named = ({ perQuery }: RetrievalMetrics) => queryRecords(perQuery, String)
  const { difference, interval, p } = comparePaired(named(plain), named(metrics)).scores.identityBalancedMap!
  const scores = [metrics.rank1, metrics.identityBalancedMap, difference, ...interval, p]
  return [
    new Date().toISOString().slice(0, 10),
    embedder.name,
    basename(values.queries),
    values.gallery === undefined ? 'each other' : basename(values.gallery),
    String(metrics.photos),
    String(metrics.identities),
    postProcessingWords(postProcessing) ?? 'cosines alone',
    ...scores.map((score) => score.toFixed(4)),
  ]
}
