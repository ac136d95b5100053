/**
 * What a cross-validation's ensemble is worth beside one network, on the Kaggle flow of docs/kaggle.md with drawn jaguars. Measured are a network
 * trained on all training photos but a fifth, the folds of `rosette cv` one by one, and their ensemble fused in each way; of network and ensemble also
 * what `rosette tune` accepted, on photos that a network did not learn from, and re-ranking unasked. Scored on the test photos, of encounters that no
 * network saw. Each seed draws other animals and starts other networks. As in the challenge, the encounters of the training photos are not known.
 * Appends to results/kaggle-flow-procedural-jaguars.csv.
 *
 *     node scripts/bench.mjs kaggle-flow --seeds 1,2,3
 */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { csvLine, formatTable, mean, standardDeviation } from '../src/base/index.ts'
import { chanceCells, chanceColumns } from './by-chance.ts'
import { type MeasuredScores, root, rosette, scoreCells, scoresOnTest, today } from './command.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    folds: { type: 'string', default: '3' },
    individuals: { type: 'string', default: '24' },
    photos: { type: 'string', default: '25' },
    epochs: { type: 'string', default: '12' },
    threads: { type: 'string', default: '1' },
    /** Keeps what it makes there. */
    folder: { type: 'string' },
    /** The file that rows are appended to. */
    rows: { type: 'string' },
  },
})

const file = values.rows ?? join(root, 'results', 'kaggle-flow-procedural-jaguars.csv')
const header = `date,model,seed,backbone,size,individuals,photos,epochs,folds,split,test_photos,rank1,map,identity_balanced_map,${chanceColumns.join(',')}\n`
const scratch = values.folder ?? mkdtempSync(join(tmpdir(), 'rosette-kaggle-flow-'))
const metrics = join(scratch, 'metrics.json')
const found = new Map<string, number[]>()

mkdirSync(scratch, { recursive: true })
if (!existsSync(file)) writeFileSync(file, header)
for (const seed of values.seeds.split(',')) await flow(seed)
tell()
if (values.folder === undefined) rmSync(scratch, { recursive: true, force: true })

/** The whole of it for one seed. */
async function flow(seed: string): Promise<void> {
  const data = join(scratch, `jaguars-${seed}`)
  const [single, cv] = [join(scratch, `single-${seed}`), join(scratch, `cv-${seed}`)]
  const { individuals, photos, folds } = values
  await rosette(['synth', '--out', data, '--identities', individuals, '--photos', photos, '--seed', seed])
  const labelled = ['--data', data, '--columns', 'encounter=-']
  const trained = [...settings(), '--seed', seed, ...labelled]
  await rosette(['train', ...trained, '--set', 'validation=stratified', '--out', single])
  await rosette(['cv', ...trained, '--out', cv, '--folds', folds])
  record('single network', seed, await scoresOnTest(single, data, { out: metrics }))
  await rosette(['tune', '--model', single, ...labelled, '--threads', values.threads])
  record('single network, gated tricks', seed, await scoresOnTest(single, data, { tta: null, out: metrics }))
  record('single network, re-ranked', seed, await scoresOnTest(single, data, { out: metrics, flags: ['--rerank'] }))
  for (let fold = 1; fold <= Number(folds); fold++)
    record(`fold ${fold}`, seed, await scoresOnTest(join(cv, `fold-${fold}`), data, { out: metrics }))
  for (const fusion of ['similarities', 'ranks', 'embeddings'])
    record(`ensemble, ${fusion}`, seed, await scoresOnTest(cv, data, { out: metrics, flags: ['--fusion', fusion] }))
  record('ensemble, re-ranked', seed, await scoresOnTest(cv, data, { out: metrics, flags: ['--rerank'] }))
  await rosette(['tune', '--model', cv, ...labelled, '--threads', values.threads])
  record('ensemble, gated tricks', seed, await scoresOnTest(cv, data, { tta: null, out: metrics }))
}

/** The demo's: a miniature network that begins with the weights that come with rosette. */
function settings(): string[] {
  const { epochs, threads } = values
  return ['--preset', 'demo', '--threads', threads, '--set', `epochs=${epochs}`]
}

function record(model: string, seed: string, scores: MeasuredScores): void {
  const { individuals, photos, epochs, folds } = values
  const about = [today(), model, seed, 'convnext_mini', '128×64', individuals, photos, epochs, folds]
  const cells = [...scoreCells(scores), ...chanceCells(scores.chance, chanceColumns)]
  appendFileSync(file, csvLine([...about, 'test (other encounters)', scores.photos, ...cells]))
  const name = model.startsWith('fold ') ? 'fold by itself' : model
  found.set(name, [...(found.get(name) ?? []), scores.identityBalancedMap])
}

function tell(): void {
  const rows = [...found].map(([model, scores]) => [
    model,
    String(scores.length),
    mean(scores).toFixed(3),
    standardDeviation(scores).toFixed(3),
  ])
  console.log(formatTable(['model', 'scores', 'identity-balanced mAP', 'σ'], rows))
}
