import { counted, optionText } from '../base/index.ts'
import { isPairLoss } from '../nn/index.ts'
import type { TrainConfig } from '../run/index.ts'
import { answerByNetwork } from './ways-on.ts'

/** Fewer photos teach a network from random weights next to nothing: 192 drawn jaguars gave 0.08 where pretrained weights gave 0.48 (results/). */
const fewPhotos = 500

/** A run's facts that decide whether it can come to anything. */
export interface Beginning {
  /** Photos that train. */
  readonly photos: number
  /** A network of ours begins with random numbers. */
  readonly isRandom: boolean
  /** Individuals that train and validate too. */
  readonly followed: number
}

/** What a run is warned of before its first step, as it will learn little by these settings. */
export function doubtsOf(config: TrainConfig, { photos, isRandom, followed }: Beginning): string[] {
  return [
    ...(isRandom && photos < fewPhotos ? [tooFew(photos)] : []),
    ...doubtfulPairs(config),
    ...(config.memoryBank > photos ? [largeBank(config, photos)] : []),
    ...idleCurriculum(config, followed),
  ]
}

function tooFew(photos: number): string {
  const pretrained = optionText({ backbone: 'convnext_small.fb_in1k' })
  return `${counted(photos, 'photo teaches', 'photos teach')} a network from random weights next to nothing. Better: pretrained weights (${pretrained}; docs/weights.md tells how to bring them along without internet), or a network that you have as an ONNX file, without training: ${answerByNetwork()}`
}

/** Why the batches hold few pairs, or none, that the loss of pairs learns from. */
function doubtfulPairs({ loss, pairLoss, sampler, batchSize, memoryBank }: TrainConfig): string[] {
  const own = isPairLoss(loss) ? loss : pairLoss
  if (own === null) return []
  const { kind, photosPerIdentity: k } = sampler
  if (kind !== 'pxk') {
    const cure = optionText({ set: ['sampler.kind=pxk'] })
    return [
      `the loss '${own.kind}' learns from photos of one individual in a batch, which the sampler '${kind}' brings together by chance alone: ${cure}`,
    ]
  }
  const cure = optionText({ set: [`sampler.photosPerIdentity=${usualPhotos(batchSize)}`] })
  if (k === batchSize && memoryBank === 0)
    return [
      `all ${counted(k, 'photo')} of a batch show one individual, and the loss '${own.kind}' needs photos of two: ${cure}`,
    ]
  const bankHelps = memoryBank > 0 && !('mining' in own && own.mining === 'semi-hard')
  if (k === 1 && !bankHelps)
    return [`no two photos of a batch show one individual, and the loss '${own.kind}' needs two photos of one: ${cure}`]
  return []
}

/** How many photos of an individual a batch may well have: about four, and photos of two individuals at least. */
function usualPhotos(batchSize: number): number {
  const divisors = Array.from({ length: batchSize }, (_, i) => i + 1).filter((k) => batchSize % k === 0)
  const between = divisors.filter((k) => k > 1 && k < batchSize)
  return between.findLast((k) => k <= 4) ?? between[0] ?? 1
}

/** A bank that goes round the photos more than once. */
function largeBank({ memoryBank, batchSize }: TrainConfig, photos: number): string {
  const smaller = batchSize * Math.max(1, Math.floor(photos / (2 * batchSize)))
  const cure = optionText({ set: [`memoryBank=${smaller}`] })
  return `a memory bank of ${counted(memoryBank, 'embedding')} is larger than the ${counted(photos, 'photo')} that train: each is compared with itself as it was epochs ago: ${cure}`
}

/** Why a curriculum has nothing to follow. */
function idleCurriculum({ sampler, validateEvery, epochs }: TrainConfig, followed: number): string[] {
  if (sampler.curriculum === 0) return []
  const nothing = `sampler.curriculum changes nothing: `
  if (validateEvery >= epochs)
    return [
      `${nothing}it follows what validations find hard, and the first one comes after the last epoch: ${optionText({ set: ['validateEvery=1'] })}`,
    ]
  return followed === 0 ? [`${nothing}none of the individuals that train is among those that validate`] : []
}
