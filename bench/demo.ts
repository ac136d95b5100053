/**
 * What `rosette demo` reaches, and what it costs: the command itself on jaguars of other seeds, each with a training of its own. Seed 0 is the
 * demo that users see. Appends to results/demo-<processor>.csv; processor time is that of all threads, from the first photo drawn to the
 * report.
 *
 *     node scripts/bench.mjs demo --seeds 31,32,33
 */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { formatTable, mean, standardDeviation } from '../src/base/index.ts'
import { root, type Scores, scoreCells, today } from './command.ts'
import { processorName } from './processor.ts'

/** The command as it is built, in this process, whose time is told. */
const built = (file: string) => pathToFileURL(join(root, 'dist', 'cli', file)).href
const { runProgram }: typeof import('../src/cli/program.ts') = await import(built('program.js'))
const { demoCommand }: typeof import('../src/cli/demo.ts') = await import(built('demo.js'))

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '31,32,33' },
    /** Settings over the demo's, separated by spaces. */
    set: { type: 'string', default: '' },
  },
})

type Bracketed = 'rank1' | 'identityBalancedMap'

/** What the command writes of a network. */
interface Measured extends Scores {
  readonly intervals: { readonly identity: { readonly scores: Readonly<Record<Bracketed, readonly [number, number]>> } }
  readonly chance: { readonly rank1: number; readonly map: number; readonly identityBalancedMap: number }
}

const three = (name: string) => `${name}_rank1,${name}_map,${name}_identity_balanced_map`
/** Intervals that rows of before 28 November 2026 do not have: of the trained network's mAP `low` and `high` stand further left. */
const intervalColumns = [
  'rank1_low,rank1_high',
  ...['untrained', 'pretrained'].map((name) => `${name}_low,${name}_high,${name}_rank1_low,${name}_rank1_high`),
].join(',')
const header = `date,seed,settings,test_photos,split,${three('untrained')},${three('pretrained')},${three('trained')},low,high,${three('chance')},threads,processor_s,wall_s,${intervalColumns}`
const file = join(root, 'results', `demo-${processorName()}.csv`)
const settings = values.set.split(' ').filter((setting) => setting !== '')
const found: Measured[] = []

mkdirSync(join(root, 'results'), { recursive: true })
if (!existsSync(file)) writeFileSync(file, `${header}\n`)
else widen()
for (const seed of values.seeds.split(',')) await demo(seed)
const column = (name: string, of: (scores: Measured) => number) => {
  const all = found.map(of)
  return [name, all.length, mean(all).toFixed(3), standardDeviation(all).toFixed(3)]
}
console.log(
  formatTable(
    ['score', 'seeds', 'mean', 'standard deviation'],
    [
      column('rank-1', ({ rank1 }) => rank1),
      column('identity-balanced mAP', ({ identityBalancedMap }) => identityBalancedMap),
    ],
  ),
)

async function demo(seed: string): Promise<void> {
  const out = mkdtempSync(join(tmpdir(), 'rosette-demo-'))
  try {
    const [begin, cpu] = [performance.now(), process.cpuUsage()]
    const set = settings.flatMap((setting) => ['--set', setting])
    const code = await runProgram(['demo', '--out', out, '--seed', seed, ...set], [demoCommand])
    if (code !== 0) throw new Error(`rosette demo --seed ${seed}: exit ${code}`)
    const [wallMs, { user, system }] = [performance.now() - begin, process.cpuUsage(cpu)]
    const { untrained, pretrained, trained } = JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8')) as {
      readonly untrained: Measured
      readonly pretrained?: Measured
      readonly trained: Measured
    }
    const before = pretrained === undefined ? ['', '', ''] : scoreCells(pretrained)
    const facts = [today(), seed, `"${settings.join(' ')}"`, trained.photos, 'test (other encounters)']
    const scores = [
      ...scoreCells(untrained),
      ...before,
      ...scoreCells(trained),
      ...ends(trained, 'identityBalancedMap'),
    ]
    const costs = [availableParallelism(), ((user + system) / 1e6).toFixed(0), (wallMs / 1000).toFixed(0)]
    const ofStart = [untrained, pretrained].flatMap((start) => [
      ...ends(start, 'identityBalancedMap'),
      ...ends(start, 'rank1'),
    ])
    const chance = scoreCells({ ...trained, ...trained.chance })
    appendFileSync(
      file,
      `${[...facts, ...scores, ...chance, ...costs, ...ends(trained, 'rank1'), ...ofStart].join(',')}\n`,
    )
    found.push(trained)
  } finally {
    rmSync(out, { recursive: true })
  }
}

/** Both ends of an interval; empty cells of what there is not. */
function ends(measured: Measured | undefined, name: Bracketed): string[] {
  return measured === undefined ? ['', ''] : measured.intervals.identity.scores[name].map((end) => end.toFixed(4))
}

/** Columns that the file's rows were written without stay empty. */
function widen(): void {
  const [old = '', ...rows] = readFileSync(file, 'utf8').trimEnd().split('\n')
  if (old === header) return
  if (!header.startsWith(`${old},`)) throw new Error(`${file}: expected the columns ${header}, or the first of these`)
  const empty = ','.repeat(header.split(',').length - old.split(',').length)
  writeFileSync(file, `${[header, ...rows.map((row) => `${row}${empty}`)].join('\n')}\n`)
}
