import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeModelFolder } from './model-folder.ts'

let parent: string
let out: string
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'rosette-model-folder-'))
  out = join(parent, 'model')
})
afterEach(() => rmSync(parent, { recursive: true }))

const text = (name: string) => readFileSync(join(out, name), 'utf8')

/** Writes these files as a model of the format; tells where, and what `out` held when they were written. */
async function write(format: 'onnx' | 'timm', files: Readonly<Record<string, string>>) {
  let seen: readonly string[] = []
  const written = await writeModelFolder(out, format, async (folder) => {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
    seen = existsSync(out) ? readdirSync(out).sort() : []
    return { files: Object.keys(files).map((name) => join(folder, name)), size: 3 }
  })
  return { ...written, seen }
}

const description = (...names: readonly string[]) =>
  JSON.stringify({ sha256: Object.fromEntries(names.map((name) => [name, '0'.repeat(64)])) })

test('the old model, the weights that it named too, gives way to the new one at once; other files stay', async () => {
  await write('onnx', { 'model.onnx': 'old', 'w.data': 'old', 'model.json': description('model.onnx', 'w.data') })
  writeFileSync(join(out, 'notes.txt'), 'mine')
  writeFileSync(join(out, 'README.md'), 'mine')
  const told = await write('onnx', { 'model.onnx': 'new', 'model.json': description('model.onnx') })
  expect(told.seen).toEqual(['README.md', 'model.json', 'model.onnx', 'notes.txt', 'w.data'])
  expect(told).toMatchObject({ files: [join(out, 'model.onnx'), join(out, 'model.json')], size: 3 })
  expect(readdirSync(out).sort()).toEqual(['README.md', 'model.json', 'model.onnx', 'notes.txt'])
  expect([text('model.onnx'), text('README.md')]).toEqual(['new', 'mine'])
  expect(readdirSync(parent)).toEqual(['model'])
})

test('a write that fails leaves the old model', async () => {
  await write('timm', { 'config.json': 'old', 'model.safetensors': 'old' })
  const failed = writeModelFolder(out, 'timm', async (folder) => {
    writeFileSync(join(folder, 'model.safetensors'), 'new')
    throw new Error('the disk is full')
  })
  await expect(failed).rejects.toThrow('the disk is full')
  expect([text('config.json'), text('model.safetensors')]).toEqual(['old', 'old'])
  expect(readdirSync(parent)).toEqual(['model'])
})

test('a folder that has folders is not moved: the model is written into it', async () => {
  mkdirSync(join(out, 'runs'), { recursive: true })
  const told = await write('onnx', { 'model.onnx': 'new' })
  expect(told.seen).toEqual(['model.onnx', 'runs'])
  expect(told.files).toEqual([join(out, 'model.onnx')])
})
