import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rejection } from '../../test/dataset-fixture.ts'
import { openWeights } from './open.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-text-'))
const specification = ['https:', '', 'git-lfs.github.com', 'spec', 'v1'].join('/')
const pointer = `version ${specification}\noid sha256:4d7a2146\nsize 12345\n`

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

test.each([
  [
    pointer,
    `a git-lfs pointer, not the weights themselves: 'version ${specification} oid sha256:4d7a2…'\nhint: \`git lfs pull\``,
  ],
  ['<!doctype html>\n<title>Wo Jaguare sind – a forest</title>', "a web page, not weights: '<!doctype html> <title>"],
  ['\uFEFF\n  <html>', "a web page, not weights: '<html>'"],
  ['<script>{"a": 1}</script>', 'a web page, not weights'], // { where safetensors has its header
  ['{"error":"Repository not found"}', `JSON, not weights: '{"error":"Repository not found"}'`],
  ['Invalid username or password.', "text, not weights: 'Invalid username or password.'"],
])('%j is told for what it is, whatever its name', async (content, message) => {
  for (const name of ['w.safetensors', 'w.pth', 'pytorch_model.bin'])
    expect(await rejection(openWeights(file(name, content)))).toContain(`InputError: ${join(folder, name)}: ${message}`)
})

test('of an index too', async () => {
  file('a.safetensors', pointer)
  const index = file('model.safetensors.index.json', JSON.stringify({ weight_map: { w: 'a.safetensors' } }))
  expect(await rejection(openWeights(index))).toContain(`${join(folder, 'a.safetensors')}: a git-lfs pointer`)
})

test('what is no text is told as before', async () => {
  expect(await rejection(openWeights(file('w.safetensors', 'abcdefgh\0')))).toContain('not a safetensors file')
  expect(await rejection(openWeights(file('w.pth', 'sys_info\0\0')))).toContain(
    'neither safetensors nor a file of torch',
  )
})
