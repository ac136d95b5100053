// A loss of your own in a loop of your own: node examples/own-loop.mjs DATA OUT
import { mean } from 'rosette/base'
import { epochBatches, identitiesOf, openDataset, openPixelStore } from 'rosette/data'
import { exportModel } from 'rosette/export'
import * as g from 'rosette/graph'
import { geometry } from 'rosette/images'
import { neck, pixelStatistics, pooledFeatures, reidBackbone, reidDefaults } from 'rosette/models'
import { l2Normalise, Scope, standardisePixels } from 'rosette/nn'
import { adamwDefaults, cosineSchedule, rateDefaults } from 'rosette/optim'
import { ortBackend } from 'rosette/runtime'
import { float32, int32 } from 'rosette/tensor'
import { inferenceTensors, initialState, stepPlan, updateFeeds } from 'rosette/train'

const [data, out] = process.argv.slice(2)
if (out === undefined) throw new Error('node examples/own-loop.mjs DATA OUT')

const [people, each, epochs, seed] = [4, 4, 8, 'own']
const batchSize = people * each

/** Supervised contrast (Khosla et al., arXiv:2004.11362): of a photo's neighbours in the batch those of its own animal are to be nearest. */
function contrast(embeddings, labels, temperature = 0.1) {
  const similar = g.mul(g.matmul(embeddings, embeddings, { transB: true }), 1 / temperature) // [B, B]
  const others = g.constant(
    float32(
      [batchSize, batchSize],
      Array.from({ length: batchSize ** 2 }, (_, i) => Number(i % (batchSize + 1) !== 0)),
    ),
  )
  const same = g.equal(g.reshape(labels, [batchSize, 1]), g.reshape(labels, [1, batchSize]))
  const own = g.mul(g.cast(same, 'float32'), others) // 1 for another photo of the same animal
  const all = g.log(g.reduceSum(g.mul(g.exp(similar), others), { axes: [1], keepDims: true }))
  const gained = g.reduceSum(g.mul(own, g.sub(similar, all)), { axes: [1] })
  return g.neg(g.reduceMean(g.div(gained, g.reduceSum(own, { axes: [1] }))))
}

// the step as one graph: photos and animals in, the loss and the next weights out
const network = { ...reidDefaults, backbone: 'convnext_zepto_rms', embeddingSize: null, layerScaleInit: 0.3 }
const photos = geometry({ widthPx: 64, heightPx: 64 })
const pixels = g.input('pixels', [batchSize, photos.heightPx, photos.widthPx, 3], 'uint8')
const labels = g.input('labels', [batchSize], 'int32')
const scope = Scope.root('training')
const features = pooledFeatures(scope, standardisePixels(pixels, pixelStatistics[network.pixels]), network)
const loss = contrast(l2Normalise(neck(scope, features, network)), labels)
const optimiser = adamwDefaults
const plan = stepPlan(scope, loss, reidBackbone(network), {
  optimiser,
  rates: rateDefaults,
  clipNorm: 1,
  emaDecay: null,
})

// the loop: batches of four photos each of four animals
const store = await openPixelStore(openDataset(data, { requireIdentity: true, part: 'train' }), photos)
const { index } = identitiesOf(store.photos)
const draw = (epoch) => epochBatches({ kind: 'pxk', batchSize, p: people, k: each, seed }, index, epoch)
const totalSteps = epochs * draw(0).length
const program = await (await ortBackend()).start(plan.graph, initialState(plan, seed))
const losses = []
for (let epoch = 0; epoch < epochs; epoch++) {
  for (const rows of draw(epoch)) {
    const step = losses.length
    const learningRate = 1e-3 * cosineSchedule(step, totalSteps)
    const batch = {
      pixels: store.batch(rows),
      labels: int32(
        [batchSize],
        rows.map((row) => index[row]),
      ),
    }
    const update = updateFeeds({ seed, step, learningRate, optimiser, randoms: plan.randoms })
    const results = await program.step({ ...batch, ...update })
    losses.push(results.loss.data[0])
    if (!Number.isFinite(losses[step])) throw new Error(`step ${step}: the loss is ${losses[step]}`)
  }
}
const state = await program.checkpoint()
await program.release()
console.log(
  `loss: first three steps ${mean(losses.slice(0, 3)).toFixed(2)}, last three ${mean(losses.slice(-3)).toFixed(2)}`,
)

await exportModel({
  network,
  geometry: photos,
  tensors: inferenceTensors(plan, state),
  folder: out,
  name: 'contrast',
})
console.log(`the model: ${out}/model.onnx`)
