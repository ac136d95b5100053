/**
 * Where a profiled step's time went on the card, by operator: from a profile of ONNX Runtime (`--profile` of bench/ours.ts), of its last run. WebGPU's
 * has the times of the card beside those that the processor took to start each node; CUDA's has the latter alone.
 *
 *     node scripts/bench.mjs gpu/profile build/gpu/profile-webgpu_….json
 */
import { readFileSync } from 'node:fs'
import { csvLine, InputError } from '../../src/base/index.ts'

interface Event {
  readonly cat: string
  readonly name: string
  readonly ts: number
  /** Microseconds. */
  readonly dur: number
  readonly args: { readonly op_name?: string }
}

const [path] = process.argv.slice(2)
if (path === undefined) throw new InputError('profile: no file given')
const events = JSON.parse(readFileSync(path, 'utf8')) as readonly Event[]
const runs = events.filter(({ name }) => name === 'model_run')
const last = runs.at(-1)
if (last === undefined) throw new InputError(`${path}: it has no run of a model`)
const started = sums(
  events.filter(({ cat, ts }) => cat === 'Node' && ts >= last.ts && ts <= last.ts + last.dur),
  1,
)
// the card's clock is another one: an average of all runs
const card = sums(
  events.filter(({ cat }) => cat === 'Api'),
  runs.length,
)

process.stdout.write(csvLine(['op', 'nodes', 'ms_starting', 'ms_card']))
const names = [...new Set([...started.keys(), ...card.keys()])]
for (const name of names.sort((a, b) => (card.get(b)?.ms ?? 0) - (card.get(a)?.ms ?? 0)))
  process.stdout.write(
    csvLine([
      name,
      String(Math.round(started.get(name)?.count ?? card.get(name)!.count)),
      (started.get(name)?.ms ?? 0).toFixed(2),
      (card.get(name)?.ms ?? 0).toFixed(2),
    ]),
  )

/** By operator, for one of so many runs. */
function sums(all: readonly Event[], count: number): Map<string, { readonly count: number; readonly ms: number }> {
  const found = new Map<string, { count: number; ms: number }>()
  for (const { name, dur, args } of all) {
    const op = args.op_name ?? name.split('&').at(-1)!
    const before = found.get(op) ?? { count: 0, ms: 0 }
    found.set(op, { count: before.count + 1 / count, ms: before.ms + dur / 1000 / count })
  }
  return found
}
