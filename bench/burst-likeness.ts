/**
 * `node scripts/bench.mjs burst-likeness --data seals=DIR --data drawn=DIR --data nyala=DIR --model resnet50-imagenet.onnx`: which pairs of photos a
 * threshold on the cosine of their embeddings joins: of one individual at one encounter (what a burst is), of one individual at two (or where no encounters are
 * known), and of two individuals. Beside them what bursts join, by hashes alone and with the usual threshold. `drawn` is a folder of
 * `rosette synth --identities 24 --photos 20 --seed 7`, of which the photos that train are counted; of nyala the known ones and those of the test.
 * Writes results/burst-likeness.csv.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatTable } from '../src/base/index.ts'
import { type Bursts, burstsOf, hashPhotos, openDataset, type Photo } from '../src/data/index.ts'
import { embedCached, openModel } from '../src/embedder/index.ts'
import { cosinesAmong, forEachCosineRow } from '../src/retrieval/index.ts'
import { root } from './command.ts'
import { drawnTable } from './drawn-table.ts'
import { nyalaTable } from './nyala-table.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string', multiple: true, default: [] },
    model: { type: 'string', default: 'resnet50-imagenet.onnx' },
    threads: { type: 'string', default: '1' },
  },
})

const thresholds = [0.99, 0.98, 0.97, 0.96, 0.95, 0.94, 0.93, 0.92, 0.9, 0.85, 0.8] as const
const modelConfig = join(root, 'presets', 'resnet50-imagenet.model.json')

/** Pairs of one individual and encounter, of one individual and two encounters (or where none are known), and of two individuals. */
type Counts = readonly [burst: number, apart: number, other: number]

const rows: string[][] = []
const scratch = mkdtempSync(join(tmpdir(), 'rosette-burst-likeness-'))
const model = await openModel(values.model, { modelConfig, threads: Number(values.threads) })
try {
  for (const named of values.data) {
    const [data = '', images = ''] = named.split('=')
    rows.push(...(await measured(data, photosOf(data, images))))
  }
} finally {
  await model.release()
  rmSync(scratch, { recursive: true })
}
const header = [
  'data',
  'joined by',
  'burst_pairs',
  'of',
  'pairs_of_two_encounters',
  'of',
  'pairs_of_two_individuals',
  'of',
]
const file = join(root, 'results', 'burst-likeness.csv')
writeFileSync(
  file,
  `${[header, ...rows]
    .map((row) => row.join(','))
    .join('\n')
    .replaceAll('joined by', 'joined_by')}\n`,
)
console.log(formatTable(header, rows))

function photosOf(data: string, images: string): readonly Photo[] {
  if (data === 'seals') return openDataset(images).photos
  const table = join(scratch, `${data}.csv`)
  writeFileSync(table, data === 'drawn' ? drawnTable(images) : nyalaTable(images, { fresh: 'test' }))
  return openDataset(table, { images }).photos
}

async function measured(data: string, photos: readonly Photo[]): Promise<string[][]> {
  const manifest = { kind: 'photos', source: data, photos, warnings: [], problems: [] } as const
  const { embeddings } = await embedCached(model, manifest)
  const { hashes } = await hashPhotos(photos)
  const identities = photos.map(({ identity }) => identity)
  const cosines: { readonly cosine: number; readonly kind: number }[] = []
  let nearest = -1
  forEachCosineRow(embeddings, embeddings, (a, row) => {
    for (let b = a + 1; b < photos.length; b++) {
      const kind = kindOf(photos[a]!, photos[b]!)
      cosines.push({ cosine: row[b]!, kind })
      if (kind === 2) nearest = Math.max(nearest, row[b]!)
    }
  })
  const countWhere = (joins: (cosine: number) => boolean): Counts => {
    const counts: [number, number, number] = [0, 0, 0]
    for (const { cosine, kind } of cosines) if (joins(cosine)) counts[kind]!++
    return counts
  }
  const all = countWhere(() => true)
  const line = (by: string, counts: Counts) => [
    data,
    by,
    ...counts.flatMap((count, i) => [String(count), String(all[i]!)]),
  ]
  const joinedBy = ({ bursts }: Bursts): Counts => {
    const counts: [number, number, number] = [0, 0, 0]
    for (let a = 0; a < photos.length; a++)
      for (let b = a + 1; b < photos.length; b++) if (bursts[a] === bursts[b]) counts[kindOf(photos[a]!, photos[b]!)]!++
    return counts
  }
  const byHash = await burstsOf(hashes, identities)
  const byBoth = await burstsOf(hashes, identities, { cosinesAmong: cosinesAmong(embeddings) })
  const radii = byHash.thresholds.map(({ radius }) => radius).join(' ')
  return [
    line(`hashes within ${radii} bits`, joinedBy(byHash)),
    line(`these or cosine ${byBoth.likeness!.cosine.toFixed(4)}`, joinedBy(byBoth)),
    ...thresholds.map((threshold) =>
      line(
        `cosine ${threshold}`,
        countWhere((cosine) => cosine >= threshold),
      ),
    ),
    line(
      `cosine above ${nearest.toFixed(4)}; the nearest two individuals`,
      countWhere((cosine) => cosine > nearest),
    ),
  ]
}

function kindOf(a: Photo, b: Photo): 0 | 1 | 2 {
  if (a.identity !== b.identity) return 2
  return a.encounter !== undefined && a.encounter === b.encounter ? 0 : 1
}
