import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { describe, expect, test } from 'vitest'
import { InputError } from './check.ts'
import { resolveBeside, resolveInside } from './inside.ts'

const top = mkdtempSync(join(tmpdir(), 'rosette-inside-'))
const folder = join(top, 'folder')
for (const name of ['folder/sub', 'outside', 'folder-other']) mkdirSync(join(top, name), { recursive: true })
writeFileSync(join(top, 'outside', 'secret'), 'secret')
writeFileSync(join(folder, 'own'), 'own')
const links = {
  'to-file': '../outside/secret',
  'to-folder': '../outside',
  'to-nothing': '../outside/new',
  'to-own': 'own',
  'to-absolute': join(top, 'outside', 'secret'),
}
for (const [name, target] of Object.entries(links)) symlinkSync(target, join(folder, name))
symlinkSync('circle', join(folder, 'circle'))

describe('resolveInside', () => {
  test.each(['photo.jpg', 'sub/b/photo.jpg', './photo.jpg', 'a/../photo.jpg', '..photo', '.', 'a:b.jpg', 'to-own'])(
    'takes %s',
    (name) => {
      expect(resolveInside(folder, name, 'csv')).toBe(join(folder, name).replace(/\/\.?$/, ''))
    },
  )

  test.each([
    '../photo.jpg',
    'a/../../photo.jpg',
    '/etc/passwd',
    '..',
    '..\\photo.jpg',
    'a\\..\\..\\photo.jpg',
    '\\\\server\\share\\x',
    'C:\\x.jpg',
    'c:/x.jpg',
    '../folder-other/x',
  ])('refuses %s', (name) => {
    for (const links of ['inside', 'anywhere'] as const) {
      expect(() => resolveInside(folder, name, 'data.csv: row 3', { links })).toThrow(InputError)
      expect(() => resolveInside(folder, name, 'data.csv: row 3', { links })).toThrow(
        `data.csv: row 3: '${name}' leads outside of ${folder}`,
      )
    }
  })

  test.each(['to-file', 'to-folder', 'to-folder/secret', 'to-folder/new', 'to-nothing', 'to-absolute'])(
    'refuses the link %s, unless links may lead anywhere',
    (name) => {
      expect(() => resolveInside(folder, name, 'x.json')).toThrow(
        `x.json: '${name}' leads outside of ${folder}, by a link`,
      )
      expect(resolveInside(folder, name, 'x.json', { links: 'anywhere' })).toBe(join(folder, name))
    },
  )

  test('refuses a NUL, and a link to itself', () => {
    expect(() => resolveInside(folder, 'a\0.jpg', 'x')).toThrow('x: "a\\u0000.jpg" is no file name')
    expect(() => resolveInside(folder, 'circle', 'x')).toThrow('ELOOP')
  })

  test('a folder that is a link itself is as good as another', () => {
    symlinkSync(folder, join(top, 'alias'))
    expect(resolveInside(join(top, 'alias'), 'sub/x', 'x')).toBe(join(top, 'alias', 'sub', 'x'))
  })

  test('works at the root', () => {
    expect(resolveInside(sep, 'x', 'csv')).toBe(`${sep}x`)
  })
})

describe('resolveBeside', () => {
  test('takes a file beside the one that names it, and no other', () => {
    expect(resolveBeside(join(folder, 'model.json'), 'model.onnx')).toBe(join(folder, 'model.onnx'))
    for (const name of ['sub/model.onnx', 'sub\\model.onnx', '', '.', '../outside/secret', 'to-file'])
      expect(() => resolveBeside(join(folder, 'model.json'), name), name).toThrow(
        `${join(folder, 'model.json')}: '${name}'`,
      )
  })

  test('where the naming file is a link, as in the hub’s cache, the named one may lie where that leads', () => {
    const snapshot = join(top, 'snapshot')
    mkdirSync(snapshot)
    writeFileSync(join(top, 'outside', 'index'), '')
    symlinkSync('../outside/index', join(snapshot, 'index.json'))
    symlinkSync('../outside/secret', join(snapshot, 'part'))
    symlinkSync('../folder/own', join(snapshot, 'other'))
    expect(resolveBeside(join(snapshot, 'index.json'), 'part')).toBe(join(snapshot, 'part'))
    expect(() => resolveBeside(join(snapshot, 'index.json'), 'other')).toThrow('by a link')
  })
})
