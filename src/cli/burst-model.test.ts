import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { temporaryFolder, tinyGeometry, tinyNetwork, tinyPhoto, tinyTensors } from '../../test/model-fixture.ts'
import { exportModel } from '../export/index.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

const output = captureOutput()
const rosette = (...args: string[]) => runProgram(args, commands)
let photos = ''
let out = ''
/** A file that nothing describes where it lies, and its description elsewhere. */
let [model, config] = ['', '']

beforeAll(async () => {
  photos = temporaryFolder()
  for (const name of ['Abril', 'Bento', 'Caiman']) {
    mkdirSync(join(photos, name))
    for (let i = 0; i < 4; i++) writeFileSync(join(photos, name, `${i}.png`), await tinyPhoto(name, i))
  }
  const folder = temporaryFolder()
  await exportModel({ network: tinyNetwork, geometry: tinyGeometry, tensors: tinyTensors(), folder, name: 'x' })
  config = join(temporaryFolder(), 'described.json')
  model = join(temporaryFolder(), 'resnet50-imagenet.onnx')
  copyFileSync(join(folder, 'model.json'), config)
  copyFileSync(join(folder, 'model.onnx'), model)
})

beforeEach(() => {
  out = temporaryFolder()
})

test('split and audit take an .onnx file with a description that lies elsewhere, and how it is run', async () => {
  const split = ['split', '--data', photos, '--out', join(out, 'split.csv')]
  const audit = ['audit', '--data', photos, '--out', join(out, 'audit.json')]
  for (const command of [split, audit]) {
    output.stderr = output.stdout = ''
    expect(await rosette(...command, '--model', model)).toBe(2)
    expect(output.stderr).toContain('resnet50-imagenet.onnx: no description of its preprocessing')
    expect(output.stderr).toMatch(/hint: rosette has one for this network: --model-config \S*resnet50-imagenet\.model/)
    const run = ['--threads', '1', '--batch', '2', '--memory-limit', '4']
    expect(await rosette(...command, '--model', model, '--model-config', config, ...run), output.stderr).toBe(0)
    expect(output.stderr + output.stdout).toMatch(/\d bursts? of \d+ photos .*, or of cosine \d\.\d+ or more/)
  }
  const { bursts } = JSON.parse(readFileSync(join(out, 'audit.json'), 'utf8')) as { bursts: { likeness: object } }
  expect(bursts.likeness).toMatchObject({ asked: 0.96 })
  const over = ['split', '--data', photos, '--kind', 'burst', '--overwrite', '--model', model]
  expect(await rosette(...over, '--model-config', config, '--out', config)).toBe(2)
  expect(output.stderr).toContain(`--out: ${config} would replace ${config}, which is read`)
})

test('what says how a model is run needs one', async () => {
  for (const command of ['split', 'audit']) {
    output.stderr = ''
    const ask = [command, '--data', photos, '--out', join(out, 'x.json')]
    expect(await rosette(...ask, '--model-config', config)).toBe(2)
    expect(output.stderr).toContain('--model-config: how a model is run, and no --model is named')
    expect(await rosette(...ask, '--threads', '1')).toBe(2)
    expect(output.stderr).toContain('--threads: how a model is run, and no --model is named')
    // a network that finds animals has threads too: this one is not there
    expect(await rosette(...ask, '--threads', '1', '--locate', join(out, 'none.onnx'))).toBe(2)
    expect(output.stderr).toMatch(/none\.onnx: no such file/)
  }
})
