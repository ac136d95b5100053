import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ownerTag, thisProcess } from './owner.ts'
import { StagedFolder, settleFolder, settlePath } from './staged-folder.ts'

let parent: string
let out: string
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'rosette-staged-'))
  out = join(parent, 'report')
})
afterEach(() => rmSync(parent, { recursive: true }))

const isOwn = (name: string) => /^(page\.html|pictures\/.*)$/.test(name)

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
}

function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort()
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]))
}

function replace(files: Readonly<Record<string, string>>): void {
  const staged = new StagedFolder(out, isOwn)
  write(staged.path, files)
  staged.commit()
  staged.discard()
}

test('a folder appears whole; the next takes its place, with what was not its own', () => {
  replace({ 'page.html': 'one', 'pictures/a.svg': 'a' })
  write(out, { 'notes.txt': 'mine', 'pictures-of-mine/b': 'b' })
  const staged = new StagedFolder(out, isOwn)
  write(staged.path, { 'page.html': 'two' })
  expect(contents(out)['page.html']).toBe('one')
  staged.commit()
  expect(contents(out)).toEqual({ 'page.html': 'two', 'notes.txt': 'mine', 'pictures-of-mine/b': 'b' })
  expect(readdirSync(parent)).toEqual(['report'])
})

test('an empty folder that is not its own stays', () => {
  replace({ 'page.html': 'one', 'pictures/a.svg': 'a' })
  mkdirSync(join(out, 'for later/deeper'), { recursive: true })
  replace({ 'page.html': 'two' })
  expect(readdirSync(out, { recursive: true }).sort()).toEqual(['for later', 'for later/deeper', 'page.html'])
})

test('one that is discarded leaves what was there', () => {
  replace({ 'page.html': 'one' })
  const staged = new StagedFolder(out, isOwn)
  write(staged.path, { 'page.html': 'two' })
  staged.discard()
  expect([contents(out), readdirSync(parent)]).toEqual([{ 'page.html': 'one' }, ['report']])
})

test('a link to the folder stays one', () => {
  const link = join(parent, 'latest')
  replace({ 'page.html': 'one' })
  symlinkSync(out, link)
  const staged = new StagedFolder(link, isOwn)
  write(staged.path, { 'page.html': 'two' })
  staged.commit()
  expect([contents(out), readdirSync(parent).sort()]).toEqual([{ 'page.html': 'two' }, ['latest', 'report']])
})

describe('after a kill', () => {
  const tag = ownerTag('000000', { ...thisProcess(), boot: 'an earlier start' })
  const beside = (ending: string) => join(parent, `.report.${tag}.${ending}`)

  test('between the two renames the old one has its name again', () => {
    write(beside('old'), { 'page.html': 'one' })
    write(beside('tmp'), { 'page.html': 'two' })
    settleFolder(out)
    expect([contents(out), readdirSync(parent)]).toEqual([{ 'page.html': 'one' }, ['report']])
  })

  test('whoever reads it, or what is in it, finds the old one', () => {
    for (const path of [out, join(out, 'page.html'), join(out, 'pictures', 'absent')]) {
      rmSync(out, { recursive: true, force: true })
      write(beside('old'), { 'page.html': 'one' })
      write(beside('tmp'), { 'page.html': 'two' })
      settlePath(path)
      expect([contents(out), readdirSync(parent)]).toEqual([{ 'page.html': 'one' }, ['report']])
    }
    settlePath(join(parent, 'never', 'there'))
    expect(readdirSync(parent)).toEqual(['report'])
  })

  test('of another machine’s command nothing is touched, and the error names what is left', () => {
    const foreign = join(parent, `.report.${ownerTag('000000', { ...thisProcess(), host: 'elsewhere' })}.old`)
    write(foreign, { 'page.html': 'one' })
    expect(() => settlePath(out)).toThrow(`${out}: was being replaced, and ${foreign} has what it was`)
    expect(contents(foreign)).toEqual({ 'page.html': 'one' })
  })

  test('after the second the new one stays', () => {
    replace({ 'page.html': 'two' })
    write(beside('old'), { 'page.html': 'one' })
    settleFolder(out)
    expect([contents(out), readdirSync(parent)]).toEqual([{ 'page.html': 'two' }, ['report']])
  })

  test('what living processes write stays', () => {
    const living = new StagedFolder(out, isOwn)
    settleFolder(out)
    expect(existsSync(living.path)).toBe(true)
    living.discard()
  })
})

test('where the new one cannot have the name, the old one has it', () => {
  replace({ 'page.html': 'one' })
  const staged = new StagedFolder(out, isOwn)
  renameSync(staged.path, join(parent, 'elsewhere'))
  mkdirSync(join(parent, 'elsewhere', 'x'))
  expect(() => staged.commit()).toThrow('ENOENT')
  expect(contents(out)).toEqual({ 'page.html': 'one' })
})
