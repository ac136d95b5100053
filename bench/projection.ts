/**
 * `node scripts/bench.mjs projection`: t-SNE of clustered points on the sphere, in a worker as reports do it, and where
 * ROSETTE_PEERS names a Python interpreter with scikit-learn, its TSNE on the same points. scikit-learn judges both layouts: exact
 * divergence, trustworthiness with 5 neighbours. Writes results/projection-<processor>.csv, a row a seed. Processor seconds stand
 * beside seconds: on a busy machine only they can be compared, and only with one thread, for OpenMP's threads burn them waiting.
 *
 *     ROSETTE_PEERS=python3 OMP_NUM_THREADS=1 node scripts/bench.mjs projection --seeds 3 --methods barnes_hut,exact
 */
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatTable, Rng } from '../src/base/index.ts'
import {
  type Points,
  type Projection,
  projectInWorker,
  type TsneConfig,
  tsneDefaults,
} from '../src/projection/index.ts'
import { npyHeader } from '../src/tensor/index.ts'
import { processorName } from './processor.ts'

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '2000' },
    dim: { type: 'string', default: '768' },
    groups: { type: 'string', default: '31' },
    perplexity: { type: 'string', default: String(tsneDefaults.perplexity) },
    init: { type: 'string', default: tsneDefaults.init },
    algorithm: { type: 'string', default: tsneDefaults.algorithm },
    methods: { type: 'string', default: 'barnes_hut' },
    seeds: { type: 'string', default: '3' },
  },
})
const [count, dim, groups, perplexity, seeds] = [
  values.points,
  values.dim,
  values.groups,
  values.perplexity,
  values.seeds,
].map(Number) as [number, number, number, number, number]
const init = values.init as TsneConfig['init']
const algorithm = values.algorithm as TsneConfig['algorithm']

const root = fileURLToPath(new URL('../..', import.meta.url))
const file = join(root, 'results', `projection-${processorName()}-${availableParallelism()}-cores.csv`)
const header =
  'date,points,dim,groups,perplexity,init,seed,rosette_algorithm,rosette_s,rosette_cpu_s,rosette_kl,rosette_trustworthiness,peer,peer_threads,peer_s,peer_cpu_s,peer_kl,peer_trustworthiness,kl_ratio\n'
const [python] = (process.env.ROSETTE_PEERS ?? '').split(',').filter((name) => name !== '')
const folder = mkdtempSync(join(tmpdir(), 'rosette-projection-'))
const rows: (string | number)[][] = []

mkdirSync(join(root, 'results'), { recursive: true })
if (!existsSync(file)) writeFileSync(file, header)
try {
  for (let seed = 0; seed < seeds; seed++) {
    const points = sphere(seed)
    const [begun, before] = [performance.now(), process.cpuUsage()]
    const options = { method: 'tsne', perplexity, init, algorithm, seed } as const
    const projection = await projectInWorker(points, options, {
      onProgress: (share) => {
        if (process.stderr.isTTY) process.stderr.write(`\rseed ${seed}: ${Math.round(100 * share)} %  `)
      },
    })
    const { user, system } = process.cpuUsage(before)
    const time = { elapsedS: (performance.now() - begun) / 1000, processorS: (user + system) / 1e6 }
    for (const method of python === undefined ? [undefined] : values.methods.split(','))
      record(seed, projection, time, method === undefined ? undefined : peer(points, projection, seed, method))
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(`\n${formatTable(header.trim().split(','), rows)}`)

/** Gaussian groups, lengths 1: what embeddings of a few individuals look like. */
function sphere(seed: number): Points {
  const rng = new Rng(seed).fork('sphere')
  const centres = Float64Array.from({ length: groups * dim }, () => rng.normal())
  const data = new Float32Array(count * dim)
  for (let i = 0; i < count; i++) {
    const group = rng.int(groups)
    const row = Float64Array.from({ length: dim }, (_, d) => centres[group * dim + d]! + 1.2 * rng.normal())
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0))
    row.forEach((value, d) => {
      data[i * dim + d] = value / length
    })
  }
  return { count, dim, data }
}

interface Judged {
  readonly version: string
  readonly method: string
  readonly s: number
  readonly cpu_s: number
  readonly kl: number
  readonly other_kl: number
  readonly trust: number
  readonly other_trust: number
}

/** scikit-learn's own layout, and what it says of both. */
function peer(points: Points, { layout }: Projection, seed: number, method: string): Judged {
  const [a, b] = [join(folder, 'points.npy'), join(folder, 'layout.npy')]
  writeFileSync(a, npy(count, dim, points.data as Float32Array))
  writeFileSync(b, npy(count, 2, Float32Array.from(layout.data)))
  const script = join(root, 'bench', 'peers', 'projection.py')
  const given = ['--points', a, '--layout', b, '--perplexity', values.perplexity, '--init', init, '--method', method]
  const answer = execFileSync(python!, [script, ...given, '--seed', String(seed)], { encoding: 'utf8' })
  return { ...(JSON.parse(answer) as Judged), method }
}

function npy(rowCount: number, columns: number, data: Float32Array): Uint8Array {
  return Buffer.concat([npyHeader([rowCount, columns]), Buffer.from(data.buffer, data.byteOffset, data.byteLength)])
}

function record(
  seed: number,
  projection: Projection,
  { elapsedS, processorS }: { readonly elapsedS: number; readonly processorS: number },
  judged: Judged | undefined,
): void {
  if (projection.method !== 'tsne') return
  const kl = judged?.other_kl ?? projection.klDivergence
  const trust = judged?.other_trust ?? projection.trustworthiness ?? Number.NaN
  const other =
    judged === undefined
      ? ['', '', '', '', '', '', '']
      : [
          `scikit-learn ${judged.version} ${judged.method}`,
          process.env.OMP_NUM_THREADS ?? availableParallelism(),
          judged.s.toFixed(1),
          judged.cpu_s.toFixed(1),
          judged.kl.toFixed(4),
          judged.trust.toFixed(4),
          (kl / judged.kl).toFixed(3),
        ]
  const own = [projection.algorithm, elapsedS.toFixed(1), processorS.toFixed(1), kl.toFixed(4), trust.toFixed(4)]
  const row = [count, dim, groups, perplexity, init, seed, ...own, ...other]
  appendFileSync(file, `${new Date().toISOString().slice(0, 10)},${row.join(',')}\n`)
  rows.push([new Date().toISOString().slice(0, 10), ...row])
}
