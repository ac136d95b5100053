import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rejection } from '../../test/dataset-fixture.ts'
import { openWeights } from './open.ts'

/** A file of the old format: a dictionary of one tensor `n` of `count` numbers, all of its storage. */
function legacy(storage: string, count: number, data: Uint8Array): string {
  const text = (s: string) => `X${String.fromCharCode(s.length)}\0\0\0${s}`
  const id = `(${text('storage')}ctorch\n${storage}\n${text('0')}${text('cpu')}K${String.fromCharCode(count)}tQ`
  const view = `K\0K${String.fromCharCode(count)}\x85K\x01\x85\x89}`
  const object = `\x80\x02}${text('n')}ctorch._utils\n_rebuild_tensor_v2\n(${id}${view}tRs.`
  const magic = Buffer.from('80028a0a6cfc9c46f9206aa850192e80024de9032e80024e2e', 'hex')
  const length = Buffer.alloc(8)
  length.writeBigInt64LE(BigInt(count))
  const path = join(mkdtempSync(join(tmpdir(), 'rosette-torch-')), 'w.pth')
  const keys = Buffer.from(`\x80\x02]${text('0')}a.`, 'latin1')
  writeFileSync(path, Buffer.concat([magic, Buffer.from(object, 'latin1'), keys, length, data]))
  return path
}

test.each([
  ['ShortStorage', Int16Array.of(-2, 300), 'int16', 'int32'],
  ['CharStorage', Int8Array.of(-2, 3), 'int8', 'int8'],
  ['IntStorage', Int32Array.of(-2, 70000), 'int32', 'int32'],
] as const)('a tensor of whole numbers, %s, is read', async (storage, numbers, dtype, read) => {
  const file = await openWeights(legacy(storage, 2, new Uint8Array(numbers.buffer)))
  const stored = file.tensors.get('n')!
  expect(stored).toMatchObject({ dtype, shape: [2] })
  expect(stored.read()).toMatchObject({ dtype: read, shape: [2], data: { 0: numbers[0], 1: numbers[1] } })
  file.close()
})

test('numbers that are not read are refused by their name', async () => {
  const message = await rejection(openWeights(legacy('ComplexFloatStorage', 1, new Uint8Array(8))))
  expect(message).toContain(
    'torch.ComplexFloatStorage of Python is refused: only what plain tensors and containers need is known',
  )
})
