import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ContestPart, runContests } from '../bench/gpu/contest.ts'
import { installCuda, readKit } from '../bench/gpu/kit.ts'
import { type Part, runPart } from '../bench/gpu/part.ts'
import { cardPlan, contests, profileParts, trainingParts } from '../bench/gpu/parts.ts'
import { temporaryFolder } from './model-fixture.ts'
import { start } from './train-process.ts'

const root = join(import.meta.dirname, '..')
const folder = temporaryFolder()
const labels = { task: 'train', model: 'm', size: 32, batch: 2, precision: 'fp32', peer: 'p' }
const part = (name: string, script: string, limitS = 30): Part => ({
  ...{ name, command: process.execPath, args: ['-e', script], limitS, labels },
  input: 'step\nquit\n',
})

describe('a part', () => {
  test('that ends well is known by its last line; the rest is in its log', async () => {
    const script = `process.stdin.resume().on('end', () => console.log('ready\\n{"peer":"x","images_per_s":3,"step_ms":[1]}'))`
    const { state, summary } = await runPart(part('good', script), folder, 60)
    expect([state, summary?.images_per_s]).toEqual(['done', 3])
    expect(readFileSync(join(folder, 'good.log'), 'utf8')).toContain('ready')
  })

  test('that fails, is not there or takes too long says so, and throws nothing', async () => {
    const missing = { ...part('missing', ''), command: join(folder, 'no-such-program') }
    const states = [
      await runPart(part('bad', 'console.error("why"); process.exit(3)'), folder, 60),
      await runPart(missing, folder, 60),
      await runPart(part('slow', 'setInterval(() => {}, 1000)', 1), folder, 60),
      await runPart(part('late', ''), folder, 0),
    ].map(({ state }) => state)
    expect(states[0]).toBe('failed: exit 3')
    expect(states[1]).toMatch(/^failed: .*ENOENT/)
    expect(states.slice(2)).toEqual(['stopped after 1 s', 'left out: no time left'])
    expect(readFileSync(join(folder, 'bad.log'), 'utf8')).toContain('why')
  })
})

describe('a contest', () => {
  /** Answers as those do who are measured, and writes down what it was asked. */
  const served = `const { appendFileSync } = require('node:fs')
    const [diary, name] = process.argv.slice(1)
    let times = 0
    console.log('built')
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      appendFileSync(diary, line + ' ' + name + '\\n')
      if (line === 'warm') console.log('ready')
      if (line === 'step') console.log(++times)
      if (line === 'quit') { console.log('{"peer":"' + name + '","images_per_s":' + times + ',"step_ms":[1]}'); process.exit() }
    })`
  const diary = join(folder, 'diary')
  const one = (name: string, rounds: number, script = served): ContestPart => ({
    ...{ name, command: process.execPath, args: ['-e', script, diary, name], limitS: 30, labels, rounds },
  })

  test('warms all up, then times them in turn, and goes on without those that fail', async () => {
    writeFileSync(diary, '')
    const outcomes: unknown[] = []
    const bad = one(
      'broken',
      2,
      `console.log('built'); process.stdin.once('data', () => { console.error('no card here'); process.exit(3) })`,
    )
    await runContests(
      [
        { name: 'first', parts: [one('a', 2), bad, one('b', 1)] },
        { name: 'second', parts: [one('c', 1), one('slow', 1, 'setInterval(() => {}, 1000)')] },
      ].map(({ name, parts }) => ({
        name,
        parts: parts.map((part) => (part.name === 'slow' ? { ...part, limitS: 1 } : part)),
      })),
      {
        ...{ logs: folder, builders: 2, leftS: () => 60 },
        note: ({ name }, { state, summary }) => outcomes.push([name, state, summary?.images_per_s]),
      },
    )
    expect(outcomes).toEqual([
      ['a', 'done', 2],
      ['broken', 'failed: it ended early: no card here', undefined],
      ['b', 'done', 1],
      ['c', 'done', 1],
      ['slow', 'stopped after 1 s', undefined],
    ])
    const asked = ['warm a', 'warm b', 'step a', 'step b', 'step a', 'quit a', 'quit b', 'warm c', 'step c', 'quit c']
    expect(readFileSync(diary, 'utf8').trim().split('\n')).toEqual(asked)
  })

  test('that no time is left for is left out', async () => {
    const states: string[] = []
    await runContests([{ name: 'late', parts: [one('late', 1)] }], {
      ...{ logs: folder, builders: 1, leftS: () => 0 },
      note: (_, { state }) => states.push(state),
    })
    expect(states).toEqual(['left out: no time left'])
  })
})

describe('the kit', () => {
  const kit = join(folder, 'kit')
  for (const path of ['onnxruntime', 'weights', 'site/nvidia/cublas/lib', 'python/bin'])
    mkdirSync(join(kit, path), { recursive: true })
  for (const name of ['onnxruntime/libonnxruntime_providers_cuda.so', 'weights/convnext_small.fb_in1k.safetensors'])
    writeFileSync(join(kit, name), '')
  writeFileSync(join(kit, 'python', 'bin', 'python3'), '')

  test('gives what it has, and leaves out what it has not', () => {
    const { python, environment, cudaFiles, weightsOf } = readKit(kit, [])
    expect(python).toBe(join(kit, 'python', 'bin', 'python3'))
    expect(environment.LD_LIBRARY_PATH!.split(':')[0]).toBe(join(kit, 'site', 'nvidia', 'cublas', 'lib'))
    expect(environment.PYTHONPATH).toBe(join(kit, 'site'))
    expect(cudaFiles).toEqual([join(kit, 'onnxruntime', 'libonnxruntime_providers_cuda.so')])
    expect(weightsOf('convnext_small')).toBe(join(kit, 'weights', 'convnext_small.fb_in1k.safetensors'))
    expect(weightsOf('convnext_base')).toBeUndefined()
    expect(readKit(undefined, []).python).toBe('python3')
  })

  test('lends ONNX Runtime its files, and takes them away again', () => {
    const home = join(folder, 'home')
    const beside = join(home, 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6', process.platform, process.arch)
    mkdirSync(beside, { recursive: true })
    const uninstall = installCuda(readKit(kit, []), home)
    expect(readdirSync(beside)).toEqual(['libonnxruntime_providers_cuda.so'])
    uninstall()
    expect(readdirSync(beside)).toEqual([])
  })
})

test('on a card all models, batches, precisions and peers are measured, each under a name of its own', () => {
  const kit = readKit(undefined, [])
  const places = { benches: '/benches', root: '/root', out: '/out' }
  const { trainings } = trainingParts(cardPlan, kit, places)
  const parts = [
    ...contests(cardPlan, kit, places).flatMap(({ parts }) => parts),
    ...profileParts(cardPlan, kit, places),
    ...trainings,
  ]
  expect(parts).toHaveLength(2 * 3 * 2 * 2 * 4 + 3 + 2)
  expect(new Set(parts.map(({ name }) => name)).size).toBe(parts.length)
  const compiled = parts.find(({ name }) => name === 'train-vit_small_patch14_dinov2-128-fp16-PyTorch-timm-compiled')
  expect(compiled?.args).toEqual(
    expect.arrayContaining(['--compile', '--timm', '--device', 'cuda', '--batch', '128', '--precision', 'fp16']),
  )
  expect(trainings[0]!.args).toEqual(
    expect.arrayContaining(['epochs=8', 'batchSize=32', 'image.widthPx=224', 'webgpu']),
  )
  expect(trainings[0]!.photos).toBe(1895 * 8)
})

describe('without a card', () => {
  const bundle = join(root, 'build', `gpu-${process.pid}`)
  beforeAll(async () => {
    await build({
      entryPoints: ['bench/ours', 'bench/gpu/main', 'src/runtime/lane'].map((path) => ({
        in: join(root, `${path}.ts`),
        out: path.replace(/^bench.|^src.runtime./, ''),
      })),
      ...{ outdir: bundle, bundle: true, packages: 'external', platform: 'node', format: 'esm' },
    })
  })
  afterAll(() => rmSync(bundle, { recursive: true, force: true }))

  test('a dry run goes through everything on the processor, whatever fails', async () => {
    const out = join(folder, 'dry')
    const parts = ['--parts', '^whole|^profile|compiled$']
    const none = { ...process.env, PATH: join(folder, 'nothing') } // no Python here: its parts fail
    const { code, stderr } = await start(
      [process.execPath, join(bundle, 'gpu', 'main.js'), '--dry', '--out', out, ...parts],
      { env: none },
    ).ended
    expect(code, stderr).toBe(0)
    const [header, ...rows] = readFileSync(join(out, 'gpu-dry.csv'), 'utf8').trim().split('\n')
    const cells = rows.map((row) => row.split(','))
    expect(header).toMatch(/^date,card,task,model,size,batch,precision,peer,images_per_s/)
    expect(cells.map((row) => [row[2], row[7], row.at(-1)!.replace(/:.*/, '')])).toEqual([
      ['whole training', 'rosette cpu', 'done'],
      ...['train', 'embed'].map((task) => [task, 'PyTorch + timm compiled', 'failed']),
      ['profile', 'rosette cpu', 'done'],
      ['profile', 'PyTorch + timm', 'failed'],
    ])
    for (const row of cells.filter((own) => own[7] === 'rosette cpu')) expect(Number(row[8])).toBeGreaterThan(0)
    expect(readdirSync(out).some((name) => /^profile-cpu.*\.json$/.test(name))).toBe(true)
    expect(existsSync(join(out, 'run-cpu', 'model.onnx'))).toBe(true)
  }, 120_000)
})
