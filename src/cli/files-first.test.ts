import { expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { tinyRun } from '../../test/model-fixture.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

const output = captureOutput()

/** Photos that are not there either: whoever looks for them first speaks of them. */
const data = ['--data', 'no-photos']
const model = ['--model', 'no-model']

test.each([
  ['evaluate', [...model, ...data, '--out', 'x.json']],
  ['report', [...model, ...data]],
  ['embed', [...model, ...data, '--out', 'x.npy']],
  ['gallery', [...model, ...data, '--out', 'x']],
  ['calibrate', [...model, ...data]],
  ['cluster', [...model, ...data, '--out', 'x.csv']],
  ['pseudo-label', [...model, ...data, '--unlabelled', 'no-photos', '--out', 'x.csv']],
  ['submit', [...model, ...data, '--out', 'x.csv']],
  ['audit', [...model, ...data, '--out', 'x.json']],
  ['identify', [...model, '--gallery', 'no-photos', 'no-photo.jpg']],
])('%s tells of a model that is not there before it looks for photos', async (command, args) => {
  expect(await runProgram([command, ...args], commands)).toBe(2)
  expect(output.stderr).toContain('rosette: no-model: no such model\nhint: a run folder, or an .onnx file')
  expect(output.stderr).not.toContain('no-photo')
})

test.each([
  ['locate', ['--model', 'no.onnx', ...data, '--out', 'x'], 'rosette: --model: no.onnx: no such file'],
  ['train', [...data, '--out', 'x', '--locate', 'no.onnx'], '--locate: no.onnx: no such file'],
  [
    'evaluate',
    ['--locate', 'no.onnx', ...data, '--out', 'x.json'],
    '--locate: no.onnx: no such file\nhint: rosette brings',
  ],
  ['evaluate', ['--gallery', 'nobody', ...data, '--out', 'x.json'], '--gallery: nobody: no such file or folder'],
  ['cluster', ['--labelled', 'nobody', ...data, '--out', 'x.csv'], '--labelled: nobody: no such file or folder'],
  ['cluster', ['--calibration', 'no.json', ...data, '--out', 'x.csv'], 'no.json: no such file\nhint: `rosette calib'],
])('%s %j tells of that file first', async (command, args, message) => {
  const opened = args.includes('--model') || command === 'train' ? [] : ['--model', tinyRun()]
  expect(await runProgram([command, ...opened, ...args], commands)).toBe(2)
  expect(output.stderr).toContain(message)
  expect(output.stderr).not.toContain('no-photos')
})
