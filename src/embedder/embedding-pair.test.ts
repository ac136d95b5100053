import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type StagedFile, stageFile } from '../base/index.ts'
import { commitPair } from './embedding-pair.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rosette-pair-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const path = (name: string) => join(folder, name)
const read = (name: string) => (existsSync(path(name)) ? readFileSync(path(name), 'utf8') : undefined)
const pair = () => [read('a.csv'), read('a.npy')]

/** A staged file that notes what has a name before and after it gets its own. */
function watched(file: StagedFile, seen: (string | undefined)[][]): StagedFile {
  const commit = () => {
    seen.push(pair())
    file.commit()
    seen.push(pair())
  }
  return { commit, discard: () => file.discard() }
}

test('no .npy ever lies beside the table of another one', () => {
  writeFileSync(path('a.csv'), 'old')
  writeFileSync(path('a.npy'), 'old')
  const seen: (string | undefined)[][] = []
  const [table, embeddings] = ['a.csv', 'a.npy'].map((name) => watched(stageFile(path(name), 'new'), seen))
  commitPair(path('a.npy'), table!, embeddings!)
  const between = ['new', undefined]
  expect(seen).toEqual([['old', undefined], between, between, ['new', 'new']])
  expect(readdirSync(folder).sort()).toEqual(['a.csv', 'a.npy'])
})

test('where the table cannot have its name, the old pair stays', () => {
  mkdirSync(path('a.csv'))
  writeFileSync(path('a.npy'), 'old')
  const [table, embeddings] = [stageFile(path('a.csv'), 'new'), stageFile(path('a.npy'), 'new')]
  expect(() => commitPair(path('a.npy'), table, embeddings)).toThrow(/EISDIR|ENOTEMPTY|EEXIST/)
  embeddings.discard()
  expect([read('a.npy'), readdirSync(folder).sort()]).toEqual(['old', ['a.csv', 'a.npy']])
})
