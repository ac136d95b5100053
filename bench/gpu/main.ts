/**
 * All that wants a graphics card, in one call, on a machine without a network: training steps and embedding by rosette on WebGPU and CUDA beside
 * PyTorch with timm, eager and compiled; a whole training by the preset `brief`; profiles. Installs nothing. Each part has a limit of time, and what
 * fails is a row that says so. Rows go to results/gpu-CARD.csv, logs and profiles to build/gpu; all to `out` where it is given
 * (docs/performance.md).
 *
 *     node scripts/bench.mjs gpu/main --kit FOLDER --minutes 9
 *     node scripts/bench.mjs gpu/main --kit FOLDER --minutes 9 --parts 'whole-training|train-convnext_small-32'
 *     node scripts/bench.mjs gpu/main --dry
 */
import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { csvLine, formatTable, median } from '../../src/base/index.ts'
import { cardName } from '../processor.ts'
import { runContests } from './contest.ts'
import { installCuda, readKit } from './kit.ts'
import { type Outcome, type Part, runPart } from './part.ts'
import { cardPlan, contests, dryPlan, profileParts, trainingParts } from './parts.ts'

const { values } = parseArgs({
  options: {
    /** A folder with what the machine lacks: python, site, onnxruntime, weights. */
    kit: { type: 'string' },
    out: { type: 'string' },
    /** For all parts together. */
    minutes: { type: 'string', default: '60' },
    /** A regular expression: parts whose names it fits. */
    parts: { type: 'string', default: '' },
    /** On the processor, as small as it goes. */
    dry: { type: 'boolean', default: false },
  },
})

const root = fileURLToPath(new URL('../../..', import.meta.url))
const out = values.out ?? join(root, 'build', 'gpu')
const logs = join(out, 'logs')
const endsAt = performance.now() + 60_000 * Number(values.minutes)
const plan = values.dry ? dryPlan : cardPlan
const kit = readKit(values.kit, sitePackages())
const places = { benches: fileURLToPath(new URL('..', import.meta.url)), root, out }
const card = values.dry ? 'dry' : cardName()
const rowsTo = values.out === undefined && !values.dry ? join(root, 'results') : out
const file = join(rowsTo, `gpu-${card}.csv`)
const contestsTogether = 6
/** Made ready at the same time. */
const builders = availableParallelism()
const header = 'date,card,task,model,size,batch,precision,peer,images_per_s,step_ms,peak_mb,seconds,state\n'
const rows: string[][] = []

mkdirSync(logs, { recursive: true })
if (!existsSync(file)) writeFileSync(file, header)
const uninstall = installCuda(kit, root)
try {
  await wholeTrainings()
  await speeds()
  for (const part of profileParts(plan, kit, places)) await measure(part)
} finally {
  uninstall()
}
console.log(formatTable(header.trim().split(',').slice(2), rows))
console.log(`rows in ${file}, logs in ${logs}`)

/** The training by the preset `brief` on each device, once its photos are drawn. */
async function wholeTrainings(): Promise<void> {
  const { draw, trainings } = trainingParts(plan, kit, places)
  if (!trainings.some(isAsked)) return
  if (!existsSync(join(out, 'photos', 'photos.csv'))) {
    const { state } = await runPart(draw, logs, leftS())
    if (state !== 'done') return note(draw, { state, seconds: 0 })
    const table = readFileSync(join(out, 'photos', 'train.csv'), 'utf8').split('\n')
    writeFileSync(join(out, 'photos', 'photos.csv'), table.slice(0, plan.whole.photos + 1).join('\n'))
  }
  for (const part of trainings) await measure(part)
}

/** Of what is asked, some contests at a time: the card has to hold their weights. */
async function speeds(): Promise<void> {
  const asked = contests(plan, kit, places)
    .map(({ name, parts }) => ({ name, parts: parts.filter(isAsked) }))
    .filter(({ parts }) => parts.length > 0)
  for (let i = 0; i < asked.length; i += contestsTogether)
    await runContests(asked.slice(i, i + contestsTogether), { logs, builders, leftS, note })
}

async function measure(part: Part): Promise<void> {
  if (isAsked(part)) note(part, await runPart(part, logs, leftS()))
}

function isAsked({ name }: Part): boolean {
  return new RegExp(values.parts).test(name)
}

function note({ labels, photos }: Part, { state, seconds, summary }: Outcome): void {
  const { task, model, size, batch, precision, peer } = labels
  const whole = photos === undefined || state !== 'done' ? undefined : photos / seconds
  const speed = summary?.images_per_s ?? whole
  const middle = summary === undefined || summary.step_ms.length === 0 ? undefined : median(summary.step_ms)
  const row = [
    ...[task, model, String(size), String(batch), precision, peer],
    ...[speed?.toFixed(2) ?? '', middle?.toFixed(1) ?? '', summary?.peak_rss_mb.toFixed(0) ?? ''],
    ...[seconds.toFixed(1), state],
  ]
  rows.push(row)
  appendFileSync(file, csvLine([new Date().toISOString().slice(0, 10), card, ...row]))
  process.stderr.write(`${row.join(' ')}\n`)
}

function leftS(): number {
  return (endsAt - performance.now()) / 1000
}

/** Where the machine's own interpreter has its packages, NVIDIA's libraries among them. */
function sitePackages(): string[] {
  const words = 'import site, sys; print("\\n".join([p for p in sys.path if p.endswith("-packages")]))'
  const { stdout } = spawnSync('python3', ['-c', words], { encoding: 'utf8' })
  return (stdout ?? '').split('\n').filter((path) => path !== '')
}
