import { InputError, optionText } from '../base/index.ts'
import { shippedDescriptionOf, type TrainConfig } from '../run/index.ts'

/**
 * How somebody's network answers as it is, with the description of how it wants its photos: no weights are needed for that, and no
 * training. The example is of a network that rosette has a description for.
 */
export function answerByNetwork(): string {
  const { preset, path } = shippedDescriptionOf('resnet50-imagenet')!
  return `\`openModel("${preset}.onnx", { modelConfig: "${path}" })\`, or with another network and its own description (docs/models.md)`
}

/**
 * The error where pretrained weights cannot be had, with what can be done instead, best first. Nobody waits for a training from random
 * numbers that was not asked for: from few photos it learns next to nothing.
 */
export function withoutWeights({ what, hint }: InputError, { freeze }: Pick<TrainConfig, 'freeze'>): InputError {
  const ways = [
    `Bring the file of weights along, as docs/weights.md says; ${hint ?? 'then name it as `backbone`'}`,
    `Ask a network that you have as an ONNX file, without training: ${answerByNetwork()}`,
    // layers that stay random numbers are no way
    ...(freeze === 0
      ? [
          'Train a small network from random numbers: `preset: "atto"`. It needs 500 photos or more',
          `Train this network from random numbers: ${optionText({ set: ['weights=null'] })}. It learns little in few epochs`,
        ]
      : []),
  ]
  const list = ways.map((way, i) => `\n${i + 1}. ${way}`).join('')
  return new InputError(
    `${what}, and training starts from these weights: nothing was trained`,
    `what you can do, best first:${list}`,
  )
}
