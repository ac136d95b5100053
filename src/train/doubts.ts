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
}

/** What a run is warned of before its first step, as it will learn little by these settings. */
export function doubtsOf(config: TrainConfig, { photos, isRandom }: Beginning): string[] {
  return [
    ...(isRandom && photos < fewPhotos ? [tooFew(photos)] : []),
    ...(pairsAreRare(config) ? [rarePairs(config)] : []),
  ]
}

function tooFew(photos: number): string {
  const pretrained = optionText({ backbone: 'convnext_small.fb_in1k' })
  return `${counted(photos, 'photo teaches', 'photos teach')} a network from random weights next to nothing. Better: pretrained weights (${pretrained}; docs/weights.md tells how to bring them along without internet), or a network that you have as an ONNX file, without training: ${answerByNetwork()}`
}

/** By other samplers a batch holds two photos of one animal by chance. */
function pairsAreRare({ loss, pairLoss, sampler }: TrainConfig): boolean {
  return (isPairLoss(loss) || pairLoss !== null) && sampler.kind !== 'pxk'
}

function rarePairs({ loss, pairLoss, sampler }: TrainConfig): string {
  const kind = isPairLoss(loss) ? loss.kind : pairLoss?.kind
  const cure = optionText({ set: ['sampler.kind=pxk'] })
  return `the loss '${kind}' learns from photos of one individual in a batch, which the sampler '${sampler.kind}' brings together by chance alone: ${cure}`
}
