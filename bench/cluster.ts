/**
 * How well `rosette cluster` finds individuals that it is not told, by similarities and by places of the coat.
 *
 *     node scripts/bench.mjs cluster --data nyala-512 --model resnet50-imagenet.onnx --locate isnet.onnx
 *
 * Of all individuals every third (the 2nd, 5th and so on by name) is clustered, and the threshold is chosen on the photos of another third (the 1st, 4th
 * and so on), whose names are told. Photos of the same sighting are among both. A row replaces that of the same question in results/cluster-<data>.csv.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, extname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { check, formatTable } from '../src/base/index.ts'
import type { Photo } from '../src/data/index.ts'
import { agreementOf } from '../src/retrieval/index.ts'
import { askedAndKnown, ofEveryNth } from './asked-and-known.ts'
import { root, rosetteText, today } from './command.ts'
import { cellsOf, type KeptRow, keepRow } from './kept-rows.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '' },
    model: { type: 'string', default: '' },
    locate: { type: 'string' },
    /** `none`, or MATCH=MATCHERS, several. */
    match: { type: 'string', multiple: true, default: ['none', 'local=sift', 'local=sift,coat', 'fused=sift,coat'] },
    threads: { type: 'string', default: '2' },
  },
})
const { data, model, locate } = values
check(data !== '' && model !== '', 'bench cluster: expected --data and --model')

/** What a JSON answer of `cluster` tells. */
interface Clustered {
  readonly individuals: number
  readonly interval: readonly [number, number]
  readonly threshold: { readonly at: number; readonly labelled: { readonly ami: number } }
  readonly clusters: readonly { readonly photo: string; readonly cluster: number }[]
}

const columns = [
  ...['date', 'data', 'photos', 'individuals', 'labelled_photos', 'match', 'matcher', 'located', 'ami', 'ari'],
  ...['proposed', 'proposed_low', 'proposed_high', 'threshold', 'labelled_ami', 'seconds'],
]

const file = join(root, 'results', `cluster-${basename(resolve(data))}.csv`)
const table = { file, columns, question: ['data', 'match', 'matcher', 'located'] }
const scratch = mkdtempSync(join(tmpdir(), 'rosette-cluster-'))
const measured: KeptRow[] = []
try {
  const sides = await askedAndKnown(data, scratch)
  const photosOf = (first: number) => Object.values(ofEveryNth(sides, 3, first)).flat() as Photo[]
  const [labelled, asked] = [photosOf(1), photosOf(2)]
  const truth = new Map(asked.map((photo, i) => [`${i}${extname(photo.path)}`, photo.identity!]))
  mkdirSync(join(scratch, 'asked'))
  asked.forEach(({ path }, i) => copyFileSync(path, join(scratch, 'asked', `${i}${extname(path)}`)))
  labelled.forEach(({ path, identity }, i) => {
    mkdirSync(join(scratch, 'labelled', identity!), { recursive: true })
    copyFileSync(path, join(scratch, 'labelled', identity!, `${i}${extname(path)}`))
  })
  for (const way of values.match) {
    const row = await rowOf(way, truth, labelled.length)
    measured.push(row)
    keepRow(table, row)
  }
} finally {
  rmSync(scratch, { recursive: true })
}
console.log(
  formatTable(
    columns,
    measured.map((row) => cellsOf(columns, row)),
  ),
)

async function rowOf(way: string, truth: ReadonlyMap<string, string>, labelledPhotos: number): Promise<KeptRow> {
  const [match = '', matcher = ''] = way.split('=')
  const preset = join(root, 'presets', `${basename(model, '.onnx')}.model.json`)
  const begin = performance.now()
  const said = await rosetteText([
    ...['cluster', '--data', join(scratch, 'asked'), '--labelled', join(scratch, 'labelled'), '--json', '--overwrite'],
    ...['--model', model, ...(existsSync(preset) ? ['--model-config', preset] : []), '--tta', 'flip'],
    ...(locate === undefined ? [] : ['--locate', locate]),
    ...['--match', match, ...(matcher === '' ? [] : ['--matcher', matcher]), '--threads', values.threads],
    ...['--out', join(scratch, 'clusters.csv')],
  ])
  const seconds = (performance.now() - begin) / 1000
  const { clusters, individuals, interval, threshold } = JSON.parse(said) as Clustered
  const names = [...new Set(truth.values())]
  const { ami, ari } = agreementOf(
    clusters.map(({ cluster }) => cluster),
    clusters.map(({ photo }) => names.indexOf(truth.get(basename(photo))!)),
  )
  return {
    ...{ date: today(), data: basename(resolve(data)), photos: `${clusters.length}`, individuals: `${names.length}` },
    ...{ labelled_photos: `${labelledPhotos}`, match, matcher: matcher.replaceAll(',', '+') },
    located: locate === undefined ? 'whole photo' : basename(locate, '.onnx'),
    ...{ ami: ami.toFixed(3), ari: ari.toFixed(3), proposed: `${individuals}` },
    ...{ proposed_low: `${interval[0]}`, proposed_high: `${interval[1]}`, threshold: threshold.at.toFixed(3) },
    ...{ labelled_ami: threshold.labelled.ami.toFixed(3), seconds: seconds.toFixed(0) },
  }
}
