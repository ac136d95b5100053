import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/model-fixture.ts'
import { temporaryName } from '../base/index.ts'
import { embeddingCache } from './embedding-cache.ts'

test('what a killed embedding left half written is swept by the next; a living one’s stays', () => {
  const folder = temporaryFolder()
  const fingerprint = 'a'.repeat(64)
  const own = join(folder, fingerprint.slice(0, 32), '7f')
  mkdirSync(own, { recursive: true })
  const living = temporaryName(join(own, 'x.f32'))
  const { pid } = spawnSync(process.execPath, ['--version'])
  const killed = living.replace(`.${process.pid}-`, `.${pid}-`)
  for (const path of [living, killed]) writeFileSync(path, 'half')
  const cache = embeddingCache(fingerprint, 2, folder)
  expect([existsSync(living), existsSync(killed)]).toEqual([true, false])
  const photo = { filename: 'a.png', path: 'a.png', extra: {} }
  cache.write('b'.repeat(64), photo, Float32Array.of(0.6, 0.8))
  expect(cache.read('b'.repeat(64), photo)).toEqual(Float32Array.of(0.6, 0.8))
})
