import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { drawnStrips, withStrip } from '../../test/caption-fixture.ts'
import { folderWith } from '../../test/dataset-fixture.ts'
import { tinyRun } from '../../test/model-fixture.ts'
import { cli, start } from '../../test/train-process.ts'
import { encodePng } from '../images/index.ts'
import { studio } from '../synth/index.ts'

/** The same photos with a strip on two of three, and without. */
let captioned = ''
let plain = ''
let cache = ''
beforeAll(async () => {
  ;[captioned, plain, cache] = [folderWith({}), folderWith({}), folderWith({})]
  const from = studio({ identities: 2, photosPerIdentity: 6, widthPx: 320, heightPx: 240, seed: 3 })
  for (const [i, photo] of from.photos.filter(({ split }) => split === 'train').entries()) {
    const { width, height, data } = from.render(photo)
    const image = { width, height, data: data.map((value, at) => (at % 4 === 3 ? 255 : value)) }
    const printed = i % 3 === 0 ? image : withStrip(image, drawnStrips['black below']!).image
    for (const [folder, one] of [
      [captioned, printed],
      [plain, image],
    ] as const) {
      mkdirSync(join(folder, photo.name), { recursive: true })
      writeFileSync(join(folder, photo.name, `${i}.png`), await encodePng(one))
    }
  }
})

function rosette(...args: readonly string[]) {
  return start([process.execPath, cli, ...args], { env: { ...process.env, ROSETTE_CACHE: cache } }).ended
}

async function embedded(model: string, data: string, ...more: readonly string[]) {
  const out = join(folderWith({}), 'e.npy')
  const { code, stderr } = await rosette('embed', '--model', model, '--data', data, '--out', out, ...more)
  expect(code, stderr).toBe(0)
  return { numbers: readFileSync(out).toString('latin1'), stderr }
}

test('captions are left out of embeddings, which is told, or kept; as of a run from before they are kept', async () => {
  const model = tinyRun()
  const without = await embedded(model, plain)
  const cut = await embedded(model, captioned)
  const kept = await embedded(model, captioned, '--captions', 'keep')
  expect(cut.numbers).toBe(without.numbers)
  expect(without.stderr).not.toContain('caption')
  expect(cut.stderr).toContain('note: caption strip in 8 of 12 photos, left out; --captions keep leaves them in\n')
  expect(kept.numbers).not.toBe(without.numbers)
  expect(kept.stderr).not.toContain('caption strip')
  const path = join(model, 'model.json')
  const { preprocess, seal: _seal, ...rest } = JSON.parse(readFileSync(path, 'utf8'))
  expect(preprocess.captions).toBe('crop')
  const { captions: _, ...before } = preprocess
  writeFileSync(path, JSON.stringify({ ...rest, preprocess: before }))
  expect((await embedded(model, captioned)).numbers).toBe(kept.numbers)
  expect((await embedded(model, captioned, '--captions', 'crop')).numbers).toBe(cut.numbers)
})

test('a run records what it did with them, and tells it also where the cache has the pixels', async () => {
  const folder = folderWith({})
  const small = ['model.backbone=convnext_micro', 'image.widthPx=32', 'image.heightPx=32', 'epochs=1', 'chunk=8']
  const settings = ['--preset', 'atto', '--batch', '4', '--threads', '1', ...small.flatMap((one) => ['--set', one])]
  const train = (name: string, ...more: readonly string[]) =>
    rosette('train', '--data', captioned, '--out', join(folder, name), ...settings, ...more)
  const read = (name: string, file: string) => JSON.parse(readFileSync(join(folder, name, file), 'utf8'))
  for (const name of ['first', 'again']) {
    const { code, stderr } = await train(name)
    expect([code, stderr]).toEqual([0, expect.stringContaining('note: caption strip in 8 of 12 photos, left out; ')])
    expect(read(name, 'config.json').image.captions).toBe('crop')
    expect(read(name, 'model.json').preprocess.captions).toBe('crop')
  }
  const kept = await train('kept', '--captions', 'keep')
  expect(kept.stderr).not.toContain('caption strip')
  expect([read('kept', 'config.json').image.captions, read('kept', 'model.json').preprocess.captions]).toEqual([
    'keep',
    'keep',
  ])
  expect(existsSync(join(folder, 'kept', 'model.onnx'))).toBe(true)
}, 120_000)
