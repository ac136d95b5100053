import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/model-fixture.ts'
import { decodeNpy } from '../tensor/index.ts'
import { EmbeddingFile } from './embedding-file.ts'

test('grows by rows and gets its name and its count at the end', () => {
  const folder = temporaryFolder()
  const path = join(folder, 'e.npy')
  const file = new EmbeddingFile(path, 2)
  file.append(Float32Array.of(1, 2, 3, 4))
  file.append(Float32Array.of(5, 6))
  expect(readdirSync(folder)).not.toContain('e.npy')
  file.complete()
  expect(readdirSync(folder)).not.toContain('e.npy')
  file.commit()
  file.discard() // nothing left to discard
  expect(readdirSync(folder)).toEqual(['e.npy'])
  const { shape, data } = decodeNpy(readFileSync(path), path)
  expect([shape, [...data]]).toEqual([
    [3, 2],
    [1, 2, 3, 4, 5, 6],
  ])
})

test('a name that it cannot get leaves no temporary file', () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'e.npy', 'full'), { recursive: true })
  const file = new EmbeddingFile(join(folder, 'e.npy'), 2)
  file.complete()
  expect(() => file.commit()).toThrow(/rename/)
  file.discard()
  expect(readdirSync(folder)).toEqual(['e.npy'])
})

test('discarded, it leaves nothing', () => {
  const folder = temporaryFolder()
  const file = new EmbeddingFile(join(folder, 'sub', 'e.npy'), 2)
  file.append(Float32Array.of(1, 2))
  file.discard()
  expect(readdirSync(join(folder, 'sub'))).toEqual([])
})
