import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  linkSync,
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
import { beforeAll, describe, expect, test } from 'vitest'
import { messageOf, RangedFile, readJson, readRegular, regularSize, sha256OfFile } from '../src/base/index.ts'
import { checkSubmission } from '../src/competition/index.ts'
import { decodePhoto, openDataset } from '../src/data/index.ts'
import { openModel, readGallery, readModelDescription } from '../src/embedder/index.ts'
import { input, mul } from '../src/graph/index.ts'
import { decodeImage, photoSize, thumbnail } from '../src/images/index.ts'
import { encodeModel, toOnnx } from '../src/onnx/index.ts'
import { readCheckpoint, readLog } from '../src/run/index.ts'
import { openOnnx } from '../src/runtime/index.ts'
import { openSafetensors } from '../src/tensor/index.ts'
import { openWeights } from '../src/weights/index.ts'
import { tinyPhoto } from './model-fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-regular-'))

const preset = join(import.meta.dirname, '..', 'presets', 'resnet50-imagenet.model.json')

/** Whoever opens a pipe for reading waits for somebody who writes; whoever reads /dev/zero never ends. */
const readers: Readonly<Record<string, (path: string) => unknown>> = {
  json: readJson,
  ranges: (path) => new RangedFile(path),
  hash: sha256OfFile,
  size: (path) => regularSize(path),
  table: (path) => openDataset(path),
  submission: (path) => checkSubmission(path, path),
  photo: (path) => decodeImage(path),
  thumbnail: (path) => thumbnail(path),
  onnx: (path) => openOnnx(path),
  model: (path) => openModel(path, { modelConfig: preset }),
  safetensors: (path) => openSafetensors(path),
  weights: (path) => openWeights(path),
  log: readLog,
  checkpoint: readCheckpoint,
  description: readModelDescription,
  'description of an ONNX file': (path) => openModel(onnx, { modelConfig: path }),
  detections: (path) => openDataset(table, { detections: path }),
  mask: (path) => {
    const photo = { filename: 'a.png', path: 'a.png', extra: {}, mask: { path, sha256: '' } }
    return decodePhoto({ photo, bytes: picture })
  },
  'weights of an ONNX file': (path) => {
    linkSync(path, join(folder, 'w.data'))
    return openModel(onnx).finally(() => rmSync(join(folder, 'w.data')))
  },
  gallery: (path) => {
    linkSync(path, join(folder, 'gallery.json'))
    return Promise.resolve()
      .then(() => readGallery(folder))
      .finally(() => rmSync(join(folder, 'gallery.json')))
  },
}

/** What these readers call it, where it is not the path. */
const called: Readonly<Record<string, string>> = {
  'weights of an ONNX file': join(folder, 'w.data'),
  gallery: join(folder, 'gallery.json'),
}
const [onnx, table] = [join(folder, 'external.onnx'), join(folder, 'photos.csv')]
let picture: Uint8Array = new Uint8Array()

/** The name that each reader wants to see. */
const endings: Readonly<Record<string, string>> = {
  table: '.csv',
  onnx: '.onnx',
  model: '.onnx',
  safetensors: '.safetensors',
  weights: '.safetensors',
  checkpoint: '.safetensors',
  detections: '.json',
}

describe.skipIf(process.platform === 'win32')('what is no regular file', () => {
  beforeAll(async () => {
    picture = await tinyPhoto('Abril', 0)
    writeFileSync(join(folder, 'a.png'), picture)
    writeFileSync(table, 'filename,identity\na.png,a\n')
    const proto = toOnnx({ outputs: { y: mul(input('x', ['N', 5]), 2) } })
    const externalData = [{ key: 'location', value: 'w.data' }]
    proto.graph!.initializer.push(
      create(TensorProtoSchema, { name: 'w', dims: [5n], dataType: 1, dataLocation: 1, externalData }),
    )
    writeFileSync(onnx, encodeModel(proto, '').model)
    copyFileSync(preset, join(folder, 'external.model.json'))
    for (const [name, target] of [
      ['pipe', ''],
      ['endless', '/dev/zero'],
    ] as const) {
      mkdirSync(join(folder, name))
      for (const end of ['', ...new Set(Object.values(endings))]) {
        const path = join(folder, name, `x${end}`)
        if (target === '') execFileSync('mkfifo', [path])
        else symlinkSync(target, path)
      }
    }
  })

  for (const kind of ['pipe', 'endless'] as const)
    test.each(Object.keys(readers))(
      `${kind}: %s refuses it at once`,
      async (name) => {
        const path = join(folder, kind, `x${endings[name] ?? ''}`)
        const message = await (async () => readers[name]!(path))().then(() => 'was read', messageOf)
        // a device lies elsewhere, and a name in a file that somebody sent leads nowhere else
        const outside = kind === 'endless' && name === 'weights of an ONNX file'
        const place = called[name] ?? path
        expect(message).toContain(outside ? `'w.data' leads outside of ${folder}, by a link` : `${place}: not a file`)
      },
      5_000,
    )

  test('the size of a photo that is none is not known', () => {
    for (const kind of ['pipe', 'endless']) expect(photoSize(join(folder, kind, 'x'))).toBeUndefined()
  })
})

test('a folder, and a file too large for its kind, are refused by name', () => {
  expect(() => readJson(folder)).toThrow(`${folder}: a folder, not a file`)
  const path = join(folder, 'sparse.json')
  execFileSync('truncate', ['-s', '600000000', path])
  expect(() => readRegular(path, 'json')).toThrow(`${path}: 600000000 bytes are past the limit of 500000000`)
  expect(() => readRegular(join(folder, 'absent'), 'json', 'the list')).toThrow('the list: no such file')
})

test('files are read through src/base/regular-file.ts and nowhere else', () => {
  const own: Readonly<Record<string, string>> = {
    'base/regular-file.ts': 'the one place',
    'base/lock.ts': 'locks of rosette itself',
    'base/owner.ts': '/proc',
    'cli/hang-up.ts': '/proc',
    'cli/program.ts': 'package.json of rosette',
    'report/fonts.ts': 'fonts of rosette itself',
    'report/page-build.ts': 'files of rosette itself',
    'run/version.ts': 'package.json and git of rosette',
    'runtime/placement.ts': 'a log that it wrote itself',
    'weights/download.ts': 'a download goes on in the file that it began',
  }
  const source = join(import.meta.dirname, '..', 'src')
  const reads = /\b(readFileSync|readFile|createReadStream)\(|\bopenSync\([^)]*'r/
  const found = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .filter((path) => reads.test(readFileSync(join(source, path), 'utf8')))
  expect(found.filter((path) => own[path.replaceAll('\\', '/')] === undefined)).toEqual([])
})
