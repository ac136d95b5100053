/**
 * `node scripts/bench.mjs flanks --data FOLDER …`: how often the proposed flank is right. On drawn animals that were not trained on, of which one half
 * fits the temperature and the threshold that `src/flank` states, and the other half is measured; then on photographs whose flank is known:
 * a folder whose file names say it, or Kaggle's folder with `test_identities.csv` and `train_sightings.csv`. Writes results/flanks.csv.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatTable } from '../src/base/index.ts'
import { reliabilityOf } from '../src/calibration/index.ts'
import { type Manifest, openDataset } from '../src/data/index.ts'
import {
  type FacingShares,
  facingSidePx,
  openFacing,
  proposalDefaults,
  proposalOf,
  proposeFlanks,
} from '../src/flank/index.ts'
import { sidesOf } from '../src/identify/index.ts'
import { creatures } from '../src/synth/index.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string', multiple: true, default: [] },
    drawn: { type: 'string', default: '1000' },
    threads: { type: 'string', default: '1' },
  },
})

/** A photo's shares and how its animal stands. */
interface Asked {
  readonly shares: FacingShares
  readonly truth: keyof FacingShares
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const weights = join(root, 'presets', 'facing.safetensors')
const network = await openFacing({ weights, threads: Number(values.threads) })
const draw = creatures(facingSidePx)
const sides = ['left', 'right', 'front', 'back'] as const
const fitting = await drawn('calibration')
const { threshold } = proposalDefaults
process.stderr.write(
  `temperature: multiply the one of src/flank by ${bestTemperature(fitting).toFixed(2)}; threshold: ${surest(fitting).toFixed(3)}\n`,
)
const header = [
  'photos_of',
  'photos',
  'threshold',
  'proposed',
  'right_of_proposed',
  'front_or_back',
  'right_of_all',
  'ece',
]
const rows = [row('drawn animals', await drawn('held out'))]
for (const data of values.data) {
  for (const [name, manifest] of sourcesOf(data)) {
    const known = sidesOf(manifest.photos)
    const { proposals } = await proposeFlanks(network, manifest, { onProgress: told(name) })
    const asked = manifest.photos.flatMap((photo, i): Asked[] => {
      const [found, truth] = [proposals.get(photo), known[i]]
      return found === undefined || truth === undefined ? [] : [{ shares: found.shares, truth }]
    })
    rows.push(row(name, asked))
  }
}
await network.release()
const file = join(root, 'results', 'flanks.csv')
writeFileSync(file, `${[header, ...rows].map((cells) => cells.join(',')).join('\n')}\n`)
console.log(formatTable(header, rows))

async function drawn(set: string): Promise<Asked[]> {
  const asked: Asked[] = []
  for (let i = 0; asked.length < Number(values.drawn); i++) {
    const { pixels, facing } = draw(`${set}/${i}`)
    const most = Math.max(...facing)
    if (most < 0.8) continue // it stands between two sides, or nothing stands there
    const data = new Uint8Array(facingSidePx ** 2 * 4).fill(255)
    for (let p = 0; p < facingSidePx ** 2; p++) data.set(pixels.subarray(3 * p, 3 * p + 3), 4 * p)
    const shares = await network.shares({ image: { width: facingSidePx, height: facingSidePx, data } })
    asked.push({ shares, truth: sides[facing.indexOf(most)]! })
  }
  return asked
}

function sourcesOf(data: string): [string, Manifest][] {
  const open = (table: string, images: string): [string, Manifest] => [
    `${basename(data)} ${images}`,
    openDataset(join(data, table), { images: join(data, images, images) }),
  ]
  if (!existsSync(join(data, 'test_identities.csv'))) return [[basename(data), openDataset(data)]]
  return [open('test_identities.csv', 'test'), open('train_sightings.csv', 'train')]
}

/** Of left and right; drawn ones also of front and back. */
function row(name: string, asked: readonly Asked[]): string[] {
  const flanks = asked.filter(({ truth }) => truth === 'left' || truth === 'right')
  const proposals = flanks.map(({ shares, truth }) => ({ truth, ...proposalOf(shares) }))
  const given = proposals.filter(({ flank }) => flank !== undefined)
  const onSide = given.filter(({ flank }) => flank === 'left' || flank === 'right')
  const forced = flanks.map(({ shares, truth }) => ({
    sure: Math.max(shares.left, shares.right) / (shares.left + shares.right),
    right: shares.left > shares.right === (truth === 'left'),
  }))
  const { ece } = reliabilityOf(
    forced.map(({ sure }) => sure),
    forced.map(({ right }) => (right ? 1 : 0)),
  )
  const share = (part: number, whole: number) => (whole === 0 ? '' : (part / whole).toFixed(3))
  return [
    name,
    String(flanks.length),
    String(threshold),
    share(onSide.length, flanks.length),
    share(onSide.filter(({ flank, truth }) => flank === truth).length, onSide.length),
    share(given.length - onSide.length, flanks.length),
    share(forced.filter(({ right }) => right).length, forced.length),
    ece.toFixed(3),
  ]
}

/** The factor of the temperature with the least cross entropy. */
function bestTemperature(asked: readonly Asked[]): number {
  const loss = (factor: number) =>
    asked.reduce((sum, { shares, truth }) => {
      const powers = sides.map((side) => shares[side] ** (1 / factor))
      return sum - Math.log(Math.max(1e-12, shares[truth] ** (1 / factor) / powers.reduce((a, b) => a + b)))
    }, 0)
  const tried = Array.from({ length: 76 }, (_, i) => 0.5 * 1.04 ** i)
  return tried.reduce((best, factor) => (loss(factor) < loss(best) ? factor : best))
}

/** The least confidence from which on 19 of 20 proposals are right. */
function surest(asked: readonly Asked[]): number {
  const order = asked.map(({ shares, truth }) => {
    const { flank, confidence } = proposalOf(shares, { threshold: 0 })
    return { confidence, right: flank === truth }
  })
  order.sort((a, b) => b.confidence - a.confidence)
  let [wrong, at] = [0, 1]
  order.forEach(({ confidence, right }, i) => {
    if (!right) wrong++
    if (wrong <= 0.05 * (i + 1)) at = confidence
  })
  return at
}

function told(name: string): (done: number, total: number) => void {
  return (done, total) => {
    if (done % 100 === 0) process.stderr.write(`${name}: ${done} of ${total}\n`)
  }
}
