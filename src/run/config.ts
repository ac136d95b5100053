import * as z from 'zod'
import { nearest, optionText } from '../base/index.ts'
import { augmentDefaults, augmentMistakes } from '../data/index.ts'
import { geometryDefaults, geometrySchema } from '../images/index.ts'
import { backboneNames, backboneOf, isBackboneName, pretrainedOf, reidDefaults, reidSchema } from '../models/index.ts'
import { arcfaceDefaults, isPairLoss, lossSchema, pairLossSchema } from '../nn/index.ts'
import { adamwDefaults, rateDefaults } from '../optim/index.ts'
import { isWeightsFile } from '../weights/index.ts'
import { foreignHint, foreignWeightsHint } from './foreign-backbone.ts'
import { isOnnx } from './onnx-backbone.ts'

const count = z.number().int().positive()
const share = z.number().min(0).max(1)
const below1 = z.number().min(0).lt(1)
const positive = z.number().positive()
const range = z.tuple([z.number(), z.number()])

/** Everything that decides a training run but its data and its seed. What has a default is not in configs of version 0.1. */
export const trainConfigSchema = z
  .strictObject({
    model: reidSchema.superRefine(checkName),
    /**
     * Where the backbone starts: a timm name such as 'convnext_small.fb_in1k', a safetensors file, or null for random numbers.
     */
    weights: z.string().superRefine(checkWeights).nullable(),
    /** The description of an ONNX backbone that has none beside it. */
    backboneConfig: z.string().nullable().default(null),
    image: geometrySchema,
    loss: lossSchema,
    /** A loss of the batch's pairs, added to `loss`. */
    pairLoss: pairLossSchema.nullable().default(null),
    /** Embeddings of earlier batches that pair losses compare with as well. */
    memoryBank: z.int().min(0).max(65_536).default(0),
    labelSmoothing: share,
    /** β of the effective number of photos by which individuals' photos count; 0: all alike. */
    classBalance: below1.default(0),
    augment: z
      .strictObject({
        affine: z.union([
          z.literal(false),
          z.strictObject({ degrees: z.number(), translate: z.number(), scale: range, shearDegrees: z.number() }),
        ]),
        colorJitter: z.union([
          z.literal(false),
          z.strictObject({ brightness: z.number(), contrast: z.number(), saturation: z.number(), hue: z.number() }),
        ]),
        flip: z.union([z.literal(false), z.strictObject({ probability: share })]),
        erasing: z.union([z.literal(false), z.strictObject({ probability: share, area: range, ratio: range })]),
      })
      .superRefine((augment, context) => {
        for (const { path, message } of augmentMistakes(augment))
          context.addIssue({ code: 'custom', path: [...path], message })
      }),
    sampler: z.strictObject({
      kind: z.enum(['shuffled', 'class-balanced', 'pxk']),
      /** For pxk: photos of each identity in a batch. */
      photosPerIdentity: count,
      /** Share of the draws that go to what the last validation found hard. */
      curriculum: share.default(0),
    }),
    /** How photos are set aside to measure on: 'stratified', or 'none' to train on all. */
    /** column: as the table's column for the split says, which is what 'stratified' becomes where there is one and nothing was asked for. */
    /** given: as the caller of `train()` said, and split.json keeps; a cross-validation does. */
    /** A kind of split: what the two sides never share. 'stratified' becomes 'encounter' where those are known and nothing was asked for. */
    validation: z.enum(['stratified', 'burst', 'encounter', 'station', 'time', 'identity', 'column', 'none', 'given']),
    validationFraction: z.number().gt(0).lt(1),
    /** Epochs between two measurements. */
    validateEvery: count,
    epochs: count.max(1_000_000),
    batchSize: count.min(2, { error: 'expected 2 or more (batch statistics)' }).max(65_536),
    /** Photos that pass the backbone together; smaller chunks keep activations in the processor's cache. */
    chunk: count,
    optimiser: z.strictObject({
      learningRate: positive,
      weightDecay: z.number().min(0),
      beta1: below1,
      beta2: below1,
      eps: positive,
    }),
    /** Layers of the backbone, counted from the input, whose values are computed twice instead of kept: less memory, more time. */
    recompute: z
      .union([z.literal('all'), z.int().min(0)], { error: "expected 'all' or a whole number, 0 or above" })
      .default(0),
    /** Layers of the backbone, counted from the input, that keep their weights: 1 is what leads to the first block. */
    freeze: z
      .union([z.literal('all'), z.int().min(0)], { error: "expected 'all' or a whole number, 0 or above" })
      .default(0),
    rates: z.strictObject({ head: z.number().min(0), backbone: z.number().min(0), layerDecay: share }),
    schedule: z.strictObject({
      warmupEpochs: z.number().min(0),
      finalFraction: share,
      /**
       * Epochs over which the margin grows from nothing: from random weights the full margin drives all identities into one
       * point (docs/training.md).
       */
      marginWarmupEpochs: z.number().min(0),
      /** What becomes of `freeze`: from an epoch on that many layers are frozen, fewer each time. */
      unfreeze: z.array(z.tuple([z.number().positive(), z.int().min(0)])).default([]),
    }),
    clipNorm: positive.nullable(),
    emaDecay: below1.nullable(),
    /**
     * Of the backbone's products in training: 'int8' rounds them, 'fp16' computes them and the activations in float16;
     * weights stay in float32 (docs/training.md). 'auto' is float16 with CUDA from pretrained weights, and float32 elsewhere.
     */
    precision: z.enum(['fp32', 'fp16', 'int8', 'auto'], { error: "expected 'fp32', 'fp16', 'int8' or 'auto'" }),
    /** Minutes between two checkpoints; one is written at the end of each epoch in any case. */
    checkpointMinutes: positive,
  })
  .refine(
    ({ sampler: { kind, photosPerIdentity }, batchSize }) => kind !== 'pxk' || batchSize % photosPerIdentity === 0,
    {
      path: ['sampler', 'photosPerIdentity'],
      error: 'expected a divisor of batchSize',
    },
  )
  .refine(({ loss, pairLoss, memoryBank }) => memoryBank === 0 || pairLoss !== null || isPairLoss(loss), {
    path: ['memoryBank'],
    error: 'expected 0, as there is no pair loss that would look into it (`set: ["pairLoss.kind=…"]`)',
  })
  .refine(({ sampler, validation }) => sampler.curriculum === 0 || validation !== 'none', {
    path: ['sampler', 'curriculum'],
    error: 'expected 0, as nothing is validated and so nothing is found hard (`set: ["validation=stratified"]`)',
  })
  .refine(({ loss, classBalance }) => classBalance === 0 || !isPairLoss(loss), {
    path: ['classBalance'],
    error: 'expected 0, as a loss of pairs alone weighs no individuals',
  })
  .superRefine(checkBackbone)

/** Weights of a network that rosette does not build are no weights of its own. A file may be called anything. */
function checkWeights(weights: string, context: z.RefinementCtx): void {
  const hint = isWeightsFile(weights) ? undefined : foreignWeightsHint(weights)
  if (hint === undefined) return
  context.addIssue({
    code: 'custom',
    message: `expected a file of weights or a name such as convnext_small.fb_in1k (${hint})`,
  })
}

function checkName({ backbone }: Checked['model'], context: z.RefinementCtx): void {
  if (isBackboneName(backbone) || isOnnx(backbone)) return
  const near = nearest(backbone, backboneNames)
  const hint = foreignHint(backbone) ?? (near === undefined ? undefined : `did you mean ${near}?`)
  const meant = hint === undefined ? '' : ` (${hint})`
  const message = `expected a name of \`backboneNames\` or an .onnx file${meant}`
  context.addIssue({ code: 'custom', path: ['backbone'], message })
}

/** What depends on the backbone, where there is one of that name. */
function checkBackbone(
  { model, weights, image, freeze, recompute, schedule }: Checked,
  context: z.RefinementCtx,
): void {
  const problem = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
  const backbone = isBackboneName(model.backbone) ? backboneOf(model.backbone) : undefined
  if (backbone !== undefined) {
    const { stridePx, layers } = backbone
    for (const key of ['widthPx', 'heightPx'] as const)
      if (image[key] % stridePx !== 0) problem(['image', key], `expected a multiple of ${stridePx}`)
    for (const [key, count] of Object.entries({ freeze, recompute }))
      if (count !== 'all' && count > layers)
        problem([key], `expected at most the ${layers} layers of ${model.backbone}, or 'all'`)
  }
  // weights that see other pixels than they were trained on are worth less, and nothing else would tell
  const pixels = weights === null ? undefined : pretrainedOf(weights)?.pixels
  if (pixels !== undefined && pixels !== model.pixels)
    problem(
      ['model', 'pixels'],
      `expected '${pixels}' as ${weights} was trained with (${optionText({ backbone: weights! })} sets both)`,
    )
  let [epoch, layers] = [0, freeze === 'all' ? (backbone?.layers ?? Number.POSITIVE_INFINITY) + 1 : freeze]
  for (const [nextEpoch, nextLayers] of schedule.unfreeze) {
    if (nextEpoch <= epoch || nextLayers >= layers)
      problem(
        ['schedule', 'unfreeze'],
        'expected [epoch, layers still frozen] with epochs that grow, layers that get fewer',
      )
    ;[epoch, layers] = [nextEpoch, nextLayers]
  }
}

interface Checked {
  readonly model: { readonly backbone: string; readonly pixels: string }
  readonly weights: string | null
  readonly image: { readonly widthPx: number; readonly heightPx: number }
  readonly freeze: number | 'all'
  readonly recompute: number | 'all'
  readonly schedule: { readonly unfreeze: readonly (readonly [number, number])[] }
}

/**
 * Everything that decides a training run but its data and its seed; `trainDefaults` says what each setting is unless
 * given.
 */
export type TrainConfig = Readonly<z.infer<typeof trainConfigSchema>>

/**
 * A run with nothing set: convnext_small.fb_in1k at 224², GeM, batch-norm neck, ArcFace, AdamW, cosine annealing,
 * batch 32, 8 epochs.
 */
export const trainDefaults: TrainConfig = {
  model: reidDefaults,
  weights: 'convnext_small.fb_in1k',
  backboneConfig: null,
  image: geometryDefaults,
  loss: arcfaceDefaults,
  pairLoss: null,
  memoryBank: 0,
  labelSmoothing: 0,
  classBalance: 0,
  augment: {
    ...augmentDefaults,
    affine: { ...augmentDefaults.affine, scale: [...augmentDefaults.affine.scale] },
    erasing: {
      ...augmentDefaults.erasing,
      area: [...augmentDefaults.erasing.area],
      ratio: [...augmentDefaults.erasing.ratio],
    },
  },
  sampler: { kind: 'shuffled', photosPerIdentity: 4, curriculum: 0 },
  validation: 'stratified',
  validationFraction: 0.2,
  validateEvery: 1,
  epochs: 8,
  batchSize: 32,
  chunk: 8,
  optimiser: { learningRate: 3e-4, ...adamwDefaults },
  recompute: 0,
  freeze: 0,
  rates: rateDefaults,
  schedule: { warmupEpochs: 0.5, finalFraction: 0.01, marginWarmupEpochs: 0, unfreeze: [] },
  clipNorm: 1,
  emaDecay: null,
  precision: 'auto',
  checkpointMinutes: 5,
}
