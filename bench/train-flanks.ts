/**
 * Trains the network that tells which flank an animal shows, on drawn animals alone: npm run train:flanks
 *
 * Every photo is drawn once, from the seed and its step; a run that was stopped goes on from its last state in `build/flanks`. Writes
 * `presets/facing.safetensors` (float16) with what is needed to read it, and a log in `results/`. Twenty minutes on two cores.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { writeFileAtomic } from '../src/base/index.ts'
import { facingScores, facingSidePx } from '../src/flank/index.ts'
import { exp, input, log, mul, neg, reduceMax, reduceMean, reduceSum, stopGradient, sub } from '../src/graph/index.ts'
import { Scope } from '../src/nn/index.ts'
import { adamwDefaults, cosineSchedule, rateDefaults } from '../src/optim/index.ts'
import { ortBackend } from '../src/runtime/index.ts'
import { creatures } from '../src/synth/index.ts'
import { decodeSafetensors, encodeSafetensors, float32, narrowFloat16, tensor } from '../src/tensor/index.ts'
import { inferenceTensors, initialState, stepPlan, updateFeeds } from '../src/train/index.ts'

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '1000' },
    threads: { type: 'string', default: '1' },
    seed: { type: 'string', default: 'facing' },
    fresh: { type: 'boolean', default: false },
  },
})
const [steps, threads, seed] = [Number(values.steps), Number(values.threads), values.seed]
const batchSize = 64
const rate = 3e-3
const optimiser = adamwDefaults
const schedule = { warmupSteps: 50, finalFraction: 0 }
const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(root, 'build', 'flanks')
const kept = join(folder, 'state.safetensors')

const scope = Scope.root('training')
const pixels = input('pixels', [batchSize, facingSidePx, facingSidePx, 3], 'uint8')
const target = input('target', [batchSize, 4])
const scores = facingScores(scope, pixels)
const shifted = sub(scores, stopGradient(reduceMax(scores, { axes: [1], keepDims: true })))
const logShares = sub(shifted, log(reduceSum(exp(shifted), { axes: [1], keepDims: true }))) // [B, 4]
const loss = neg(reduceMean(reduceSum(mul(target, logShares), { axes: [1] })))
const layered = { layers: 0, layerOf: () => 0 }
const plan = stepPlan(scope, loss, layered, { optimiser, rates: rateDefaults, clipNorm: 1, emaDecay: 0.998 })

/** Rows of a batch that are drawn; the others are their mirror images, left and right exchanged. */
const drawn = batchSize / 2
const draw = creatures(facingSidePx)
function batchOf(step: number) {
  const difficulty = Math.min(1, (2 * step) / steps) // grows over the first half
  const photos = Array.from({ length: drawn }, (_, row) => draw(`${seed}/${step}/${row}`, difficulty))
  const bytes = new Uint8Array(batchSize * facingSidePx ** 2 * 3)
  const shares: number[] = []
  photos.forEach(({ pixels, facing: [left, right, front, back] }, row) => {
    bytes.set(pixels, row * pixels.length)
    bytes.set(mirrored(pixels), (drawn + row) * pixels.length)
    shares.splice(4 * row, 0, left, right, front, back)
    shares.push(right, left, front, back)
  })
  return {
    pixels: tensor('uint8', [batchSize, facingSidePx, facingSidePx, 3], bytes),
    target: float32([batchSize, 4], shares),
  }
}

function mirrored(pixels: Uint8Array): Uint8Array {
  const out = new Uint8Array(pixels.length)
  for (let i = 0; i < pixels.length / 3; i++) {
    const x = i % facingSidePx
    out.set(pixels.subarray(3 * i, 3 * i + 3), 3 * (i + facingSidePx - 1 - 2 * x))
  }
  return out
}

mkdirSync(folder, { recursive: true })
const goesOn = existsSync(kept) && !values.fresh
const before = goesOn ? decodeSafetensors(Uint8Array.from(readFileSync(kept)), kept) : undefined
const first = Number(before?.metadata.step ?? 0)
const state = before === undefined ? initialState(plan, seed) : Object.fromEntries(before.tensors)
const program = await (await ortBackend({ threads })).start(plan.graph, state)
const losses: number[] = []
const begun = performance.now()
let next = batchOf(first)
for (let step = first; step < steps; step++) {
  const learningRate = rate * cosineSchedule(step, steps, schedule)
  const stepping = program.step({
    ...next,
    ...updateFeeds({ seed, step, learningRate, optimiser, randoms: plan.randoms }),
  })
  next = batchOf(step + 1) // drawn while the step is computed
  losses.push(Number((await stepping).loss!.data[0]))
  if ((step + 1) % 50 !== 0 && step + 1 !== steps) continue
  const mean = losses.splice(0).reduce((sum, value, _, all) => sum + value / all.length, 0)
  const elapsedS = (performance.now() - begun) / 1000
  process.stderr.write(`step ${step + 1} of ${steps}: loss ${mean.toFixed(4)}, ${elapsedS.toFixed(0)} s\n`)
  const row = { step: step + 1, photos: (step + 1) * batchSize, loss: Number(mean.toFixed(4)) }
  writeFileSync(join(folder, 'log.jsonl'), `${JSON.stringify(row)}\n`, { flag: step < 50 ? 'w' : 'a' })
  const now = new Map(Object.entries(await program.checkpoint()))
  writeFileAtomic(kept, encodeSafetensors(now, { step: String(step + 1) }))
}
const weights = inferenceTensors(plan, await program.checkpoint())
await program.release()
const halves = new Map(
  [...weights].map(([name, { shape, data }]) => [name, tensor('float16', shape, narrowFloat16(data as Float32Array))]),
)
writeFileAtomic(
  join(root, 'presets', 'facing.safetensors'),
  encodeSafetensors(halves, { format: 'rosette-facing', version: '1', seed, steps: String(steps) }),
)
writeFileAtomic(join(root, 'results', 'facing-training.log.jsonl'), readFileSync(join(folder, 'log.jsonl')))
