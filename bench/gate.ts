/**
 * `node scripts/bench.mjs gate --scenes 400`: how often the gate of `rosette tune` accepts random tricks. Each scene has new individuals and
 * eight tricks that are as good as what they replace: the same photos with their noise drawn anew. Writes results/gate.csv, a row for the
 * intervals of 95 % and one for those of 99 %.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Rng } from '../src/base/index.ts'
import { gate } from '../src/study/index.ts'
import { noisyScene } from '../test/noisy-scene.ts'

const { values } = parseArgs({ options: { scenes: { type: 'string', default: '400' } } })
const scenes = Number(values.scenes)
const tricks = 8
const levels = [0.95, 0.99] as const
const accepted = levels.map(() => 0)
for (let seed = 0; seed < scenes; seed++) {
  const { identities, noisy, averagePrecisions } = noisyScene(seed)
  const rng = new Rng(seed).fork('tricks')
  const [baseline, ...candidates] = Array.from({ length: tricks + 1 }, () => averagePrecisions(noisy(1, rng)))
  levels.forEach((level, i) => {
    if (gate({ identities, baseline: baseline!, candidates }, { level }).accepted !== null) accepted[i]!++
  })
}
const lines = levels.map((level, i) =>
  [level, scenes, tricks, accepted[i]!, (accepted[i]! / scenes).toFixed(4)].join(','),
)
const root = fileURLToPath(new URL('../..', import.meta.url))
writeFileSync(join(root, 'results', 'gate.csv'), `level,scenes,random_tricks,accepted,share\n${lines.join('\n')}\n`)
console.log(lines.join('\n'))
