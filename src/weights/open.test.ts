import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rejection } from '../../test/dataset-fixture.ts'
import { golden, goldenPath } from '../../test/golden.ts'
import { InputError } from '../base/index.ts'
import { encodeSafetensors, float32, sizeOf, type Tensor } from '../tensor/index.ts'
import { openWeights } from './open.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-open-'))
const saved = golden('torch-saved')
const pth = (name: string) => goldenPath(`torch-${name}.pth`)

async function readAll(path: string): Promise<Map<string, Tensor>> {
  const file = await openWeights(path)
  try {
    return new Map([...file.tensors].map(([name, stored]) => [name, stored.read()]))
  } finally {
    file.close()
  }
}

const plain = ({ shape, data }: Tensor) => ({ shape, data: [...data].map(Number) })
const values = (t: Tensor) =>
  plain(t.dtype === 'float16' ? { ...t, data: Array.from(t.data, halfToNumber) as never } : t)
const halfToNumber = (bits: number | bigint) =>
  (Number(bits) & 0x8000 ? -1 : 1) * 2 ** (((Number(bits) >> 10) & 31) - 15) * (1 + (Number(bits) & 1023) / 1024)

describe('what torch.save wrote', () => {
  test.each(['zip', 'legacy'])('%s: every storage type, views, strides, parameters', async (kind) => {
    const tensors = await readAll(pth(kind))
    const expected = [...saved.tensors].filter(([name]) => !name.startsWith('module/'))
    expect([...tensors.keys()].sort()).toEqual(expected.map(([name]) => name).sort())
    for (const [name, t] of expected) expect(values(tensors.get(name)!), name).toEqual(plain(t))
    const dtypes = ['f64', 'f16', 'bf16', 'i64', 'bool', 'half.transposed'].map((name) => tensors.get(name)!.dtype)
    expect(dtypes).toEqual(['float64', 'float16', 'float32', 'int64', 'bool', 'float16'])
  })

  test.each(['module-zip', 'module-legacy', 'parallel'])('%s: unwrapped, without module.', async (name) => {
    const tensors = await readAll(pth(name))
    const expected = [...saved.tensors].filter(([key]) => key.startsWith('module/'))
    expect(tensors.size).toBe(expected.length)
    for (const [key, t] of expected) expect(plain(tensors.get(key.slice('module/'.length))!), key).toEqual(plain(t))
  })

  test.each([
    ['malicious-zip', 'posix.system of Python is refused'],
    ['malicious-legacy', 'posix.system of Python is refused'],
    ['namespace', 'argparse.Namespace of Python is refused'],
  ])('%s is refused by name', async (name, message) => {
    const text = await rejection(openWeights(pth(name)))
    expect(text).toContain(`InputError: ${pth(name)}: `)
    expect(text).toContain(message)
    expect(text).toContain('hint: rosette reads pickles without executing them')
  })
})

test('an archive with a compressed member, or two of one name, is refused', async () => {
  const path = join(folder, 'zip.pth')
  const original = readFileSync(pth('module-zip'))
  const compressed = Buffer.from(original)
  compressed.writeUInt16LE(8, compressed.indexOf('PK\x01\x02') + 10)
  writeFileSync(path, compressed)
  expect(await rejection(openWeights(path))).toContain("data.pkl' is compressed or encrypted")
  const renamed = Buffer.from(original)
  renamed[renamed.lastIndexOf('data/1') + 5] = 0x30 // in the list at the end
  writeFileSync(path, renamed)
  expect(await rejection(openWeights(path))).toContain("data/0' is there twice")
})

describe('a pickle', () => {
  /** A file of the old format around one pickled object. */
  function legacy(object: readonly (string | number)[]): string {
    const magic = Buffer.from('80028a0a6cfc9c46f9206aa850192e80024de9032e80024e2e8002', 'hex')
    const parts = object.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.of(part)))
    const path = join(folder, 'legacy.pth')
    writeFileSync(path, Buffer.concat([magic, ...parts, Buffer.from('2e80025d2e', 'hex')]))
    return path
  }
  const os = ['cos\nsystem\n', 'X\x04\x00\x00\x00true', 0x85]

  test.each([
    ['a call of os.system', [...os, 'R'], 'os.system of Python is refused'],
    ['a name on the stack', ['X\x08\x00\x00\x00builtins', 'X\x04\x00\x00\x00eval', 0x93], 'builtins.eval of Python'],
    ['names that are no text', [']', ']', 0x93], 'a name is no text'],
    ['the old way to make an object', ['(ios\nsystem\n'], 'instruction 0x69 is not one that tensors need'],
    ['a new object', ['ccollections\nOrderedDict\n', ')', 0x81], 'instruction 0x81'],
    ['an extension', [0x82, 1], 'instruction 0x82'],
    ['a call of a storage type', ['ctorch\nFloatStorage\n', ')', 'R'], 'it calls what may not be called'],
    ['a call of a list', [']', ')', 'R'], 'it calls what may not be called'],
    ['state of a list', [']', '}', 'b'], 'it sets the state of an object'],
    [
      'a tensor of a dictionary',
      ['ctorch._utils\n_rebuild_tensor_v2\n', '}', 0x85, 'R'],
      'not described as PyTorch does',
    ],
    ['a storage of text', ['X\x01\x00\x00\x00a', 'Q'], 'a storage that is not described as PyTorch does'],
    [
      'an ordered dictionary of numbers',
      ['ccollections\nOrderedDict\n', 'K\x01', 0x85, 0x85, 'R'],
      'of what are no pairs',
    ],
    ['a value from an empty stack', ['0'], 'it takes from an empty stack'],
    ['a value from below a mark', ['N(0'], 'it takes from an empty stack'],
    ['a mark that is not there', ['t'], 'there is no mark'],
    ['something never kept', ['h\x07'], 'nothing is kept under 7'],
    ['text that is longer than the file', ['X\xff\xff\xff\xff'], 'it ends too early'],
    ['a huge text', [0x8d, '\xff\xff\xff\xff\xff\xff\xff\xff'], 'it ends too early'],
    ['no dictionary', ['K\x01'], 'expected a state_dict'],
    ['a dictionary of numbers', ['}', 'X\x01\x00\x00\x00a', 'K\x01', 's'], 'no tensors, only a'],
    ['protocol 9', [0x80, 9], 'protocol 9 is not known'],
  ])('with %s', async (_, object, message) => {
    expect(await rejection(openWeights(legacy(object)))).toMatch(/^InputError/)
    expect(await rejection(openWeights(legacy(object)))).toContain(message)
  })

  test('of lists in lists, each twice in the next, is no work', async () => {
    const doubled = Array.from({ length: 200 }, () => ['2', 0x86]).flat()
    expect(await rejection(openWeights(legacy([')', ...doubled])))).toContain('expected a state_dict')
    expect(await rejection(openWeights(legacy([')', ...doubled, '2', 0x93])))).toContain('a name is no text')
  })

  const f32 = (length: string) => [
    '(X\x07\x00\x00\x00storage',
    'ctorch\nFloatStorage\n',
    'X\x01\x00\x00\x000',
    'X\x03\x00\x00\x00cpu',
    length,
    't',
    'Q',
  ]
  const tensorOf = (storage: readonly (string | number)[], rest: string) => [
    ...['}', 'X\x01\x00\x00\x00w', 'ctorch._utils\n_rebuild_tensor_v2\n', '('],
    ...[...storage, rest, 0x89, '}', 't', 'R', 's'],
  ]
  test.each([
    [
      'larger than its storage',
      'K\x00K\x05\x85K\x01\x85',
      'a tensor of 5 numbers, the last of them at 5, expected 4 at most',
    ],
    ['that begins behind its storage', 'K\x04K\x01\x85K\x01\x85', 'a tensor of 1 number, the last of them at 5'],
    [
      'that repeats one number a billion times',
      'K\x00J\x00\xca\x9a\x3b\x85K\x00\x85',
      'a tensor of 1000000000 numbers',
    ],
    [
      'with sizes whose product is no number',
      `K\x00(${'\x8a\x07\xff\xff\xff\xff\xff\xff\x1f'.repeat(30)}K\x00t(${'K\x00'.repeat(31)}t`,
      'expected 4 at most',
    ],
    ['with a negative size', 'K\x00J\xff\xff\xff\xff\x85K\x01\x85', 'not described as PyTorch does'],
    ['with a negative stride', 'K\x03K\x02\x85J\xff\xff\xff\xff\x85', 'not described as PyTorch does'],
    ['with fewer strides than sizes', 'K\x00K\x02K\x02\x86K\x01\x85', 'not described as PyTorch does'],
    ['whose storage is missing', 'K\x00K\x02\x85K\x01\x85', "storage '0' is missing"],
  ])('with a tensor %s', async (_, rest, message) => {
    expect(await rejection(openWeights(legacy(tensorOf(f32('K\x04'), rest))))).toContain(message)
  })
})

describe('several safetensors files with an index', () => {
  function sharded(map: Readonly<Record<string, string>>, name = 'model.safetensors.index.json'): string {
    const inside = mkdtempSync(join(folder, 'sharded-'))
    const shard = (file: string, tensors: Readonly<Record<string, Tensor>>) =>
      writeFileSync(join(inside, file), Buffer.concat(encodeSafetensors(Object.entries(tensors))))
    shard('a.safetensors', { one: float32([1], [1]), stray: float32([1], [9]) })
    shard('b.safetensors', { two: float32([1], [2]) })
    mkdirSync(join(inside, 'deep'))
    shard('deep/c.safetensors', { three: float32([1], [3]) })
    writeFileSync(join(inside, name), JSON.stringify({ metadata: {}, weight_map: map }))
    return join(inside, name)
  }
  const map = { one: 'a.safetensors', two: 'b.safetensors' }

  test('are one file', async () => {
    const tensors = await readAll(sharded({ ...map, three: 'deep/c.safetensors' }))
    expect([...tensors]).toEqual([
      ['one', float32([1], [1])],
      ['two', float32([1], [2])],
      ['three', float32([1], [3])],
    ])
  })

  test.each([
    [{ one: '../a.safetensors' }, 'leads outside of'],
    [{ one: '/etc/passwd' }, 'leads outside of'],
    [{ one: 'deep/../a.safetensors' }, "'deep/../a.safetensors' is not a plain name of a file"],
    [{ one: 'deep\\c.safetensors' }, 'is not a plain name of a file'],
    [{ one: './a.safetensors' }, 'is not a plain name of a file'],
    [{ one: 'model.safetensors.index.json' }, 'expected .safetensors files'],
    [{ one: 'b.safetensors' }, "tensor 'one' is not in b.safetensors"],
    [{ one: 'z.safetensors' }, 'z.safetensors: cannot be read'],
    [{ one: 3 as never }, 'expected an index of safetensors files'],
  ])('%j is refused', async (wrong, message) => {
    expect(await rejection(openWeights(sharded({ ...map, ...wrong })))).toContain(message)
  })
})

describe('fuzzing', () => {
  const path = join(folder, 'fuzz.pth')

  /** Every tensor is read: it is as it says, or an InputError with the file's name. */
  async function expectWellFormed(bytes: Uint8Array): Promise<void> {
    writeFileSync(path, bytes)
    try {
      for (const t of (await readAll(path)).values()) expect(t.data.length).toBe(sizeOf(t.shape))
    } catch (error) {
      expect(error).toBeInstanceOf(InputError)
      expect((error as InputError).message).toContain(path)
    }
  }

  test.each(['zip', 'legacy', 'module-zip', 'module-legacy'])('any mutation of %s', async (name) => {
    const original = readFileSync(pth(name))
    const edit = fc.record({ at: fc.nat(original.length - 1), value: fc.integer({ min: 0, max: 255 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 6 }), async (edits) => {
        const bytes = Buffer.from(original)
        for (const { at, value } of edits) bytes[at] = value
        await expectWellFormed(bytes)
      }),
      { numRuns: 500, seed: 1 },
    )
  })

  test.each(['module-zip', 'module-legacy'])('%s cut short is an InputError', async (name) => {
    const original = readFileSync(pth(name))
    for (let length = 0; length < original.length; length += 7) {
      writeFileSync(path, original.subarray(0, length))
      expect(await rejection(readAll(path)), `${length} bytes`).toMatch(/^InputError: /)
    }
  })

  test.each(['zip', 'legacy'])('bytes taken out of %s and put in', async (name) => {
    const original = readFileSync(pth(name))
    const cut = fc.record({ at: fc.nat(original.length), removed: fc.nat(20), put: fc.uint8Array({ maxLength: 12 }) })
    await fc.assert(
      fc.asyncProperty(cut, async ({ at, removed, put }) => {
        await expectWellFormed(Buffer.concat([original.subarray(0, at), put, original.subarray(at + removed)]))
      }),
      { numRuns: 400, seed: 2 },
    )
  })
})

test.each([
  ['nothing', ''],
  ['what is no kind of weights', 'hello, I am no weights\0'],
  ['a zip archive of nothing', 'PK\x05\x06'.padEnd(22, '\0')],
])('%s is refused', async (_, content) => {
  const path = join(folder, 'other.pth')
  writeFileSync(path, content)
  expect(await rejection(openWeights(path))).toMatch(/^InputError: .*other\.pth: neither safetensors nor/)
})
