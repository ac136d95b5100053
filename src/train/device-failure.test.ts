import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { rejection } from '../../test/dataset-fixture.ts'
import { stripedDataset } from '../../test/striped-dataset.ts'
import { InputError } from '../base/index.ts'
import { readCheckpoint, readLog } from '../run/index.ts'
import { type Backend, ortBackend, type StatefulProgram } from '../runtime/index.ts'
import { deviceFailed } from './device-failure.ts'
import { prepareJob, type TrainOptions } from './job.ts'
import { runTraining } from './loop.ts'

/** What ONNX Runtime 1.30 says: a WebGPU buffer that could not be had, CUDA's arena, and a WebGPU device that is gone. */
const webgpuMemory = `WebGPU validation failed. [Invalid Buffer (unlabeled)] is invalid due to a previous error.
 - While validating entries[2] against { binding: 2, visibility: ShaderStage::Compute }.`
const cudaMemory =
  "Non-zero status code returned while running MatMul node. Name:'n_MatMul_7' Status Message: Failed to allocate memory for requested buffer of size 2304000000"
const webgpuLost = 'Failed to download data from buffer: Device is lost.'

const folder = mkdtempSync(join(tmpdir(), 'rosette-failure-'))
let [data, backend] = ['', undefined as unknown as Backend]
const silent = { emit: () => {}, shouldStop: () => false }
const set = [
  ...[
    'model.backbone=convnext_micro',
    'weights=null',
    'model.embeddingSize=8',
    'image.widthPx=32',
    'image.heightPx=32',
  ],
  ...['batchSize=4', 'chunk=4', 'epochs=3', 'emaDecay=0.5', 'validation=stratified'],
]

beforeAll(async () => {
  vi.stubEnv('ROSETTE_CACHE', join(folder, 'cache'))
  data = await stripedDataset({ identities: 2, photos: 6 }) // two steps an epoch
  backend = await ortBackend({ threads: 1 })
  await trained('whole')
})
afterAll(() => {
  vi.unstubAllEnvs()
  for (const path of [folder, data]) rmSync(path, { recursive: true, force: true })
})

const jobOf = (name: string, options: Partial<TrainOptions>) =>
  prepareJob({ data, out: join(folder, name), threads: 1, ...options })
const trained = async (name: string, on: Backend = backend, device: 'cpu' | 'webgpu' | 'cuda' = 'cpu') =>
  runTraining({ ...(await jobOf(name, { set })), device }, silent, { backend: on })
const resumed = async (name: string, given: readonly string[] = []) =>
  runTraining(await jobOf(name, { resume: true, set: given }), silent, { backend })

const last = (name: string) => join(folder, name, 'checkpoints', 'last.safetensors')
const stepOf = (name: string) => JSON.parse(readCheckpoint(last(name)).position!).step
/** The log without its times. */
const story = (name: string) => readLog(join(folder, name, 'log.jsonl')).map((entry) => ({ ...entry, elapsedMs: 0 }))

/** A device that fails from a step on, counted from 1, or when its state is read then; and, if it is lost, at all that comes after. */
function failing({
  at,
  when,
  says,
  isLost = false,
}: {
  readonly at: number
  readonly when: 'step' | 'read' | 'measure'
  readonly says: string
  readonly isLost?: boolean
}): Backend {
  let [made, gone] = [0, false]
  const failIf = async (fails: boolean) => {
    if (!fails && !gone) return
    gone ||= isLost
    throw new Error(says)
  }
  const watched = (program: StatefulProgram): StatefulProgram => ({
    together: program.together,
    step: (feeds) => program.step(feeds),
    steps: async (feeds) => {
      await failIf(when === 'step' && ++made === at)
      if (when !== 'step') made++
      return program.steps(feeds)
    },
    read: (names) => program.read(names),
    write: (tensors) => program.write(tensors),
    checkpoint: async () => {
      await failIf(when === 'read' && made === at)
      return program.checkpoint()
    },
    held: () => program.held(),
    release: () => program.release(),
  })
  return {
    ...backend,
    compile: async (graph, options) => {
      const program = await backend.compile(graph, options)
      return {
        lanes: program.lanes,
        run: async (feeds, into) => {
          await failIf(when === 'measure' && made === at)
          return program.run(feeds, into)
        },
        release: () => program.release(),
      }
    },
    start: async (graph, state) => watched(await backend.start(graph, state)),
  }
}

describe('a device that fails in the middle of a run', () => {
  test('for want of memory has its state saved; another device goes on as if nothing had happened', async () => {
    const message = await rejection(trained('memory', failing({ at: 4, when: 'step', says: webgpuMemory }), 'webgpu'))
    expect(message).toBe(
      `InputError: training stopped after 3 steps: webgpu ran out of memory (${webgpuMemory.split('\n')[0]}); ${last('memory')} has them all\n` +
        'hint: `resume` goes on from there, on another device too: `device: "cpu"`; ' +
        '`train({ resume: true, set: ["recompute=all"] })` needs less memory, as a new run with a smaller batchSize does',
    )
    expect(stepOf('memory')).toBe(3)
    expect(await resumed('memory')).toMatchObject({ finished: true, step: 6 })
    expect(story('memory')).toEqual(story('whole'))
    expect(readCheckpoint(last('memory')).tensors).toEqual(readCheckpoint(last('whole')).tensors)
  })

  test('lost with its state leaves the checkpoint before, from which the run goes on', async () => {
    const lost = failing({ at: 4, when: 'step', says: webgpuLost, isLost: true })
    const message = await rejection(trained('lost', lost, 'webgpu'))
    expect(message).toContain(
      `training stopped after 3 steps: webgpu was lost (${webgpuLost}); ${last('lost')} has 2 of them\nhint: \`resume\``,
    )
    expect([stepOf('lost'), story('lost').filter(({ kind }) => kind === 'step')]).toMatchObject([2, { length: 3 }])
    await resumed('lost')
    expect(story('lost')).toEqual(story('whole'))
  })

  test('while it measures has the epoch measured when the run goes on', async () => {
    const message = await rejection(trained('measured', failing({ at: 4, when: 'measure', says: cudaMemory }), 'cuda'))
    expect(message).toContain(
      `training stopped after 4 steps: cuda ran out of memory (${cudaMemory}); ${last('measured')} has them all`,
    )
    expect(story('measured').at(-1)).toMatchObject({ kind: 'step', step: 4 })
    await resumed('measured', ['recompute=all', 'checkpointMinutes=1'])
    expect(story('measured').slice(0, 7)).toEqual(story('whole').slice(0, 7))
    story('measured').forEach((entry, i) => {
      const whole = story('whole')[i]!
      if (entry.kind === 'step' && whole.kind === 'step') expect(entry.loss / whole.loss).toBeCloseTo(1, 4)
    })
  })

  test('when its state is read has no checkpoint yet, and says so', async () => {
    const message = await rejection(trained('read', failing({ at: 2, when: 'read', says: webgpuLost }), 'webgpu'))
    expect(message).toContain(
      `training stopped after 2 steps: webgpu was lost (${webgpuLost}); no checkpoint had been written yet, and the run begins anew`,
    )
    expect(existsSync(last('read'))).toBe(false)
  })
})

describe('what a device throws', () => {
  const thrown = (error: unknown, device: 'cpu' | 'cuda') => {
    let kept = 0
    const keep = async () => {
      kept++
      return 5
    }
    const failed = deviceFailed(error, { device, run: 'runs/x' }, { step: 7, keep })
    return failed.catch((caught: unknown) => ({ caught, kept }))
  }

  test.each([
    ['CUDA failure 2: out of memory ; GPU=0 ; hostname=a', 'ran out of memory'],
    ['std::bad_alloc', 'ran out of memory'],
    ['CUDA failure 719: unspecified launch failure ; GPU=0', 'was lost'],
    ['CUDNN failure 5000: CUDNN_STATUS_EXECUTION_FAILED', 'failed'],
  ])('%s', async (says, words) => {
    const { caught, kept } = (await thrown(new Error(says), 'cuda')) as { caught: InputError; kept: number }
    expect(caught).toBeInstanceOf(InputError)
    expect(caught.what).toBe(
      `training stopped after 7 steps: cuda ${words} (${says}); ${join('runs', 'x', 'checkpoints', 'last.safetensors')} has 5 of them`,
    )
    expect(kept).toBe(1)
  })

  test('is memory alone where the processor runs: the rest is a bug, and no file’s error is a device’s', async () => {
    const [bug, full] = [new Error('ShapeInferenceError'), Object.assign(new Error('disk'), { syscall: 'write' })]
    const mistake = new InputError('`chunk`: no')
    expect(await thrown(bug, 'cpu')).toEqual({ caught: bug, kept: 0 })
    expect(await thrown(full, 'cuda')).toEqual({ caught: full, kept: 0 })
    expect(await thrown(mistake, 'cuda')).toEqual({ caught: mistake, kept: 0 })
    expect(await thrown(new Error(cudaMemory), 'cpu')).toMatchObject({ caught: { name: 'InputError' }, kept: 1 })
  })
})
