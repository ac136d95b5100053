// A training run, small enough for any machine: node examples/train.mjs [FOLDER]
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mean } from 'rosette/base'
import { synthesise } from 'rosette/synth'
import { train } from 'rosette/train'

const folder = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'rosette-train-'))
const data = join(folder, 'jaguars')
const run = join(folder, 'run')
await synthesise({ out: data, identities: 4, photosPerIdentity: 12, widthPx: 128, heightPx: 88 })

const losses = []
const outcome = await train({
  data,
  out: run,
  preset: 'demo',
  config: {
    model: { backbone: 'convnext_zepto_rms' },
    image: { widthPx: 64, heightPx: 64 },
    loss: { kind: 'softmax' }, // a margin makes a run this short harder
    augment: { affine: false, colorJitter: false, flip: false, erasing: false }, // few steps: photos as they are
    optimiser: { learningRate: 1e-3 },
    batchSize: 8,
    epochs: 8,
  },
  seed: 1,
  onEvent: (event) => {
    if (event.kind === 'step') losses.push(event.loss)
  },
})
console.log(`${outcome.step} of ${outcome.totalSteps} steps`)
console.log(
  `mean loss: first ten steps ${mean(losses.slice(0, 10)).toFixed(2)}, last ten ${mean(losses.slice(-10)).toFixed(2)}`,
)
console.log(`the model: ${join(run, 'model.onnx')}`)
