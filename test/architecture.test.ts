import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  allowedImports,
  readRooms,
  roomsLoadedWith,
  type SourceFile,
  soleImporters,
  tooLong,
  violations,
} from './architecture.ts'

const root = join(import.meta.dirname, '..')

describe('the rooms', () => {
  test('import as ARCHITECTURE.md says', () => {
    const files = typescript('src', 'src').filter(({ path }) => !path.endsWith('.test.ts'))
    expect(files.length).toBeGreaterThan(40)
    expect(violations(files)).toEqual([])
  })

  test('are in processing order: each comes after what it may import', () => {
    const order = Object.keys(allowedImports)
    for (const [room, allowed] of Object.entries(allowedImports)) {
      for (const other of allowed)
        expect(order.indexOf(other.split('/')[0]!), `${room} before ${other}`).toBeLessThan(order.indexOf(room))
    }
  })

  test('are those of ARCHITECTURE.md, each a folder of its own', () => {
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
    expect(folders.map(({ name }) => name).sort()).toEqual(Object.keys(allowedImports).sort())
  })

  test('wait for the command that needs them: the engine and the libraries of pictures and tables take a third of a second to load', () => {
    const files = typescript('src', 'src')
    expect(roomsLoadedWith('cli/index.ts', files)).toEqual(['base', 'cli', 'retrieval', 'tensor'])
    expect(roomsLoadedWith('train/worker.ts', files)).toContain('runtime')
  })

  test('have files of a readable length', () => {
    expect(tooLong(['src', 'test', 'bench'].flatMap((folder) => typescript(folder, '.')))).toEqual([])
  })
})

test('a table of rooms is read: none, some, all above, the types of a file', () => {
  const table =
    '| room | | |\n|---|---|---|\n| [a](src/a) | x | – |\n| [b](src/b) | y, z | a |\n| [c](src/c) | | all |\n| [d](src/d) | | a c/x.ts |\n'
  expect(readRooms(table)).toEqual({ a: [], b: ['a'], c: ['a', 'b'], d: ['a', 'c/x.ts'] })
})

describe('the check itself', () => {
  const door = { path: 'base/index.ts', text: "/** For all. */\nexport { check } from './check.ts'\n" }
  const inside = { path: 'base/check.ts', text: 'export function check() {}\n' }
  const nn = { path: 'nn/index.ts', text: '/** Layers. */\n' }
  const sound = [door, inside, nn]

  test('passes what is sound', () => {
    const text =
      "import { check } from '../base/index.ts'\nimport { join } from 'node:path'\nimport type { Z } from './z.ts'\n"
    expect(
      violations([...sound, { path: 'nn/layer.ts', text }, { path: 'nn/z.ts', text: "import './layer.ts'" }]),
    ).toEqual([])
  })

  const wrong: readonly (readonly [string, readonly SourceFile[], string])[] = [
    [
      'a room it may not use',
      at('nn/a.ts', "import { gradient } from '../autodiff/index.ts'"),
      'nn/a.ts: nn imports autodiff, expected one of: base tensor graph',
    ],
    [
      'a type of such a room',
      at('retrieval/a.ts', "import type { M } from '../models/index.ts'"),
      'retrieval/a.ts: retrieval imports models',
    ],
    [
      'it with import()',
      at('nn/a.ts', "const m = await import('../autodiff/index.ts')"),
      'nn/a.ts: nn imports autodiff',
    ],
    ['it as a type in place', at('nn/a.ts', "let m: import('../optim/index.ts').M"), 'nn/a.ts: nn imports optim'],
    [
      'it by export from',
      at('base/a.ts', "export * from '../tensor/index.ts'"),
      'base/a.ts: base imports tensor, expected one of: none',
    ],
    [
      'past the door',
      at('nn/a.ts', "import { check } from '../base/check.ts'"),
      'nn/a.ts: imports base/check.ts, expected the door base/index.ts',
    ],
    [
      'a test folder',
      at('nn/a.ts', "import { x } from '../../test/compare.ts'"),
      'nn/a.ts: imports ../test/compare.ts, which lies in no room',
    ],
    [
      'ONNX Runtime',
      at('identify/a.ts', "import { Tensor } from 'onnxruntime-node'"),
      'identify/a.ts: imports onnxruntime-node, which only runtime/session.ts may',
    ],
    [
      'the decoder',
      at('data/a.ts', "import sharp from 'sharp'"),
      'data/a.ts: imports sharp, which only images/decode.ts may',
    ],
    [
      'values where only types are allowed',
      at(
        'web/index.ts',
        "/** */ import { x } from '../report/data.ts'",
        'report/data.ts',
        '',
        'report/index.ts',
        '/** */',
      ),
      'web/index.ts: web imports report, expected one of: chart report/data.ts',
    ],
    [
      'the browser’s code',
      at('report/a.ts', "import { x } from '../web/index.ts'", 'report/index.ts', '/** */', 'web/index.ts', '/** */'),
      'report/a.ts: report imports web',
    ],
    ['from no room', at('extra/index.ts', "/** */ import '../base/index.ts'"), 'extra/index.ts: lies in no room'],
    ['from a file beside the rooms', at('helpers.ts', "import './base/index.ts'"), 'helpers.ts: lies in no room'],
    [
      'itself in a ring',
      at('nn/index.ts', "/** */ import './a.ts'", 'nn/a.ts', "import { b } from './index.ts'"),
      'a cycle: nn/index.ts → nn/a.ts → nn/index.ts',
    ],
    ['nothing, but has a default', at('base/a.ts', 'export default 3'), 'base/a.ts: a default export'],
    [
      'nothing, but has a default function',
      at('base/a.ts', 'export default function f() {}'),
      'base/a.ts: a default export',
    ],
    [
      'nothing, but renames to default',
      at('base/a.ts', 'const a = 1\nexport { a as default }'),
      'base/a.ts: a default export',
    ],
    ['without a door', at('optim/a.ts', ''), 'optim: has no index.ts'],
    [
      'behind a door that says nothing',
      at('optim/index.ts', "export * from './a.ts'"),
      'optim/index.ts: does not begin',
    ],
  ]
  test.each(wrong)('finds a file that imports %s', (_, files, message) => {
    const replaced = new Set(files.map(({ path }) => path))
    const found = violations([...sound.filter(({ path }) => !replaced.has(path)), ...files])
    expect(found.join('\n')).toContain(message)
  })

  test('lets types be where they are allowed', () => {
    const files = at('web/index.ts', "/** */ import type { X } from '../report/data.ts'", 'report/data.ts', '')
    expect(violations([...files, ...at('report/index.ts', '/** */')])).toEqual([])
  })

  test('lets the sole importers be', () => {
    for (const [name, path] of Object.entries(soleImporters)) {
      const found = violations([{ path, text: `import x from '${name}'\n` }])
      expect(found.filter((line) => line.includes(name))).toEqual([])
    }
  })

  test('counts lines', () => {
    expect(tooLong([{ path: 'src/a.ts', text: '\n'.repeat(400) }])).toEqual([])
    expect(tooLong([{ path: 'src/a.ts', text: '\n'.repeat(401) }])).toEqual([
      'src/a.ts: 401 lines, expected at most 400',
    ])
    expect(tooLong([{ path: 'test/op-cases.ts', text: '' }])[0]).toContain('and yet listed as long')
  })
})

function at(...pairs: readonly string[]): SourceFile[] {
  return pairs.flatMap((path, i) => (i % 2 === 0 ? [{ path, text: pairs[i + 1]! }] : []))
}

/** Every .ts file under a folder, with its path from `base`. */
function typescript(folder: string, base: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(root, folder, name))
    .map((path) => ({ path: relative(join(root, base), path).split(sep).join('/'), text: readFileSync(path, 'utf8') }))
}
