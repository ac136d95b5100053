/**
 * Trains the weights that come with rosette: a miniature ConvNeXt that tells drawn jaguars apart, none of which the demo draws. It learns twice,
 * the second time from where the first ended and with its rate high again. Writes the backbone to
 * presets/convnext_mini.drawn_jaguars.safetensors (float16, timm's names) and the losses to results/start-weights.csv. Eleven minutes of
 * processor time.
 *
 *     npm run train:start
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { mean, writeFileAtomic } from '../src/base/index.ts'
import { readRunModel } from '../src/embedder/index.ts'
import { readLog } from '../src/run/index.ts'
import { encodeSafetensors, narrowFloat16, type Tensor, tensor } from '../src/tensor/index.ts'
import { root, rosette } from './command.ts'

const { values } = parseArgs({
  options: {
    individuals: { type: 'string', default: '320' },
    photos: { type: 'string', default: '12' },
    /** Of the first and of the second training. */
    epochs: { type: 'string', default: '20,14' },
    /** Of the animals, which are others than those of any seed that something is measured on. */
    seed: { type: 'string', default: '1000' },
    threads: { type: 'string', default: '1' },
    /** Keeps what it makes, and makes nothing again that is there. */
    folder: { type: 'string' },
  },
})

const name = 'convnext_mini.drawn_jaguars'
const { individuals, photos, seed } = values
const [firstEpochs = '', secondEpochs = ''] = values.epochs.split(',')
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'rosette-start-weights-'))
const data = join(folder, 'data')
mkdirSync(folder, { recursive: true })
if (!existsSync(data))
  await rosette(['synth', '--out', data, '--identities', individuals, '--photos', photos, '--seed', seed])
const first = await learned('first', '0', ['weights=null', `epochs=${firstEpochs}`, 'schedule.warmupEpochs=2'])
const second = await learned('second', '1', [`weights=${first}`, `epochs=${secondEpochs}`, 'schedule.warmupEpochs=1'])
writeFileAtomic(join(root, 'presets', `${name}.safetensors`), readFileSync(second))
const rows = ['first', 'second'].flatMap((run) => lossesOf(run).map((loss, i) => `${run},${i + 1},${loss.toFixed(4)}`))
writeFileAtomic(join(root, 'results', 'start-weights.csv'), `${['training,epoch,mean_loss', ...rows].join('\n')}\n`)
if (values.folder === undefined) rmSync(folder, { recursive: true })

/** The weights of a training, as a file. */
async function learned(run: string, runSeed: string, own: readonly string[]): Promise<string> {
  const out = join(folder, run)
  if (!existsSync(join(out, 'model.onnx'))) {
    const settings = [
      ...['model.backbone=convnext_mini', 'model.pixels=imagenet', 'loss.kind=softmax', 'validation=none'],
      ...['image.widthPx=128', 'image.heightPx=64', 'image.alpha=crop-black', 'chunk=8', 'clipNorm=5'],
      ...['augment.affine.degrees=10', 'augment.erasing=false', 'augment.colorJitter.brightness=0.25'],
      ...['contrast', 'saturation', 'hue'].map((key) => `augment.colorJitter.${key}=0`),
      ...own,
    ].flatMap((setting) => ['--set', setting])
    const begin = existsSync(join(out, 'run.json'))
      ? ['--resume']
      : ['--preset', 'atto', '--seed', runSeed, ...settings]
    await rosette(['train', '--data', data, '--out', out, '--threads', values.threads, ...begin])
  }
  const path = join(folder, `${run}.safetensors`)
  const backbone = [...readRunModel(out).tensors].filter(([tensorName]) => tensorName.startsWith('backbone.'))
  const halves = backbone.map(([tensorName, weights]) => [tensorName.slice('backbone.'.length), half(weights)] as const)
  writeFileAtomic(path, encodeSafetensors(halves, { licence: 'MIT', individuals, photos, epochs: values.epochs, seed }))
  return path
}

/** The mean loss of each epoch. */
function lossesOf(run: string): number[] {
  const steps = readLog(join(folder, run, 'log.jsonl')).filter((entry) => entry.kind === 'step')
  const epochs = [...new Set(steps.map(({ epoch }) => epoch))]
  return epochs.map((epoch) => mean(steps.filter((step) => step.epoch === epoch).map(({ loss }) => loss)))
}

function half({ shape, data: numbers }: Tensor): Tensor {
  return tensor('float16', shape, narrowFloat16(numbers as Float32Array))
}
