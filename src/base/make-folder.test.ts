import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isMadeUp, makeFolder } from './make-folder.ts'
import { checkOutput } from './output.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rosette-folder-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('makes a folder with those above it, and takes one that is there', () => {
  const deep = join(folder, 'a', 'b', 'c')
  makeFolder(deep)
  makeFolder(deep)
  expect(statSync(deep).isDirectory()).toBe(true)
})

test('what stands in the way is told by the system, a link that leads nowhere too', () => {
  writeFileSync(join(folder, 'file'), '')
  symlinkSync(join(folder, 'nowhere'), join(folder, 'link'))
  expect(() => makeFolder(join(folder, 'file'))).toThrow('EEXIST')
  expect(() => makeFolder(join(folder, 'file', 'x'))).toThrow('ENOTDIR')
  expect(() => makeFolder(join(folder, 'link'))).toThrow('EEXIST')
  expect(existsSync(join(folder, 'nowhere'))).toBe(false)
})

const onLinux = test.skipIf(!existsSync('/proc/self')) // other systems make up no files

onLinux('a folder that takes none is an error, and no endless loop', { timeout: 5_000 }, () => {
  const canWrite = process.getuid?.() === 0
  expect(() => makeFolder('/proc/x1')).toThrow(
    canWrite
      ? '/proc/x1: the folder cannot be made: /proc takes no new folders\nhint: choose another place'
      : /EACCES|takes no/,
  )
  expect(() => makeFolder('/proc/x1/y/z')).toThrow(canWrite ? 'takes no new folders' : /EACCES|takes no/)
  expect(() => makeFolder('/dev/null/x')).toThrow('ENOTDIR')
})

onLinux('outputs there are refused before the work', { timeout: 5_000 }, () => {
  expect([isMadeUp('/proc'), isMadeUp(folder)]).toEqual([true, false])
  for (const kind of ['folder', 'file'] as const) {
    const refused = (path: string) => expect(() => checkOutput(path, { overwrite: false, kind }))
    refused('/proc/x1').toThrow('`out`: /proc takes no files: the system makes up what is in it')
    refused('/proc/x1/y').toThrow('`out`: /proc takes no files')
    refused('/dev/null/x').toThrow('`out`: /dev/null is no folder')
  }
})

test('a link that leads nowhere is an output that exists', () => {
  const link = join(folder, 'link')
  symlinkSync(join(folder, 'nowhere'), link)
  const refused = (overwrite: boolean, kind: 'file' | 'folder') =>
    expect(() => checkOutput(link, { overwrite, kind }), `${overwrite} ${kind}`)
  refused(false, 'file').toThrow(`\`out\`: ${link} exists already`)
  refused(false, 'folder').toThrow(`\`out\`: ${link} exists already`)
  refused(true, 'file').not.toThrow()
  refused(true, 'folder').toThrow(
    `\`out\`: ${link}: expected a folder, got a link that leads nowhere\nhint: remove the link`,
  )
})

test('no other file makes folders with those above them', () => {
  const source = join(import.meta.dirname, '..')
  const others = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .filter((name) => /mkdir(Sync)?\(/.test(readFileSync(join(source, name), 'utf8')))
  expect(others).toEqual([join('base', 'make-folder.ts')])
})
