import { Command } from 'commander'
import { expect, test } from 'vitest'
import { resolveConfig } from '../run/index.ts'
import { answerHabits, habits } from './habits.ts'
import { identifyCommand } from './identify.ts'
import { trainCommand } from './train.ts'

/** A value that the setting can have. */
const examples: Readonly<Record<string, string>> = {
  loss: 'cosface',
  'batch-size': '8',
  dropout: '0.1',
  'val-fraction': '0.3',
}

function answer(...args: readonly string[]): string {
  try {
    answerHabits(new Command('train').exitOverride()).parse(args, { from: 'user' })
    return 'none'
  } catch (error) {
    return String(error)
  }
}

test('options of other programs are answered with what does the same here', () => {
  expect(answer('--epochs', '40')).toBe(
    'InputError: train: --epochs is not an option, expected --set epochs=40\nhint: docs/training.md lists all settings',
  )
  expect(answer('--lr=1e-3')).toContain('expected --set optimiser.learningRate=1e-3\n')
  expect(answer('--batch-size', '8')).toContain('expected --set batchSize=8\n')
  expect(answer('--img-size', '96')).toContain('expected --set image.widthPx=96 --set image.heightPx=96\n')
})

test.each(Object.entries(habits))('--%s: %s can be said', (habit, meant) => {
  const words = meant.replaceAll('V', examples[habit] ?? '1').split(' ')
  const settings = words.flatMap((word, i) => (word === '--set' ? [words[i + 1]!] : []))
  const sized = settings.map((setting) => setting.replace(/Px=1$/, 'Px=96'))
  expect(() => resolveConfig('brief', sized)).not.toThrow()
  const visible = trainCommand()
    .options.filter(({ hidden }) => !hidden)
    .map(({ long }) => long)
  for (const option of words.filter((word) => word.startsWith('--'))) expect(visible).toContain(option)
  expect(visible).not.toContain(`--${habit}`)
})

test.each(['data', 'queries'])('--%s of identify is answered: photos to ask about have no option', (name) => {
  const command = identifyCommand().exitOverride()
  expect(() => command.parse(['--model', 'm', `--${name}`, 'my table.csv'], { from: 'user' })).toThrow(
    `identify: --${name} is not an option: a table, a folder or photos to ask about are given as PHOTO\n` +
      "hint: rosette identify --model … --gallery … 'my table.csv'",
  )
})
