import { pixelStoreOf } from '../data/index.ts'
import { exportModel } from '../export/index.ts'
import type { RetrievalMetrics } from '../retrieval/index.ts'
import type { Backend } from '../runtime/index.ts'
import type { Tensor } from '../tensor/index.ts'
import { photosOfEach } from './batches.ts'
import { type FeedOptions, stepFeeds } from './feeds.ts'
import { type FreezeStage, freezeStages } from './freeze.ts'
import type { TrainJob } from './job.ts'
import type { StepMoment } from './moment.ts'
import { planOf, type StageOptions } from './plan.ts'
import type { StepPlan } from './updates.ts'
import { openValidator } from './validation.ts'
import { validationLabels } from './validation-labels.ts'

/** Measures a network on photos set aside, with the weights of the moment: they are inputs of its graph. */
export interface Validator {
  /** Undefined where `shouldStop` said so before it was through, which it is asked after every batch. */
  measure(weights: ReadonlyMap<string, Tensor>, shouldStop: () => boolean): Promise<RetrievalMetrics | undefined>
  release(): Promise<void>
}

/** What a run trains, and on what: the loop does not know. */
export interface Material {
  stages(stepsPerEpoch: number): readonly FreezeStage[]
  /** The step's graph; of the last stage, unless told what is frozen. */
  planOf(stage?: StageOptions): StepPlan
  /** What a step is fed for the photos of these rows, beside the state. */
  feeds(labels: Int32Array, rows: Int32Array, options: FeedOptions & StepMoment): Record<string, Tensor>
  /** For the photos set aside, of which there are some. */
  validator(backend: Backend): Promise<Validator>
  /** Writes the model with these weights into the run folder. */
  export(weights: ReadonlyMap<string, Tensor>): Promise<void>
}

/** A network of ours on photos. */
export function photoMaterial(job: TrainJob): Material {
  const { config, run, split } = job
  const { model, batchSize, augment, image } = config
  const store = pixelStoreOf(job.index)
  return {
    stages: (stepsPerEpoch) => freezeStages(config, stepsPerEpoch),
    planOf: (stage) => planOf({ ...job, photosPerIdentity: photosOfEach(job) }, stage),
    feeds: (labels, rows, options) => stepFeeds(store, labels, rows, { ...options, augment }),
    validator: (backend) =>
      openValidator(backend, store, { model, batchSize, labels: validationLabels(job), rows: split.validation }),
    export: async (tensors) => {
      await exportModel({ network: model, geometry: image, tensors, folder: run, name: model.backbone })
    },
  }
}
