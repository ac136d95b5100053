import { Rng } from '../base/index.ts'
import { exportHead } from '../export/index.ts'
import { input } from '../graph/index.ts'
import { affineNeck, neckLoss, pairEmbedding } from '../models/index.ts'
import { Scope } from '../nn/index.ts'
import type { Layered } from '../optim/index.ts'
import { evaluateRetrieval } from '../retrieval/index.ts'
import type { Backend } from '../runtime/index.ts'
import { type Tensor, zeros } from '../tensor/index.ts'
import { photosOfEach } from './batches.ts'
import { type FrozenNetwork, headDescription, readEmbedded } from './embedded.ts'
import { sharedFeeds } from './feeds.ts'
import type { TrainJob } from './job.ts'
import type { Material, Validator } from './material.ts'
import type { PlanOptions, StageOptions } from './plan.ts'
import { type StepPlan, stepPlan } from './updates.ts'
import { validationLabels } from './validation-labels.ts'

/** Everything that is trained is head. */
const noBackbone: Layered = { layers: 0, layerOf: () => 0 }

/** Projection, neck and identities on embeddings that were computed once. */
export function embeddedMaterial(job: TrainJob, frozen: NonNullable<TrainJob['frozen']>): Material {
  const vectors = readEmbedded(frozen.embedded) // [2, photos, D]
  const { config, seed } = job
  const mirrorProbability = config.augment.flip === false ? 0 : config.augment.flip.probability
  return {
    stages: () => [{ fromStep: 0, frozen: 0 }],
    planOf: (stage) => embeddedStep({ ...job, photosPerIdentity: photosOfEach(job) }, vectors.shape[2]!, stage),
    feeds: (labels, rows, options) => ({
      features: gather(vectors, Array.from(rows), (b) =>
        Number(new Rng(`${seed}`).fork('mirror').fork(options.step).fork(b).chance(mirrorProbability)),
      ),
      ...sharedFeeds(labels, rows, options),
    }),
    validator: (backend) => embeddedValidator(backend, job, vectors),
    export: async (tensors) => exportHeadOf(frozen.network, job, tensors),
  }
}

/** The step's graph: `features` [B, D] in place of photos. */
export function embeddedStep(
  { config, classes, photosPerIdentity }: PlanOptions,
  size: number,
  { packed }: StageOptions = {},
): StepPlan {
  const { batchSize, model } = config
  const scope = Scope.root('training')
  const options = {
    ...config,
    identities: classes.length,
    photosPerIdentity,
    marginShare: input('marginShare', []),
  }
  const features = input('features', [batchSize, size])
  const made = neckLoss(scope, features, input('labels', [batchSize], 'int32'), model, options)
  return stepPlan(scope, made.loss, noBackbone, { ...config, packed })
}

/** Rows of photos [0, photos, D] or of their mirror images [1, photos, D], as `side` says of each place: [B, D]. */
function gather(vectors: Tensor<'float32'>, rows: readonly number[], side: (place: number) => number): Tensor {
  const [, count, size] = vectors.shape as [number, number, number]
  const out = zeros('float32', [rows.length, size])
  rows.forEach((row, b) => {
    const from = (side(b) * count + row) * size
    out.data.set(vectors.data.subarray(from, from + size), b * size)
  })
  return out
}

async function embeddedValidator(backend: Backend, job: TrainJob, vectors: Tensor<'float32'>): Promise<Validator> {
  const { config } = job
  const labels = validationLabels(job)
  const rows = job.split.validation
  const size = vectors.shape[2]!
  const both = gather(vectors, [...rows, ...rows], (b) => Number(b >= rows.length))
  const features = { ...both, shape: [2, rows.length, size] } as Tensor
  const embedding = pairEmbedding(Scope.root('inference'), input('features', [2, rows.length, size]), config.model)
  const program = await backend.compile({ outputs: { embedding } })
  return {
    measure: async (weights) => {
      const { embedding: found } = await program.run({ ...Object.fromEntries(weights), features })
      const { shape, data } = found as Tensor<'float32'>
      return evaluateRetrieval({ embeddings: { count: rows.length, dim: shape[1]!, data }, ...labels })
    },
    release: () => program.release(),
  }
}

async function exportHeadOf(
  network: FrozenNetwork,
  { run, config }: TrainJob,
  tensors: ReadonlyMap<string, Tensor>,
): Promise<void> {
  const { onnx, description } = network
  const { name } = headDescription(network, config)
  await exportHead({ onnx, description, tail: affineNeck(tensors), name, folder: run })
}
