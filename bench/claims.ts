/**
 * The brief's claims on drawn jaguars: ArcFace against softmax, GeM against average pooling, flip averaging on and off. Each
 * seed draws other animals and starts another network. Appends to results/claims-procedural-jaguars.csv.
 *
 *     npm run claims -- --seeds 1,2,3
 */
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatTable, mean, standardDeviation } from '../src/base/index.ts'

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '1,2,3' }, epochs: { type: 'string', default: '36' } },
})

/** What each variant changes in the demo's preset. */
const variants: Readonly<Record<string, readonly string[]>> = {
  'ArcFace, GeM': [],
  'softmax, GeM': ['loss.kind=softmax'],
  'ArcFace, average pooling': ['model.pool=average'],
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const file = join(root, 'results', 'claims-procedural-jaguars.csv')
const scratch = mkdtempSync(join(tmpdir(), 'rosette-claims-'))
const scores = new Map<string, number[]>()

mkdirSync(join(root, 'results'), { recursive: true })
if (!existsSync(file))
  writeFileSync(file, 'date,seed,epochs,variant,flip_averaging,split,photos,rank1,map,identity_balanced_map\n')
for (const seed of values.seeds.split(',')) {
  const data = join(scratch, `data-${seed}`)
  rosette('synth', '--out', data, '--seed', seed)
  for (const [variant, settings] of Object.entries(variants)) {
    const run = join(scratch, `run-${seed}`)
    const set = [`epochs=${values.epochs}`, ...settings].flatMap((setting) => ['--set', setting])
    rosette('train', '--data', data, '--out', run, '--preset', 'demo', '--seed', seed, '--overwrite', ...set)
    for (const tta of ['flip', 'none']) record(seed, variant, tta, measure(run, data, tta))
  }
}
rmSync(scratch, { recursive: true })
const rows = [...scores].map(([name, list]) => [
  name,
  list.length,
  mean(list).toFixed(3),
  standardDeviation(list).toFixed(3),
])
console.log(formatTable(['variant', 'seeds', 'identity-balanced mAP', 'standard deviation'], rows))

interface Metrics {
  readonly photos: number
  readonly rank1: number
  readonly map: number
  readonly identityBalancedMap: number
}

function measure(run: string, data: string, tta: string): Metrics {
  const out = join(scratch, 'metrics.json')
  const images = join(data, 'test', 'test')
  const photos = ['--data', join(data, 'test_identities.csv'), '--images', images]
  rosette('evaluate', '--model', run, ...photos, '--tta', tta, '--out', out, '--overwrite')
  return JSON.parse(readFileSync(out, 'utf8')) as Metrics
}

function record(
  seed: string,
  variant: string,
  tta: string,
  { photos, rank1, map, identityBalancedMap }: Metrics,
): void {
  const day = new Date().toISOString().slice(0, 10)
  const numbers = [rank1, map, identityBalancedMap].map((value) => value.toFixed(4))
  appendFileSync(
    file,
    `${[day, seed, values.epochs, `"${variant}"`, tta, 'test (other encounters)', photos, ...numbers].join(',')}\n`,
  )
  const name = `${variant}, flip averaging ${tta === 'flip' ? 'on' : 'off'}`
  scores.set(name, [...(scores.get(name) ?? []), identityBalancedMap])
  process.stderr.write(`seed ${seed}: ${name}: ${identityBalancedMap.toFixed(3)}\n`)
}

function rosette(...args: string[]): void {
  execFileSync(process.execPath, [join(root, 'dist', 'cli.js'), ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
}
