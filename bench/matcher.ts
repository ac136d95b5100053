/**
 * Trains the coat descriptor on drawn coats, or goes on where it was killed: `npm run train:matcher -- --out DIR`. Weights, log and their hash are
 * written when it is done. docs/coat-descriptor.md tells of it.
 */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { sha256Of, writeFileAtomic } from '../src/base/index.ts'
import { coatNetworkDefaults } from '../src/models/index.ts'
import { encodeSafetensors, narrowFloat16, tensor } from '../src/tensor/index.ts'
import { trainMatcher } from './matcher-training.ts'

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'matcher' },
    seed: { type: 'string', default: '0' },
    steps: { type: 'string', default: '4000' },
    threads: { type: 'string', default: '1' },
  },
})
const { out: folder, seed } = values
const steps = Number(values.steps)
const trained = await trainMatcher({
  ...{ folder, seed, steps, threads: Number(values.threads) },
  onRow: (row) => console.error(row),
})
const root = fileURLToPath(new URL('../..', import.meta.url))
const halves = [...trained].map(
  ([name, t]) => [name, tensor('float16', t.shape, narrowFloat16(t.data as Float32Array))] as const,
)
const network = JSON.stringify(coatNetworkDefaults)
const bytes = Buffer.concat(
  encodeSafetensors(halves, { network, seed, steps: String(steps), licence: 'MIT', data: 'drawn coats only' }),
)
writeFileAtomic(join(root, 'presets', 'coat-descriptor.safetensors'), bytes)
copyFileSync(join(folder, 'log.csv'), join(root, 'results', 'matcher-training.csv'))
console.log(`${bytes.length} bytes, SHA-256 ${sha256Of(bytes)}`)
