import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readCheckpoint } from '../src/run/index.ts'
import { webgpu } from './backends.ts'
import { relativeDistance } from './relative-distance.ts'
import { stripedDataset } from './striped-dataset.ts'
import { deviceTolerance } from './tolerances.ts'
import { cli, start, trainCommand } from './train-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-device-'))
const env = { ...process.env, ROSETTE_CACHE: join(folder, 'cache') }
const short = ['--set', 'epochs=1', '--set', 'batchSize=8', '--set', 'chunk=8', '--set', 'validation=none']
const tiny = [
  '--preset',
  'atto',
  '--set',
  'model.backbone=convnext_micro',
  '--set',
  'image.widthPx=32',
  '--set',
  'image.heightPx=32',
]

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (args: readonly string[]) => start([cli, ...args], { env }).ended
const losses = (out: string) =>
  readFileSync(join(out, 'log.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; loss: number })
    .filter(({ kind }) => kind === 'step')
    .map(({ loss }) => loss)

describe('rosette devices', () => {
  test('tells of the processor, and of each device what it is or lacks', async () => {
    const noDriver = { ...env, VK_ICD_FILENAMES: join(folder, 'none.json'), VK_DRIVER_FILES: undefined }
    const { code, stdout } = await start([cli, 'devices', '--check', '--json'], { env: noDriver }).ended
    expect(code).toBe(0)
    const { devices, auto, placements } = JSON.parse(stdout) as {
      devices: { device: string; state: string }[]
      auto: { device: string; reason: string }
      placements: unknown[]
    }
    expect(placements).toEqual([]) // the processor has nothing to fall back from
    expect(devices.map(({ device }) => device)).toEqual(['cpu', 'webgpu', 'cuda', 'directml', 'coreml'])
    expect(devices[0]!.state).toBe('ready')
    expect(auto.reason).not.toBe('')
  })

  test('a device that is not there ends the command before it opens a model, with the way to get it', async () => {
    const data = await stripedDataset({ identities: 2, photos: 10 })
    const model = join(folder, 'not-opened.onnx')
    writeFileSync(model, '')
    const description = join(import.meta.dirname, '..', 'presets', 'resnet50-imagenet.model.json')
    copyFileSync(description, join(folder, 'not-opened.model.json'))
    const missing = process.platform === 'win32' ? 'coreml' : 'directml'
    const { code, stderr } = await run([
      'embed',
      '--model',
      model,
      '--data',
      data,
      '--out',
      'e.npy',
      '--device',
      missing,
    ])
    expect(code).toBe(2)
    expect(stderr).toMatch(/device (directml: Windows|coreml: macOS) only/)
    expect(stderr).toContain('it is part of ONNX Runtime for')
  })
})

test('on an Intel Mac a command that runs a network ends with an error, and devices says why', async () => {
  const preload = ['--import', join(import.meta.dirname, 'intel-mac.mjs')]
  const asMac = (...args: string[]) => start([process.execPath, ...preload, cli, ...args], { env }).ended
  const data = await stripedDataset({ identities: 1, photos: 1 })
  const [told, ended] = await Promise.all([
    asMac('devices'),
    asMac('flanks', '--data', data, '--out', join(folder, 'flanks.csv')),
  ])
  expect([told.code, ended.code]).toEqual([0, 2])
  expect(told.stdout).toMatch(/cpu +missing +ONNX Runtime has no library for this system, darwin x64/)
  expect(told.stdout).toContain('no network can run here: it has libraries for Linux and Windows')
  expect(ended.stderr).toContain('ONNX Runtime does not load on this system, darwin x64')
  expect(ended.stderr).toContain('hint: it has libraries for Linux and Windows (x64, arm64)')
  rmSync(data, { recursive: true, force: true })
}, 60_000)

test('a training whose memory runs out ends with exit code 2, a checkpoint, and how to go on', async () => {
  const data = await stripedDataset({ identities: 2, photos: 10 })
  const out = join(folder, 'full')
  const [node, ...args] = trainCommand(data, out)
  const preload = ['--import', join(import.meta.dirname, 'full-memory.mjs')]
  const settings = ['--set', 'epochs=2', ...short.slice(2)] // two steps an epoch
  const { code, stderr } = await start([node!, ...preload, ...args, ...tiny, ...settings], { env }).ended
  expect(code, stderr).toBe(2)
  expect(stderr).toContain('training stopped after 3 steps: cpu ran out of memory (Non-zero status code')
  expect(stderr).toContain(`last.safetensors has them all\nhint: --resume goes on from there`)
  expect(stderr).toContain('`rosette train --resume --set recompute=all` needs less memory')
  expect(losses(out)).toHaveLength(3)
  const { position } = readCheckpoint(join(out, 'checkpoints', 'last.safetensors'))
  expect(JSON.parse(position!)).toMatchObject({ step: 3 })
  rmSync(data, { recursive: true, force: true })
}, 60_000)

/** Ten steps of a tiny ConvNeXt, five an epoch. */
const ten = ['epochs=2', 'batchSize=4', 'chunk=4', 'validation=none', 'optimiser.learningRate=1e-4']
const tenSteps = ten.flatMap((value) => ['--set', value])

describe.skipIf(webgpu.skip !== undefined)(`--device webgpu ${webgpu.skip ?? ''}`, () => {
  test('a run trained on it has the processor’s losses and weights, is resumed on the processor, and embeds on either', async () => {
    const data = await stripedDataset({ identities: 2, photos: 10 })
    const [gpu, cpu] = [join(folder, 'gpu'), join(folder, 'cpu')]
    const onGpu = await start([...trainCommand(data, gpu), ...tiny, ...tenSteps, '--device', 'webgpu'], { env }).ended
    expect(onGpu.code, onGpu.stderr).toBe(0)
    expect(onGpu.stderr).toMatch(/device: webgpu \(/)
    const onCpu = await start([...trainCommand(data, cpu), ...tiny, ...tenSteps], { env }).ended
    expect(onCpu.code, onCpu.stderr).toBe(0)
    const [a, b] = [losses(gpu), losses(cpu)]
    expect(b).toHaveLength(10)
    b.forEach((loss, step) => expect(Math.abs(a[step]! / loss - 1)).toBeLessThan(deviceTolerance.loss))
    const [ours, theirs] = [gpu, cpu].map((out) => readCheckpoint(join(out, 'checkpoints', 'last.safetensors')).tensors)
    expect([...ours!.keys()].sort()).toEqual([...theirs!.keys()].sort())
    const weights = [...theirs!.keys()].filter((name) => name.startsWith('backbone.'))
    expect(relativeDistance(ours!, theirs!, weights)).toBeLessThan(deviceTolerance.weights)
    const steps = weights.map((name) => theirs!.get(`m/${name}`)!.data)
    expect(steps.every((moment) => moment.some((value) => value !== 0))).toBe(true) // each was moved
    const onward = join(folder, 'onward')
    cpSync(gpu, onward, { recursive: true })
    const config = JSON.parse(readFileSync(join(onward, 'config.json'), 'utf8')) as { readonly epochs: number }
    writeFileSync(join(onward, 'config.json'), JSON.stringify({ ...config, epochs: 3 }))
    const resumed = await run(['train', '--data', data, '--out', onward, '--resume'])
    expect(resumed.code, resumed.stderr).toBe(0)
    expect(losses(onward).slice(0, 10)).toEqual(a)
    expect(losses(onward)).toHaveLength(15)
    const asked = ['embed', '--model', gpu, '--data', data]
    for (const device of ['webgpu', 'cpu']) {
      const { code, stderr } = await run([...asked, '--out', join(folder, `${device}.npy`), '--device', device])
      expect(code, stderr).toBe(0)
    }
    const [first, second] = ['webgpu', 'cpu'].map((device) => {
      const bytes = readFileSync(join(folder, `${device}.npy`))
      return new Float32Array(bytes.buffer.slice(bytes.byteOffset + 128, bytes.byteOffset + bytes.length))
    })
    expect(first!.length).toBe(20 * 64)
    first!.forEach((v, i) => expect(Math.abs(v - second![i]!)).toBeLessThan(1e-4))
    const whole = await run([...asked, '--out', join(folder, 'x.npy'), '--device', 'webgpu', '--precision', 'int8'])
    expect(whole.code).toBe(2)
    expect(whole.stderr).toContain('webgpu computes in floats only')
  }, 300_000)
})
