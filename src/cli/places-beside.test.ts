import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { temporaryFolder, tinyKaggle, tinyRun } from '../../test/model-fixture.ts'
import { decodeFeatures } from '../local/index.ts'
import { decodeSafetensors } from '../tensor/index.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

const output = captureOutput()
const rosette = (...args: string[]) => runProgram([...args, '--threads', '1'], commands)

test('embed --match writes the places of coats too, and those of other photos do not stay beside new embeddings', async () => {
  const out = temporaryFolder()
  process.env.ROSETTE_CACHE = join(out, 'cache')
  const [run, photos] = [tinyRun(), join(await tinyKaggle(), 'test', 'test')]
  const npy = join(out, 'e.npy')
  const file = join(out, 'e.local.safetensors')
  const embed = ['embed', '--model', run, '--data', photos, '--out', npy]
  expect(await rosette(...embed, '--match', 'local')).toBe(0)
  expect(output.stdout).toContain(`${file}: the places of their coats`)
  const bytes = Uint8Array.from(readFileSync(file))
  const rows = readFileSync(join(out, 'e.csv'), 'utf8').trim().split('\n').length - 1
  expect(decodeFeatures(bytes, file)).toHaveLength(rows)
  const { tensors, metadata } = decodeSafetensors(bytes, file)
  expect(tensors.get('descriptors')!.shape[1]).toBe(128)
  expect(metadata.matcher).toContain('RootSIFT')
  expect(await rosette(...embed, '--match', 'local')).toBe(2)
  expect(await rosette(...embed, '--overwrite')).toBe(0)
  expect(existsSync(file)).toBe(false)
  expect(output.stderr).toContain(`note: ${file} was removed: it had the places of the embeddings that were replaced`)
  // two matchers, a file each, which names the table that it belongs to
  expect(await rosette(...embed, '--overwrite', '--match', 'local', '--matcher', 'coat,sift')).toBe(0)
  const files = [file, join(out, 'e.local-2.safetensors')]
  expect(output.stdout).toContain(`${files[0]}: the places of their coats, by RootSIFT`)
  expect(output.stdout).toContain(`${files[1]}: the places of their coats, by coat descriptor`)
  const found = files.map((path) => decodeSafetensors(Uint8Array.from(readFileSync(path)), path).metadata)
  expect(found.map(({ matcher }) => matcher!.replace(/,.*/, ''))).toEqual(['RootSIFT', 'coat descriptor'])
  const table = createHash('sha256')
    .update(readFileSync(join(out, 'e.csv')))
    .digest('hex')
  expect(found.map((metadata) => metadata.table)).toEqual([table, table])
  // without their embeddings they would be taken for those of the next
  rmSync(npy)
  expect(await rosette(...embed)).toBe(2)
  expect(output.stderr).toContain(
    `--out: ${join(out, 'e.local-2.safetensors')} exists already, with the places of other`,
  )
  expect(files.map((path) => existsSync(path))).toEqual([true, true])
  output.stderr = ''
  expect(await rosette(...embed, '--overwrite')).toBe(0)
  expect(files.map((path) => existsSync(path))).toEqual([false, false])
  expect(output.stderr).toContain(`note: ${files[1]} and ${files[0]} were removed: they had the places of`)
})
