/**
 * `rosette embed --model M --data D --out embeddings.npy`, then `node scripts/bench.mjs answers --data D --embeddings embeddings.npy`: how far probabilities
 * hold on real photos of other sightings. D is Kaggle's folder with `test_identities.csv` and `train_sightings.csv` beside it. Test photos are asked of training photos, and
 * training photos of each other; everything is fitted on other individuals than it is measured on. Then every third individual leaves the gallery, the
 * calibration is fitted on the others, and the photos of those are asked. Writes results/answers-<folder>.csv.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatTable } from '../src/base/index.ts'
import type { Photo } from '../src/data/index.ts'
import type { PhotoEmbeddings } from '../src/embedder/index.ts'
import { type FlankRule, identifyPhotos, meetingOf } from '../src/identify/index.ts'
import { pickRows } from '../src/retrieval/index.ts'
import { calibrateModel } from '../src/study/index.ts'
import { decodeNpy } from '../src/tensor/index.ts'

const { values } = parseArgs({ options: { data: { type: 'string' }, embeddings: { type: 'string' } } })
const { data = '', embeddings = '' } = values
const { shape, data: numbers } = decodeNpy(readFileSync(embeddings), embeddings)
const names = linesOf(embeddings.replace(/\.npy$/, '.csv')).map((row) => row.get('filename')!)
const all = { count: shape[0]!, dim: shape[1]!, data: numbers }
const known = photosOf('train.csv', 'train_sightings.csv')
const asked = photosOf('test_identities.csv', 'test_identities.csv')
const third = new Set([...new Set(known.photos.map(({ identity }) => identity))].sort().filter((_, i) => i % 3 === 0))
const isAway = ({ identity }: Photo) => third.has(identity)

const header = [
  'task',
  'flanks',
  'photos',
  'individuals',
  'rank1',
  'curve',
  'ece_answers',
  'ece_pairs',
  'absent',
  'named_above_0.9',
  'highest',
]
const rows = (['any', 'same'] as const).flatMap((flanks) => [
  row('test against training', flanks, asked, known),
  row('training among each other', flanks, known, undefined),
])
const file = join(fileURLToPath(new URL('../..', import.meta.url)), 'results', `answers-${basename(data)}.csv`)
writeFileSync(file, `${[header, ...rows].map((cells) => cells.join(',')).join('\n')}\n`)
console.log(formatTable(header, rows))

function row(
  task: string,
  flanks: FlankRule,
  queries: PhotoEmbeddings,
  gallery: PhotoEmbeddings | undefined,
): string[] {
  const { embedding, fittedOn } = fit(queries, gallery, flanks)
  const stay = (photo: Photo) => !isAway(photo)
  const scores = fit(pick(queries, stay), gallery && pick(gallery, stay), flanks).embedding
  const absent = pick(asked, isAway)
  const named = identifyPhotos(pick(known, stay), absent, 1, { scores, flanks }).map(
    ({ answer }) => answer.probability ?? 0,
  )
  const { rank1, ece, pairEce } = embedding.measured!
  const above = named.filter((p) => p > 0.9).length
  return [
    ...[task, flanks, fittedOn.photos, fittedOn.individuals, rank1.toFixed(3), embedding.curve.kind, ece.toFixed(3)],
    ...[pairEce.toFixed(4), named.length, above, Math.max(...named).toFixed(3)],
  ].map(String)
}

function fit(queries: PhotoEmbeddings, gallery: PhotoEmbeddings | undefined, flanks: FlankRule) {
  const model = { name: 'measured', fingerprint: '0'.repeat(64) }
  return calibrateModel({ ...meetingOf(queries, gallery, { flanks }), model, data: basename(data) })
}

function pick(set: PhotoEmbeddings, keeps: (photo: Photo) => boolean): PhotoEmbeddings {
  const places = set.photos.flatMap((photo, i) => (keeps(photo) ? [i] : []))
  return {
    ...set,
    embeddings: pickRows(set.embeddings, places),
    photos: places.map((i) => set.photos[i]!),
    contentHashes: places.map((i) => set.contentHashes[i]!),
  }
}

function photosOf(table: string, sightings: string): PhotoEmbeddings {
  const seen = new Map(linesOf(join(data, sightings)).map((cells) => [cells.get('filename')!, cells]))
  const identities = new Map(
    linesOf(join(data, table)).map((cells) => [cells.get('filename')!, cells.get('ground_truth')]),
  )
  const places = names.flatMap((name, i) => (identities.has(name) ? [i] : []))
  const photos = places.map((i): Photo => {
    const name = names[i]!
    const cells = seen.get(name)
    const [encounter, flank] = [cells?.get('sighting'), cells?.get('flank')]
    return { filename: name, path: name, identity: identities.get(name), encounter, flank, extra: {} }
  })
  return {
    embeddings: pickRows(all, places),
    photos,
    contentHashes: photos.map(({ filename }) => filename),
    skipped: [],
  }
}

function linesOf(path: string): ReadonlyMap<string, string>[] {
  const [first = '', ...lines] = readFileSync(path, 'utf8').replace('\ufeff', '').trim().split('\n')
  const fields = first.split(',')
  return lines.map((line) => new Map(line.split(',').map((cell, i) => [fields[i]!, cell])))
}
