import { type Command, Option } from 'commander'
import { InputError } from '../base/index.ts'
import { wordsOf } from './flag-words.ts'

/** What options of other programs are called here, V being their value. */
export const habits: Readonly<Record<string, string>> = {
  epochs: '--set epochs=V',
  'num-epochs': '--set epochs=V',
  lr: '--set optimiser.learningRate=V',
  'learning-rate': '--set optimiser.learningRate=V',
  'batch-size': '--set batchSize=V',
  'weight-decay': '--set optimiser.weightDecay=V',
  'img-size': '--set image.widthPx=V --set image.heightPx=V',
  'image-size': '--set image.widthPx=V --set image.heightPx=V',
  loss: '--set loss.kind=V',
  margin: '--set loss.marginRad=V',
  scale: '--set loss.scale=V',
  dropout: '--set model.dropout=V',
  'embedding-size': '--set model.embeddingSize=V',
  'label-smoothing': '--set labelSmoothing=V',
  'warmup-epochs': '--set schedule.warmupEpochs=V',
  'clip-grad': '--set clipNorm=V',
  'val-fraction': '--set validationFraction=V',
  arch: '--backbone V',
  model: '--backbone V',
  weights: '--backbone V',
  output: '--out V',
  'output-dir': '--out V',
  workers: '--threads V',
  'num-workers': '--threads V',
}

/** Answers options of other training programs with the words that do the same here. */
export function answerHabits(command: Command): Command {
  for (const [habit, meant] of Object.entries(habits)) {
    const answer = (value: string) => {
      throw new InputError(
        `${command.name()}: --${habit} is not an option, expected ${meant.replaceAll('V', value)}`,
        'docs/training.md lists all settings',
      )
    }
    command.addOption(new Option(`--${habit} <value>`).hideHelp().argParser(answer))
  }
  return command
}

/** Options by which people name the photos that they ask about. */
const asksBy = ['data', 'photos', 'query', 'queries']

/** Answers options that name the photos to ask about: these stand by themselves, without an option. */
export function answerAskedPhotos(command: Command): Command {
  for (const name of asksBy) {
    const answer = (value: string) => {
      throw new InputError(
        `${command.name()}: --${name} is not an option: a table, a folder or photos to ask about are given as PHOTO`,
        `rosette ${command.name()} --model … --gallery … ${wordsOf(value)}`,
      )
    }
    command.addOption(new Option(`--${name} <value>`).hideHelp().argParser(answer))
  }
  return command
}
