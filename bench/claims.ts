/**
 * Three choices of the presets on drawn jaguars: ArcFace against softmax, GeM against average pooling, flip averaging on and off. Each
 * seed draws other animals and starts another network. Appends to results/claims-procedural-jaguars.csv.
 *
 *     npm run claims -- --seeds 1,2,3
 */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatTable, mean, standardDeviation } from '../src/base/index.ts'
import { chanceCells, chanceColumns } from './by-chance.ts'
import { fromRandomWeights, type MeasuredScores, root, rosette, scoreCells, scoresOnTest, today } from './command.ts'

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '1,2,3' }, epochs: { type: 'string', default: '36' } },
})

/** What each variant changes in the demo's preset. */
const variants: Readonly<Record<string, readonly string[]>> = {
  'ArcFace, GeM': [],
  'softmax, GeM': ['loss.kind=softmax'],
  'ArcFace, average pooling': ['model.pool=average'],
}

const file = join(root, 'results', 'claims-procedural-jaguars.csv')
const scratch = mkdtempSync(join(tmpdir(), 'rosette-claims-'))
const found = new Map<string, number[]>()

mkdirSync(join(root, 'results'), { recursive: true })
if (!existsSync(file))
  writeFileSync(
    file,
    `date,seed,epochs,variant,flip_averaging,split,photos,rank1,map,identity_balanced_map,${chanceColumns.join(',')}\n`,
  )
for (const seed of values.seeds.split(',')) {
  const data = join(scratch, `data-${seed}`)
  await rosette(['synth', '--out', data, '--seed', seed])
  for (const [variant, settings] of Object.entries(variants)) {
    const run = join(scratch, `run-${seed}`)
    const set = [...fromRandomWeights, `epochs=${values.epochs}`, ...settings].flatMap((setting) => ['--set', setting])
    await rosette(['train', '--data', data, '--out', run, '--preset', 'demo', '--seed', seed, '--overwrite', ...set])
    for (const tta of ['flip', 'none'])
      record(seed, variant, tta, await scoresOnTest(run, data, { tta, out: join(scratch, 'metrics.json') }))
  }
}
rmSync(scratch, { recursive: true })
const rows = [...found].map(([name, list]) => [
  name,
  list.length,
  mean(list).toFixed(3),
  standardDeviation(list).toFixed(3),
])
console.log(formatTable(['variant', 'seeds', 'identity-balanced mAP', 'standard deviation'], rows))

function record(seed: string, variant: string, tta: string, scores: MeasuredScores): void {
  const facts = [today(), seed, values.epochs, `"${variant}"`, tta, 'test (other encounters)', scores.photos]
  appendFileSync(file, `${[...facts, ...scoreCells(scores), ...chanceCells(scores.chance, chanceColumns)].join(',')}\n`)
  const name = `${variant}, flip averaging ${tta === 'flip' ? 'on' : 'off'}`
  found.set(name, [...(found.get(name) ?? []), scores.identityBalancedMap])
  process.stderr.write(`seed ${seed}: ${name}: ${scores.identityBalancedMap.toFixed(3)}\n`)
}
