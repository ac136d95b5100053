import { nearest } from '../base/index.ts'

/** Keys of other programs' configurations, in small letters without marks, and what stands for them here. */
const keysElsewhere: Readonly<Record<string, readonly string[]>> = {
  lr: ['optimiser.learningRate'],
  wd: ['optimiser.weightDecay'],
  batch: ['batchSize'],
  numepochs: ['epochs'],
  size: ['image.widthPx', 'image.heightPx'],
  imgsize: ['image.widthPx', 'image.heightPx'],
  imagesize: ['image.widthPx', 'image.heightPx'],
  inputsize: ['image.widthPx', 'image.heightPx'],
  margin: ['loss.marginRad'],
  m: ['loss.marginRad'],
  s: ['loss.scale'],
  embeddingdim: ['model.embeddingSize'],
  warmup: ['schedule.warmupEpochs'],
  clipgrad: ['clipNorm'],
  valfraction: ['validationFraction'],
  pretrained: ['weights'],
}

/**
 * Which settings were meant by a path that is none: the one with the same last word (`learning_rate`, `schedule.learningRate`), what another
 * program's key stands for (`schedule.lr`), else the nearest. Of `paths`, all that there are.
 */
export function meantSettings(path: readonly string[], paths: readonly string[]): readonly string[] {
  const word = plain(path.at(-1) ?? '')
  const sameWord = paths.filter((one) => plain(one.split('.').at(-1)!) === word)
  if (sameWord.length === 1) return sameWord
  const siblings = sameWord.filter((one) => one.split('.')[0] === path[0])
  if (siblings.length === 1) return siblings
  const meant = Object.hasOwn(keysElsewhere, word) ? keysElsewhere[word]! : []
  if (meant.length > 0 && meant.every((one) => paths.includes(one))) return meant
  const near = nearest(path.join('.'), paths)
  return near === undefined ? [] : [near]
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, '')
}
