import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDataset } from '../src/data/index.ts'
import { embedPhotos, openModel } from '../src/embedder/index.ts'
import { decodeImage, encodePng } from '../src/images/index.ts'
import { evaluateRetrieval } from '../src/retrieval/index.ts'

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'rosette-examples-'))
const [run, data] = [join(folder, 'run'), join(folder, 'jaguars')]
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What an example prints; the package's own name leads to dist. */
async function example(name: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, ROSETTE_CACHE: join(folder, 'cache') }
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'examples', name), ...args], { env })
  return stdout
}

let training = ''
beforeAll(async () => {
  if (!existsSync(join(root, 'dist'))) throw new Error('dist is not built: npm run build')
  training = await example('train.mjs', folder)
})

test('a gradient: the graph as text, and 2·xᵀ·(x·w) by both backends', async () => {
  const printed = await example('gradient.mjs')
  expect(printed).toContain('%0 = matmul(@x, @w) → float32 [2, 1]\n')
  expect(printed).toMatch(
    /return dw = %\d+\nreference: loss 8, dw -20 -28 -36\nonnxruntime cpu: loss 8, dw -20 -28 -36\n$/,
  )
  expect(readFileSync(join(root, 'docs', 'api.md'), 'utf8')).toContain(printed.split('\n').slice(-3).join('\n'))
})

test('a training run: 48 steps on drawn jaguars, which it learns by heart', () => {
  expect(training).toContain('48 of 48 steps\n')
  const [first, last] = /first ten steps ([\d.]+), last ten ([\d.]+)/.exec(training)!.slice(1).map(Number)
  expect(last!).toBeLessThan(first! / 2)
  expect(training).toContain(`the model: ${join(run, 'model.onnx')}`)
  expect(existsSync(join(run, 'model.onnx'))).toBe(true)
})

test('a loss of one’s own in a loop of one’s own: it falls, and the model is one like any other', async () => {
  const out = join(folder, 'own')
  const printed = await example('own-loop.mjs', data, out)
  const [first, last] = /first three steps ([\d.]+), last three ([\d.]+)/.exec(printed)!.slice(1).map(Number)
  expect(first!).toBeGreaterThan(3)
  expect(last!).toBeLessThan(first! / 2)
  const embedder = await openModel(join(out, 'model.onnx'))
  const { photos, embeddings } = await embedPhotos(
    embedder,
    openDataset(data, { requireIdentity: true, part: 'train' }),
  )
  await embedder.release()
  expect(embedder.name).toBe('contrast')
  const { rank1 } = evaluateRetrieval({ embeddings, identities: photos.map(({ identity }) => identity!) })
  expect(rank1).toBeGreaterThan(0.8) // by chance one in four
})

test('find a jaguar: a known photo with one pixel changed is found, with the name that the dataset gives it', async () => {
  const [filename, identity] = readFileSync(join(data, 'train.csv'), 'utf8').split('\n')[1]!.split(',')
  const photo = await decodeImage(join(data, 'train', 'train', filename!))
  photo.data[0] = 255 - photo.data[0]!
  const asked = join(folder, 'asked.png')
  writeFileSync(asked, await encodePng(photo))
  const lines = (await example('find-a-jaguar.mjs', run, data, asked)).trim().split('\n')
  expect(lines).toHaveLength(3)
  const [rank, name, cosine, match] = lines[0]!.split(' ')
  expect([rank, name, match]).toEqual(['1', identity, filename])
  expect(Number(cosine)).toBeGreaterThan(0.999)
  expect(new Set(lines.map((line) => line.split(' ')[1])).size).toBe(3)
})
