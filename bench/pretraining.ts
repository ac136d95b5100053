/**
 * What pretrained weights are worth: a miniature ConvNeXt and a miniature ViT learn many drawn jaguars, are saved under timm's
 * names, served by a hub on this machine, fetched from it by name and fine-tuned on few photos of other individuals; beside each
 * the same with the backbone at a tenth of the rate, with products in int8, from random weights, and the pretrained network as it came. Scored on photos
 * of other encounters. Each seed draws other animals and starts another head. Appends to results/pretraining-procedural-jaguars.csv.
 *
 *     node scripts/bench.mjs pretraining --seeds 1,2,3
 */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatTable, mean } from '../src/base/index.ts'
import { readRunModel } from '../src/embedder/index.ts'
import { timmState } from '../src/models/index.ts'
import { encodeSafetensors } from '../src/tensor/index.ts'
import { type LocalHub, localHub } from '../test/local-hub.ts'
import { chanceCells, chanceColumns } from './by-chance.ts'
import { fromRandomWeights, type MeasuredScores, root, rosette, scoreCells, scoresOnTest, today } from './command.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    backbones: { type: 'string', default: 'convnext_mini,vit_mini_patch8' },
    /** Individuals and training photos of each, before and after. */
    individuals: { type: 'string', default: '160,24' },
    photos: { type: 'string', default: '24,8' },
    epochs: { type: 'string', default: '30,30' },
    size: { type: 'string', default: '96' },
    /** Of those below. */
    starts: {
      type: 'string',
      default: 'pretrained, as it came;random weights;pretrained;pretrained, slow backbone;pretrained, int8',
    },
    /** Keeps what it makes, and makes nothing again that is there. */
    folder: { type: 'string' },
  },
})
const [manyIndividuals, fewIndividuals] = pair(values.individuals)
const [manyPhotos, fewPhotos] = pair(values.photos)
const [longEpochs, shortEpochs] = pair(values.epochs)
/** As the demo draws them, so that there are 240 test photos; of the others only a few are learned from. */
const photosDrawn = 40

/** What starts differ in, beside their weights. */
const settings: Readonly<Record<string, readonly string[]>> = {
  'pretrained, slow backbone': ['rates.backbone=0.1'],
  'pretrained, int8': ['precision=int8'],
}

const file = join(root, 'results', 'pretraining-procedural-jaguars.csv')
const header = `date,backbone,size,start,seed,pretraining_individuals,pretraining_photos,pretraining_epochs,individuals,photos,epochs,split,test_photos,rank1,map,identity_balanced_map,${chanceColumns.join(',')}\n`
const scratch = values.folder ?? mkdtempSync(join(tmpdir(), 'rosette-pretraining-'))
const metrics = join(scratch, 'metrics.json')
const found = new Map<string, number[]>()

mkdirSync(join(root, 'results'), { recursive: true })
mkdirSync(scratch, { recursive: true })
if (!existsSync(file)) writeFileSync(file, header)
const many = await drawn('many', manyIndividuals, manyPhotos, '1000')
for (const backbone of values.backbones.split(',')) {
  const { run, weights } = await pretrained(backbone)
  const name = `rosette/${backbone}.drawn_jaguars`
  rmSync(join(scratch, 'hub'), { recursive: true, force: true }) // what an earlier run fetched may be others
  const hub = await localHub({ [name]: { files: { 'model.safetensors': weights } } })
  for (const seed of values.seeds.split(',')) {
    const data = await drawn(`few-${seed}`, fewIndividuals, `${photosDrawn}`, seed)
    const table = firstPhotos(data, Number(fewPhotos))
    for (const start of values.starts.split(';')) {
      const out = start === 'pretrained, as it came' ? run : join(scratch, 'run')
      const weights = start === 'random weights' ? 'null' : name
      const set = settings[start] ?? []
      if (out !== run) await learn({ backbone, data: table, out, seed, epochs: shortEpochs, weights, set }, hub)
      record(backbone, seed, start, await scoresOnTest(out, data, { out: metrics }))
    }
  }
  await hub.close()
}
if (values.folder === undefined) rmSync(scratch, { recursive: true })
const rows = [...found].map(([start, list]) => [start, list.length, mean(list).toFixed(3)])
console.log(formatTable(['start', 'seeds', 'identity-balanced mAP'], rows))

/** A table of the first training photos of each individual, which come from several encounters. */
function firstPhotos(data: string, count: number): string {
  const path = join(data, `first-${count}.csv`)
  const [header, ...lines] = readFileSync(join(data, 'train.csv'), 'utf8').trim().split('\n')
  const seen = new Map<string, number>()
  const kept = lines.filter((line) => {
    const identity = line.split(',')[1]!
    seen.set(identity, (seen.get(identity) ?? 0) + 1)
    return seen.get(identity)! <= count
  })
  writeFileSync(path, `${[header, ...kept].join('\n')}\n`)
  return path
}

/** A dataset, and the folder it is in. */
async function drawn(name: string, individuals: string, photos: string, seed: string): Promise<string> {
  const out = join(scratch, `${name}-${individuals}x${photos}`)
  if (!existsSync(join(out, 'sheet.png')))
    await rosette(['synth', '--out', out, '--identities', individuals, '--photos', photos, '--seed', seed])
  return out
}

/** A network that learned many jaguars, and its backbone in a file of timm's names. */
async function pretrained(backbone: string): Promise<{ readonly run: string; readonly weights: Uint8Array }> {
  const run = join(scratch, `${backbone}-${manyIndividuals}x${manyPhotos}-${longEpochs}-${values.size}px`)
  if (!existsSync(join(run, 'model.onnx')))
    await learn({ backbone, data: many, out: run, seed: '0', epochs: longEpochs, weights: 'null' })
  // `rosette export --format timm` refuses the miniatures, which timm cannot build
  const { network, tensors, geometry } = readRunModel(run)
  return { run, weights: Buffer.concat(encodeSafetensors(timmState(network, tensors, geometry).backbone)) }
}

interface Lesson {
  readonly backbone: string
  readonly data: string
  readonly out: string
  readonly seed: string
  readonly epochs: string
  readonly weights: string
  readonly set?: readonly string[]
}

/** One recipe for all: the demo's with a plain softmax, which many identities can follow from random weights. */
async function learn(
  { backbone, data, out, seed, epochs, weights, set: own = [] }: Lesson,
  hub?: LocalHub,
): Promise<void> {
  const set = [
    ...fromRandomWeights,
    ...[`model.backbone=${backbone}`, `weights=${weights}`, `epochs=${epochs}`],
    ...[`image.widthPx=${values.size}`, `image.heightPx=${values.size}`],
    ...['loss.kind=softmax', `optimiser.learningRate=${backbone.startsWith('vit') ? '1e-3' : '2e-3'}`],
    ...own,
  ].flatMap((setting) => ['--set', setting])
  const env =
    hub === undefined
      ? {}
      : { HF_ENDPOINT: hub.endpoint.href, HF_HUB_CACHE: join(scratch, 'hub'), HF_HUB_OFFLINE: '0', no_proxy: '*' }
  const table = data.endsWith('.csv')
    ? ['--images', join(dirname(data), 'train', 'train'), '--columns', 'identity=ground_truth']
    : []
  const args = ['--data', data, ...table, '--out', out, '--preset', 'demo', '--seed', seed, '--overwrite', ...set]
  await rosette(['train', ...args], env)
  const { weights: loaded } = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as { weights: unknown }
  if ((loaded === null) !== (weights === 'null')) throw new Error(`${out}: began from ${JSON.stringify(loaded)}`)
}

function record(backbone: string, seed: string, start: string, scores: MeasuredScores): void {
  const before = start === 'random weights' ? ['', '', ''] : [manyIndividuals, manyPhotos, longEpochs]
  const after = [fewIndividuals, fewPhotos, start === 'pretrained, as it came' ? '0' : shortEpochs]
  const facts = [today(), backbone, values.size, `"${start}"`, seed, ...before, ...after]
  const measured = [scores.photos, ...scoreCells(scores), ...chanceCells(scores.chance, chanceColumns)]
  appendFileSync(file, `${[...facts, 'test (other encounters)', ...measured].join(',')}\n`)
  const name = `${backbone}, ${start}`
  found.set(name, [...(found.get(name) ?? []), scores.identityBalancedMap])
  process.stderr.write(`seed ${seed}: ${name}: ${scores.identityBalancedMap.toFixed(3)}\n`)
}

function pair(text: string): readonly [string, string] {
  const [before, after] = text.split(',')
  if (before === undefined || after === undefined) throw new Error(`expected BEFORE,AFTER, got ${text}`)
  return [before, after]
}
