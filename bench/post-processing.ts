/**
 * `node scripts/bench.mjs post-processing --model resnet50.onnx --queries new.csv --query-images DIR [--gallery known.csv --gallery-images DIR]`: what each
 * trick of ranking gives a model: photos against each other, other encounters only, or against a gallery. The difference of identity-balanced
 * mAP to plain cosines is paired by query, its 95 % interval drawn over individuals. The last row is what the gate of `rosette tune` says of all
 * of them: the gain of choosing on individuals that did not choose, with a 99 % interval. `--averaging` lets the other ways to average take part: photos
 * without their mirror images, and in two sizes where the network takes them. Writes results/post-processing.csv, a row a trick.
 */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatTable, InputError } from '../src/base/index.ts'
import { openDataset } from '../src/data/index.ts'
import { embedCached, openModel, type PhotoEmbeddings, type Tta } from '../src/embedder/index.ts'
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
import { gate, postProcessingGrid } from '../src/study/index.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: '' },
    queries: { type: 'string', default: '' },
    'query-images': { type: 'string' },
    gallery: { type: 'string' },
    'gallery-images': { type: 'string' },
    'model-config': { type: 'string' },
    averaging: { type: 'boolean', default: false },
    /** What the rows call the queries; their file unless given. */
    called: { type: 'string' },
    /** The column of the sighting, where its name does not tell. */
    encounter: { type: 'string' },
    threads: { type: 'string', default: '1' },
  },
})
const root = fileURLToPath(new URL('../..', import.meta.url))
const file = join(root, 'results', 'post-processing.csv')
const header =
  'date,model,queries,gallery,photos,individuals,ranked_by,rank1,identity_balanced_map,difference,difference_low,difference_high,p'

const flip = await embeddedBy('flip')
const plain = measure(flip, {})
const tricks = [
  { words: 'cosines alone', metrics: plain },
  ...postProcessingGrid.map((one) => ({ words: postProcessingWords(one) ?? '', metrics: measure(flip, one) })),
]
for (const tta of values.averaging ? (['none', 'multi-scale'] as const) : []) {
  const embedded = await embeddedBy(tta).catch(unlessOneSize)
  if (embedded !== undefined) tricks.push({ words: `cosines alone, averaging: ${tta}`, metrics: measure(embedded, {}) })
}
const rows = [...tricks.map(rowOf), verdictRow()]
if (!existsSync(file)) writeFileSync(file, `${header}\n`)
for (const row of rows)
  appendFileSync(file, `${row.map((cell) => (cell.includes(',') ? `"${cell}"` : cell)).join(',')}\n`)
console.log(
  formatTable(
    header.split(',').slice(6),
    rows.map((row) => row.slice(6)),
  ),
)

interface Embedded {
  readonly name: string
  readonly queries: PhotoEmbeddings
  readonly gallery: PhotoEmbeddings | undefined
}

interface Tried {
  readonly words: string
  readonly metrics: RetrievalMetrics
}

async function embeddedBy(tta: Tta): Promise<Embedded> {
  const options = { threads: Number(values.threads), tta, modelConfig: values['model-config'] }
  const embedder = await openModel(values.model, options)
  const embed = (path: string, images: string | undefined) => {
    const columns = values.encounter === undefined ? undefined : { encounter: values.encounter }
    return embedCached(embedder, openDataset(path, { images, columns, requireIdentity: true }))
  }
  try {
    const queries = await embed(values.queries, values['query-images'])
    const gallery = values.gallery === undefined ? undefined : await embed(values.gallery, values['gallery-images'])
    return { name: embedder.name, queries, gallery }
  } finally {
    await embedder.release()
  }
}

/** A network that takes photos of one size only sees them in no other. */
function unlessOneSize(error: unknown): undefined {
  if (!(error instanceof InputError)) throw error
  process.stderr.write(`${error.message}\n`)
}

function measure({ queries, gallery }: Embedded, postProcessing: PostProcessing): RetrievalMetrics {
  const asked = { embeddings: queries.embeddings, ...labelsOf(queries.photos) }
  if (gallery === undefined) return evaluateRetrieval({ ...asked, excludeSame: 'encounter', postProcessing })
  const known = { embeddings: gallery.embeddings, ...labelsOf(gallery.photos) }
  const excludeSame = known.encounters === undefined ? undefined : 'encounter' // a gallery of other times shares none
  return evaluateQueriesAgainstGallery(asked, known, { excludeSame, postProcessing })
}

function rowOf({ words, metrics }: Tried): string[] {
  const named = ({ perQuery }: RetrievalMetrics) => queryRecords(perQuery, String)
  const { difference, interval, p } = comparePaired(named(plain), named(metrics)).scores.identityBalancedMap!
  return line(words, [metrics.rank1, metrics.identityBalancedMap, difference, ...interval, p])
}

/** What the gate says of everything that was tried. */
function verdictRow(): string[] {
  const apOf = ({ perQuery }: RetrievalMetrics) => perQuery.map(({ ap }) => ap)
  const tried = tricks.slice(1)
  const { accepted, confirmed } = gate({
    identities: plain.perQuery.map(({ identity }) => identity),
    baseline: apOf(plain),
    candidates: tried.map(({ metrics }) => apOf(metrics)),
  })
  const chosen = accepted === null ? undefined : tried[accepted]
  const { rank1, identityBalancedMap } = chosen?.metrics ?? plain
  const words = `what the gate accepts: ${chosen?.words ?? 'nothing'}`
  return line(words, [rank1, identityBalancedMap, confirmed.difference, ...confirmed.interval, Number.NaN])
}

function line(words: string, scores: readonly number[]): string[] {
  return [
    new Date().toISOString().slice(0, 10),
    flip.name,
    values.called ?? basename(values.queries),
    values.gallery === undefined ? 'each other' : basename(values.gallery),
    String(plain.photos),
    String(plain.identities),
    words,
    ...scores.map((score) => (Number.isNaN(score) ? '' : score.toFixed(4))),
  ]
}
