/**
 * `node scripts/bench.mjs post-processing --model resnet50.onnx --queries new.csv --query-images DIR [--gallery known.csv --gallery-images DIR]`: what each
 * trick of ranking gives a model: photos against each other, other encounters only, or against a gallery. The difference of identity-balanced
 * mAP to plain cosines is paired by query, its 95 % interval drawn over individuals. The last row is what the gate of `rosette tune` says of all
 * of them: the gain of choosing on individuals that did not choose, with a 99 % interval. `--averaging none,multi-scale` lets the other ways to average take part: photos
 * without their mirror images, and in two sizes (an .onnx file of one size, with its `--model-config`, is made into one of another size as well). Writes
 * results/post-processing.csv, a row a trick.
 */
import { appendFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatTable } from '../src/base/index.ts'
import { openDataset } from '../src/data/index.ts'
import { embedCached, openModel, type PhotoEmbeddings, type Tta } from '../src/embedder/index.ts'
import { labelsOf } from '../src/identify/index.ts'
import {
  chanceOf,
  comparePaired,
  evaluateQueriesAgainstGallery,
  evaluateRetrieval,
  type PostProcessing,
  postProcessingWords,
  queryRecords,
  type RetrievalMetrics,
} from '../src/retrieval/index.ts'
import { gate, postProcessingGrid } from '../src/study/index.ts'
import { chanceCells, chanceColumnsWithoutMap } from './by-chance.ts'
import { atSize } from './other-size.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: '' },
    queries: { type: 'string', default: '' },
    'query-images': { type: 'string' },
    gallery: { type: 'string' },
    'gallery-images': { type: 'string' },
    'model-config': { type: 'string' },
    /** Of none and multi-scale, with commas. */
    averaging: { type: 'string', default: '' },
    /** What the rows call the queries; their file unless given. */
    called: { type: 'string' },
    /** The column of the sighting, where its name does not tell. */
    encounter: { type: 'string' },
    threads: { type: 'string', default: '1' },
  },
})
const root = fileURLToPath(new URL('../..', import.meta.url))
const file = join(root, 'results', 'post-processing.csv')
const header = `date,model,queries,gallery,photos,individuals,ranked_by,rank1,identity_balanced_map,difference,difference_low,difference_high,p,${chanceColumnsWithoutMap.join(',')}`

/** The second size of multi-scale averaging for a network of 224 px: a quarter larger, in whole strides of 32. */
const largerPx = 288

const flip = await embeddedBy('flip')
const plain = measure(flip, {})
const tricks = [
  { words: 'cosines alone', metrics: plain },
  ...postProcessingGrid.map((one) => ({ words: postProcessingWords(one) ?? '', metrics: measure(flip, one) })),
]
for (const tta of (['none', 'multi-scale'] as const).filter((one) => values.averaging.split(',').includes(one))) {
  const metrics = measure(await embeddedBy(tta), {})
  tricks.push({ words: `cosines alone, averaging: ${tta}`, metrics })
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
  const { model, 'model-config': modelConfig } = values
  if (tta !== 'multi-scale' || modelConfig === undefined) return embeddedWith(model, { tta, modelConfig })
  const scratch = mkdtempSync(join(tmpdir(), 'rosette-sizes-'))
  try {
    const larger = await embeddedWith(atSize(model, modelConfig, { sizePx: largerPx, folder: scratch }), {
      tta: 'flip',
    })
    const known = flip.gallery && larger.gallery && meanOf(flip.gallery, larger.gallery)
    return { name: flip.name, queries: meanOf(flip.queries, larger.queries), gallery: known }
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

async function embeddedWith(
  model: string,
  options: { readonly tta: Tta; readonly modelConfig?: string | undefined },
): Promise<Embedded> {
  const embedder = await openModel(model, { ...options, threads: Number(values.threads) })
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

/** The same photos seen twice: for each the mean of both unit vectors, of length 1 again. */
function meanOf(a: PhotoEmbeddings, b: PhotoEmbeddings): PhotoEmbeddings {
  const { count, dim } = a.embeddings
  const data = a.embeddings.data.map((value, i) => value + b.embeddings.data[i]!)
  for (let row = 0; row < count; row++) {
    const own = data.subarray(row * dim, (row + 1) * dim)
    const length = Math.hypot(...own)
    own.forEach((value, i) => {
      own[i] = value / length
    })
  }
  return { ...a, embeddings: { ...a.embeddings, data } }
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
    ...chanceCells(chanceOf(plain.perQuery), chanceColumnsWithoutMap), // the same for all that rank these queries
  ]
}
