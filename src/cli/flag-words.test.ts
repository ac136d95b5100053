import { Command } from 'commander'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { check, optionText } from '../base/index.ts'
import { evaluateCommand } from './evaluate.ts'
import { flagWords } from './flag-words.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'
import { warn } from './say.ts'

let stderr = ''
beforeEach(() => {
  stderr = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true))
})
afterEach(() => vi.restoreAllMocks())

const program = new Command('rosette')
for (const command of commands) program.addCommand(command())
const commandOf = (name: string) => program.commands.find((command) => command.name() === name)!

test.each([
  ['`out`: a exists already', '--out: a exists already'],
  ['add `overwrite`', 'add --overwrite'],
  ['`mergeSimilarLabels` makes them one', '--merge-similar-labels makes them one'],
  ['`split: "all"` scores every photo', '--split all scores every photo'],
  [`with ${optionText({ limitPixels: 1200 })}`, 'with --limit-pixels 1200'],
  [`with ${optionText({ skipUnreadable: true })}`, 'with --skip-unreadable'],
  [optionText({ columns: { filename: 'file', identity: '…' } }), '--columns filename=file,identity=…'],
  [optionText({ columns: { identity: "the cat's name" } }), String.raw`--columns 'identity=the cat'\''s name'`],
  [optionText({ columns: { identity: 'a}"`]: \\' } }), String.raw`--columns 'identity=a}"` + "`]: \\'"],
  [optionText({ unidentified: ['NA', '…'] }), '--unidentified NA,…'],
  [optionText({ unidentified: { only: ['NA', 'a "b" ]}'] } }), `--unidentified 'only=NA,a "b" ]}'`],
  [optionText({ unidentified: { only: [] } }), '--unidentified only='],
  ['`memoryLimitBytes` raises the limit', '--memory-limit raises the limit'],
  ['`boxFormat` xywh or xyxy', '--box-format xywh or xyxy'],
])('%s is %s to who evaluates', (text, words) => {
  expect(flagWords(text, commandOf('evaluate'))).toBe(words)
})

test.each([
  ['`set` epoch: no such key', '--set epoch: no such key'],
  [optionText({ set: ['weights=null', 'epochs=3'] }), '--set weights=null --set epochs=3'],
  [optionText({ set: ['augment.affine={"turnDeg":8}'] }), `--set 'augment.affine={"turnDeg":8}'`],
  [
    optionText({ backbone: 'x.onnx', modelConfig: 'x.json', freeze: 'all' }),
    '--backbone x.onnx --model-config x.json --freeze all',
  ],
])('%s is %s to who trains', (text, words) => {
  expect(flagWords(text, commandOf('train'))).toBe(words)
})

test.each([
  ['`backboneNames` lists them', '`rosette models` lists them'],
  ['`summariseBackbone("vit_tiny")` lists them', '`rosette models vit_tiny` lists them'],
  ['`train({ resume: true })` goes on with it', '`rosette train --resume` goes on with it'],
  [
    '`openModel("a b.onnx", { modelConfig: "presets/a.json" })` answers',
    "`rosette identify NEW-PHOTOS --gallery PHOTOS --model 'a b.onnx' --model-config presets/a.json` answers",
  ],
  ['`openModel("NETWORK.onnx")`', '`rosette identify NEW-PHOTOS --gallery PHOTOS --model NETWORK.onnx`'],
  ['a folder of `exportModel()`', 'a folder of `rosette export`'],
  ['`tuneModel()` writes it anew', '`rosette tune` writes it anew'],
  ['photos left out (`excludeSame`)', 'photos left out (--exclude-same)'],
  ['`scores: "shift"` keeps their order', '`rosette submit --scores shift` keeps their order'],
])('%s is %s in every command', (text, words) => {
  expect(flagWords(text, commandOf('check-submission'))).toBe(words)
})

test('what the command has no flag for stays, and so do words that are no option', () => {
  const texts = [
    '`memoryLimitBytes` raises the limit', // synth opens no model
    '`out: "a", images: "b"`', // one of two
    '`epochs` and `model`', // hidden options answer habits
    'a photo named `out', // one mark alone
    '`train` is a side of the split',
    '`deleteFiles()`',
  ]
  const none = commandOf('synth')
  for (const text of texts.filter((_, i) => i !== 2)) expect(flagWords(text, none)).toBe(text)
  expect(flagWords(texts[2]!, commandOf('train'))).toBe(texts[2])
})

test('errors, hints and warnings of the library are told in flags; without a command they are not', async () => {
  const act = () => {
    warn('`mergeSimilarLabels` makes them one')
    check(false, '`out`: a exists already', 'choose another name, or add `overwrite`')
  }
  const command = () => evaluateCommand().action(act)
  expect(await runProgram(['evaluate', '--model', 'm', '--out', 'a'], [command])).toBe(2)
  expect(stderr).toBe(
    'warning: --merge-similar-labels makes them one\n' +
      'rosette: --out: a exists already\nhint: choose another name, or add --overwrite\n',
  )
  stderr = ''
  warn('add `overwrite`')
  expect(stderr).toBe('warning: add `overwrite`\n')
})
