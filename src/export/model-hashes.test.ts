import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder, tinyGeometry, tinyNetwork, tinyTensors } from '../../test/model-fixture.ts'
import { InputError, sha256Of } from '../base/index.ts'
import { type ModelDescription, openModel, readModelDescription } from '../embedder/index.ts'
import { constant, input, matmul, reshape } from '../graph/index.ts'
import { encodeModel, toOnnx } from '../onnx/index.ts'
import { float32, tensor } from '../tensor/index.ts'
import { exportModel } from './export.ts'
import { copyHeadRun, exportHead } from './export-head.ts'

const ramp = (shape: readonly number[]) =>
  float32(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i)),
  )

/** Somebody's network, whose weights lie in a file of their own: the pixels of 8 × 12, mixed to 4 numbers. */
function somebodys(): { readonly onnx: string; readonly description: ModelDescription } {
  const folder = temporaryFolder()
  const pixels = reshape(input('x', ['N', 8, 12, 3]), ['N', 288])
  const { model, external } = encodeModel(
    toOnnx({ outputs: { y: matmul(pixels, constant(ramp([288, 4]))) } }),
    'w.data',
    0,
  )
  const onnx = join(folder, 'theirs.onnx')
  writeFileSync(onnx, model)
  writeFileSync(join(folder, 'w.data'), external![0]!)
  const described = {
    ...{ format: 'rosette-model', version: 1, name: 'theirs', model: 'theirs.onnx' },
    input: { layout: 'NHWC', dtype: 'float32', channels: 'RGB', heightPx: 8, widthPx: 12 },
    ...{ output: { size: 4, normalised: false }, preprocess: { resize: 'squash', kernel: 'bilinear' } },
    flipAveraging: 'none',
  }
  writeFileSync(join(folder, 'theirs.model.json'), JSON.stringify(described))
  return { onnx, description: readModelDescription(join(folder, 'theirs.model.json')) }
}

/** A run as the training of a head on that network leaves it. */
async function headRun(): Promise<string> {
  const folder = temporaryFolder()
  const tail = { matrix: ramp([3, 4]), bias: ramp([3]) }
  await exportHead({ ...somebodys(), tail, name: 'head', folder })
  mkdirSync(join(folder, 'checkpoints'))
  return folder
}

async function ownModel(): Promise<string> {
  const folder = temporaryFolder()
  await exportModel({ network: tinyNetwork, geometry: tinyGeometry, tensors: tinyTensors(), folder, name: 'tiny' })
  return folder
}

/** One bit of the file's middle is another. */
function flipBit(path: string): void {
  const bytes = readFileSync(path)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(path, bytes)
}

function hashesOf(folder: string): ModelDescription['sha256'] {
  return readModelDescription(join(folder, 'model.json')).sha256
}

const hashOf = (path: string) => sha256Of(readFileSync(path))

describe('a description has the hash of each file', () => {
  test('of an exported model, and of a head on a network with weights in a file of their own', async () => {
    const [own, head] = [await ownModel(), await headRun()]
    expect(hashesOf(own)).toEqual({ 'model.onnx': hashOf(join(own, 'model.onnx')) })
    const both = Object.fromEntries(['model.onnx', 'w.data'].map((name) => [name, hashOf(join(head, name))]))
    expect(hashesOf(head)).toEqual(both)
    const out = temporaryFolder()
    await copyHeadRun(head, out)
    expect(hashesOf(out)).toEqual(both)
  })
})

describe.each(['model.onnx', 'w.data'])('a bit of %s that is another is refused by', (name) => {
  const refused = async (path: string, work: () => Promise<unknown>) => {
    await work()
    flipBit(path)
    const message = `${path}: damaged, or not the file that its description means: expected SHA-256 `
    await expect(work()).rejects.toThrow(message)
    await expect(work()).rejects.toThrow(InputError)
    await expect(work()).rejects.toThrow('\nhint: export the model again')
  }
  const open = async (path: string, modelConfig?: string) =>
    (await openModel(path, { threads: 1, modelConfig })).release()

  test('whoever opens the run', async () => {
    const run = await headRun()
    await refused(join(run, name), () => open(run))
  })

  test('whoever opens the exported folder, or its file under a description elsewhere', async () => {
    const [folder, elsewhere] = [temporaryFolder(), join(temporaryFolder(), 'x.json')]
    await copyHeadRun(await headRun(), folder)
    writeFileSync(elsewhere, readFileSync(join(folder, 'model.json')))
    await refused(join(folder, name), () => open(folder))
    await expect(open(join(folder, 'model.onnx'), elsewhere)).rejects.toThrow(`${join(folder, name)}: damaged`)
  })

  test('the export of the run', async () => {
    const run = await headRun()
    await refused(join(run, name), () => copyHeadRun(run, temporaryFolder()))
  })

  test('the training of another head on it', async () => {
    const folder = temporaryFolder()
    await copyHeadRun(await headRun(), folder)
    const description = readModelDescription(join(folder, 'model.json'))
    const tail = { matrix: ramp([2, 3]), bias: ramp([2]) }
    const onnx = join(folder, 'model.onnx')
    await refused(join(folder, name), () =>
      exportHead({ onnx, description, tail, name: 'second', folder: temporaryFolder() }),
    )
  })
})

test('a bit of an exported network that is another is refused, where it would embed to other numbers', async () => {
  const folder = await ownModel()
  flipBit(join(folder, 'model.onnx'))
  await expect(openModel(folder)).rejects.toThrow(`${join(folder, 'model.onnx')}: damaged`)
})

test('without hashes there is nothing to check: a description of somebody else’s, or of an earlier version', async () => {
  const { onnx } = somebodys()
  const pixels = tensor('uint8', [1, 8, 12, 3], new Uint8Array(288).fill(9))
  const embed = async () => {
    const embedder = await openModel(onnx, { threads: 1 })
    const embedding = await embedder.network.embed(pixels)
    await embedder.release()
    return embedding
  }
  expect((await embed()).length).toBe(4)
  flipBit(join(onnx, '..', 'w.data'))
  expect((await embed()).length).toBe(4)
})

test('hashes do not decide a fingerprint: a run gets them when its training ends, and its galleries stay', async () => {
  const folder = await ownModel()
  const fingerprint = async () => {
    const embedder = await openModel(folder, { threads: 1 })
    await embedder.release()
    return embedder.fingerprint()
  }
  const before = await fingerprint()
  const { sha256: _, ...rest } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'))
  writeFileSync(join(folder, 'model.json'), `${JSON.stringify(rest, undefined, 2)}\n`)
  expect(await fingerprint()).toBe(before)
})

test('hashes without that of the model itself are a mistake', async () => {
  const folder = await ownModel()
  const path = join(folder, 'model.json')
  writeFileSync(path, readFileSync(path, 'utf8').replace('"model.onnx": "', '"nodel.onnx": "'))
  await expect(openModel(folder)).rejects.toThrow(`${path}: sha256: has no 'model.onnx', which is the model`)
})
