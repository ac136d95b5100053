import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { create } from '@bufbuild/protobuf'
import { TensorProtoSchema } from 'onnx-buf'
import { describe, expect, test } from 'vitest'
import { InputError } from '../src/base/index.ts'
import { openDataset, openPixelStore } from '../src/data/index.ts'
import { openModel, openModels, readGallery, readModelDescription } from '../src/embedder/index.ts'
import { copyHeadRun } from '../src/export/index.ts'
import { input, mul } from '../src/graph/index.ts'
import { geometry } from '../src/images/index.ts'
import { openExtractor } from '../src/local/index.ts'
import { openLocator } from '../src/locate/index.ts'
import { encodeModel, toOnnx } from '../src/onnx/index.ts'
import { openWeights } from '../src/weights/index.ts'

/** What a file that somebody sent may name: each leads out of its folder on some system. `link` is a link beside the file. */
const hostile = [
  '../../../.bashrc',
  '/etc/passwd',
  'a/../../secret',
  'link',
  'linked/secret',
  '..\\..\\secret',
  'C:\\Windows\\secret',
  '\\\\server\\share\\secret',
  'a\0b',
]

/** A folder in a folder, beside a file that is nobody's business. */
function sent(): string {
  const top = mkdtempSync(join(tmpdir(), 'rosette-hostile-'))
  const folder = join(top, 'sent')
  for (const name of ['sent/checkpoints', 'outside']) mkdirSync(join(top, name), { recursive: true })
  writeFileSync(join(top, 'outside', 'secret'), 'secret')
  symlinkSync('../outside/secret', join(folder, 'link'))
  symlinkSync('../outside', join(folder, 'linked'))
  return folder
}

const description = {
  format: 'rosette-model',
  version: 1,
  name: 'sent',
  model: 'model.onnx',
  input: { layout: 'NHWC', dtype: 'uint8', channels: 'RGB', heightPx: 2, widthPx: 3 },
  output: { size: 18, normalised: false },
  preprocess: { resize: 'squash', kernel: 'bilinear' },
  flipAveraging: 'none',
}

function describeAs(folder: string, model: string): void {
  writeFileSync(join(folder, 'model.json'), JSON.stringify({ ...description, model }))
}

/** An ONNX file whose weights lie in the file `name`. */
function modelWith(folder: string, name: string): void {
  const proto = toOnnx({ outputs: { y: mul(input('x', ['N', 5]), 2) } })
  const externalData = [{ key: 'location', value: name }]
  proto.graph!.initializer.push(
    create(TensorProtoSchema, { name: 'w', dims: [5n], dataType: 1, dataLocation: 1, externalData }),
  )
  writeFileSync(join(folder, 'model.onnx'), encodeModel(proto, '').model)
  describeAs(folder, 'model.onnx')
}

/** Everything of rosette that reads a file which names another one, by what the name stands in. */
const readers: Readonly<Record<string, (folder: string, name: string) => unknown>> = {
  'model.json, read': (folder, name) => {
    describeAs(folder, name)
    return readModelDescription(join(folder, 'model.json'))
  },
  'model.json of a folder, opened': (folder, name) => {
    rmSync(join(folder, 'checkpoints'), { recursive: true, force: true })
    describeAs(folder, name)
    return openModel(folder)
  },
  'model.json of a head’s run, opened': (folder, name) => {
    describeAs(folder, name)
    return openModel(folder)
  },
  'model.json of a head’s run, exported': (folder, name) => {
    describeAs(folder, name)
    return copyHeadRun(folder, join(folder, '..', 'out'))
  },
  'weights of an ONNX file, opened': (folder, name) => {
    modelWith(folder, name)
    return openModel(join(folder, 'model.onnx'))
  },
  'weights of an ONNX file, exported': (folder, name) => {
    modelWith(folder, name)
    return copyHeadRun(folder, join(folder, '..', 'out'))
  },
  'an index of safetensors': (folder, name) => {
    const index = join(folder, 'model.safetensors.index.json')
    writeFileSync(index, JSON.stringify({ weight_map: { a: name, b: `${name}.safetensors` } }))
    return openWeights(index)
  },
  'a matcher': (folder, name) => {
    writeFileSync(join(folder, 'x.onnx'), '')
    const described = { format: 'rosette-matcher', version: 1, preset: 'disk', model: name }
    writeFileSync(join(folder, 'x.matcher.json'), JSON.stringify(described))
    return openExtractor(join(folder, 'x.onnx'))
  },
  'a locator': (folder, name) => {
    writeFileSync(join(folder, 'x.onnx'), '')
    const described = { format: 'rosette-locator', version: 1, preset: 'megadetector-v5', model: name }
    writeFileSync(join(folder, 'x.locate.json'), JSON.stringify(described))
    return openLocator(join(folder, 'x.onnx'))
  },
  'a Camtrap-DP package': (folder, name) => {
    const resources = ['media', 'observations', 'deployments'].map((table) => ({ name: table, path: name }))
    writeFileSync(join(folder, 'datapackage.json'), JSON.stringify({ profile: 'x', resources }))
    return openDataset(folder)
  },
  'an ensemble': (folder, name) => {
    const members = [{ path: name, sha256: '0'.repeat(64) }]
    const record = { format: 'rosette-ensemble', version: 1, name: 'sent', method: 'ranks', members }
    writeFileSync(join(folder, 'ensemble.json'), JSON.stringify(record))
    return openModels([folder])
  },
  'a gallery': (folder, name) => {
    const part = { file: name, sha256: '0'.repeat(64) }
    const model = { name: 'm', fingerprint: '0'.repeat(64), size: 2, flipAveraging: false }
    const index = { format: 'rosette-gallery', version: 1, model, photos: part, embeddings: part }
    writeFileSync(join(folder, 'gallery.json'), JSON.stringify(index))
    return readGallery(folder)
  },
}

describe.each(Object.keys(readers))('%s', (reader) => {
  test.each(hostile)('refuses %j, and touches nothing outside', async (name) => {
    const folder = sent()
    const top = join(folder, '..')
    const read = async () => readers[reader]!(folder, name)
    await expect(read()).rejects.toThrow(InputError)
    await expect(read()).rejects.toThrow(/leads outside|plain|NUL|expected a file of weights beside it/)
    expect(readdirSync(top).sort()).toEqual(['outside', 'sent'])
    expect(readFileSync(join(top, 'outside', 'secret'), 'utf8')).toBe('secret')
  })
})

test('a table of photos refuses them too; its links may lead anywhere, as people make such folders', async () => {
  for (const name of hostile.filter((name) => !name.startsWith('link'))) {
    const folder = sent()
    writeFileSync(join(folder, 'photos.csv'), `filename,identity\n"${name}",a\n`)
    const read = async () =>
      openPixelStore(openDataset(join(folder, 'photos.csv')), geometry(), { cacheDir: join(folder, 'cache') })
    await expect(read(), name).rejects.toThrow(InputError)
  }
})

test('a head’s run is exported as model.onnx, into the folder and not into what a link there leads to', async () => {
  const folder = sent()
  modelWith(folder, 'w.data')
  writeFileSync(join(folder, 'w.data'), 'weights')
  writeFileSync(join(folder, '.profile'), readFileSync(join(folder, 'model.onnx')))
  describeAs(folder, '.profile')
  const out = join(folder, '..', 'out')
  mkdirSync(out)
  symlinkSync(join(folder, '..', 'outside', 'secret'), join(out, 'w.data'))
  expect(await copyHeadRun(folder, out)).toEqual(['model.onnx', 'w.data', 'model.json'].map((file) => join(out, file)))
  expect(readFileSync(join(folder, '..', 'outside', 'secret'), 'utf8')).toBe('secret')
  expect(readFileSync(join(out, 'w.data'), 'utf8')).toBe('weights')
  expect(readModelDescription(join(out, 'model.json')).model).toBe('model.onnx')
  expect(existsSync(join(out, '.profile'))).toBe(false)
})
