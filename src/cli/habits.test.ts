import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { resolveConfig } from '../run/index.ts'
import { cvCommand } from './cv.ts'
import { embedCommand } from './embed.ts'
import { evaluateCommand } from './evaluate.ts'
import { answerHabits, habits } from './habits.ts'
import { identifyCommand } from './identify.ts'
import { commands } from './index.ts'
import { pseudoLabelCommand } from './pseudo-label.ts'
import { trainCommand } from './train.ts'
import { watchCommand } from './watch.ts'

/** A value that the setting can have. */
const examples: Readonly<Record<string, string>> = {
  loss: 'cosface',
  'batch-size': '8',
  dropout: '0.1',
  'drop-path': '0.1',
  'ema-decay': '0.99',
  'val-fraction': '0.3',
}

function answer(make: () => Command, ...args: readonly string[]): string {
  try {
    answerHabits(make().exitOverride())
      .configureOutput({ writeErr: () => {} })
      .parse(args, { from: 'user' })
    return 'none'
  } catch (error) {
    return String(error)
  }
}

test('options of other programs are answered with what does the same here', () => {
  expect(answer(trainCommand, '--epochs', '40')).toBe(
    'InputError: train: --epochs is not an option, expected --set epochs=40\nhint: docs/training.md lists all settings',
  )
  expect(answer(trainCommand, '-e', '40')).toContain('train: -e is not an option, expected --set epochs=40\n')
  expect(answer(trainCommand, '--lr=1e-3')).toContain('expected --set optimiser.learningRate=1e-3\n')
  expect(answer(trainCommand, '--batch_size', '8')).toContain(
    '--batch_size is not an option, expected --set batchSize=8\n',
  )
  expect(answer(trainCommand, '--img-size', '96')).toContain(
    'expected --set image.widthPx=96 --set image.heightPx=96\n',
  )
  expect(answer(trainCommand, '--amp')).toContain('--amp is not an option, expected --set precision=fp16\n')
  expect(answer(trainCommand, '--project', 'my runs')).toContain(
    "--project is not an option: the run folder has one name: --out 'my runs'/NAME\n",
  )
  expect(answer(trainCommand, '--gpu', '0')).toBe(
    'InputError: train: --gpu is not an option: one device runs the network: --device cuda, webgpu, directml or coreml; ' +
      '`rosette devices` says which are ready\nhint: `rosette train --help` lists all options',
  )
})

test('by each command with its own words, and only where it has them', () => {
  expect(answer(embedCommand, '--batch-size', '8')).toContain(
    'embed: --batch-size is not an option, expected --batch 8\n',
  )
  expect(answer(embedCommand, '--fp16')).toContain('expected --precision fp16\n')
  expect(answer(embedCommand, '--epochs', '3')).not.toContain('is not an option')
  expect(answer(identifyCommand, '--output', 'a.csv')).toContain(
    'identify: --output is not an option, expected --csv a.csv\n',
  )
  expect(answer(identifyCommand, '--topk', '3')).toContain('expected --top 3\n')
  expect(answer(watchCommand, '--name', 'x')).not.toContain('is not an option')
})

test('what only training has, and what needs no option, is said by every command', () => {
  expect(answer(identifyCommand, '--epoch', '3')).toBe(
    'InputError: identify: --epoch is a setting of training: `rosette train --set epochs=3`\nhint: docs/training.md lists all settings',
  )
  expect(answer(trainCommand, '--LR', '0.1')).toContain(
    '--LR is not an option, expected --set optimiser.learningRate=0.1\n',
  )
  expect(answer(trainCommand, '--momentum', '0.9')).toContain(
    '--momentum is not an option: AdamW has no momentum; what comes nearest is beta1: --set optimiser.beta1=0.9\n',
  )
  expect(answer(embedCommand, '--no-cuda')).toContain('--no-cuda is not an option, expected --device cpu\n')
  expect(answer(watchCommand, '--no-cuda')).toContain('unknown option')
  for (const flag of ['--verbose', '-v'])
    expect(answer(watchCommand, flag)).toContain(`${flag} is not an option: commands tell by themselves what they do`)
  expect(answer(identifyCommand, '-q')).toContain(
    '-q is not an option: what is told beside the results goes to the standard error',
  )
  expect(answer(trainCommand, '--dry-run')).toContain('nothing is replaced without --overwrite')
})

test('thresholds and numbers of neighbours are what each command has for them', () => {
  expect(answer(identifyCommand, '--threshold', '0.5')).toContain(
    'what mistakes cost: --cost-false-match and --cost-missed-match',
  )
  expect(answer(evaluateCommand, '--threshold', '0.5')).toContain('scores count ranks and need no threshold')
  expect(answer(pseudoLabelCommand, '--threshold', '0.9')).toContain('expected --min-confidence 0.9\n')
  expect(answer(identifyCommand, '--k', '3')).toContain('expected --top 3\n')
  expect(answer(cvCommand, '-k', '5')).toContain('expected --folds 5\n')
  expect(answer(pseudoLabelCommand, '--k', '7')).toContain('expected --neighbours 7\n')
})

test('no command loses an option of its own to a habit, and its help shows none', () => {
  for (const make of commands) {
    const [own, answering] = [make(), answerHabits(make())]
    expect(answering.helpInformation(), own.name()).toBe(own.helpInformation())
    const flags = answering.options.flatMap(({ short, long }) => [short, long]).filter((flag) => flag !== undefined)
    expect(new Set(flags).size, own.name()).toBe(flags.length)
  }
})

const settings = Object.entries(habits).flatMap(([names, answers]) =>
  answers.filter((meant) => meant.startsWith('--set')).map((meant) => [names.split(' ')[0]!, meant] as const),
)

test.each(settings)('--%s: %s can be said', (habit, meant) => {
  const words = meant.replace(/\bV\b/g, examples[habit] ?? '1').split(' ')
  const given = words.flatMap((word, i) => (word === '--set' ? [words[i + 1]!.replace(/Px=1$/, 'Px=96')] : []))
  expect(given.length).toBeGreaterThan(0)
  expect(() => resolveConfig('brief', given)).not.toThrow()
})

test('settings that sentences name are settings', () => {
  const named = Object.values(habits).flatMap((answers) =>
    answers.flatMap((text) => [...text.matchAll(/--set ([\w.]+)=…/g)]),
  )
  expect(named.length).toBeGreaterThan(3)
  for (const [, path = ''] of named)
    expect(() => resolveConfig('brief', [`${path}=${path === 'validationFraction' ? 0.5 : 1}`]), path).not.toThrow()
  expect(() => resolveConfig('brief', ['optimiser.nothing=1'])).toThrow()
})

test.each(['data', 'queries'])('--%s of identify is answered: photos to ask about have no option', (name) => {
  const command = identifyCommand().exitOverride()
  expect(() => command.parse(['--model', 'm', `--${name}`, 'my table.csv'], { from: 'user' })).toThrow(
    `identify: --${name} is not an option: a table, a folder or photos to ask about are given as PHOTO\n` +
      "hint: rosette identify --model … --gallery … 'my table.csv'",
  )
})
