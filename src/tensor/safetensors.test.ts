import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InputError } from '../base/index.ts'
import { bytesPerElement, type DType, zerosOf } from './dtype.ts'
import { decodeSafetensors, encodeSafetensors, openSafetensors, readSafetensors } from './safetensors.ts'
import { sizeOf } from './shape.ts'
import { float32, type Tensor, tensor } from './tensor.ts'

const everyDType = [
  ['a', tensor('uint8', [3], Uint8Array.of(1, 2, 255))],
  ['b', float32([2, 2], [1, -0, Number.NaN, 3e-41])],
  ['c', tensor('float64', [1], Float64Array.of(Math.PI))],
  ['d', tensor('int64', [2], BigInt64Array.of(-1n, 2n ** 62n))],
  ['e', tensor('bool', [1, 1], Uint8Array.of(1))],
  ['f', tensor('float16', [3], Uint16Array.of(0x3c00, 0, 0xfc00))],
  ['g', tensor('int32', [], Int32Array.of(-(2 ** 31)))],
  ['stem.0.weight ü "quoted"', float32([0, 4], [])],
] as const satisfies readonly (readonly [string, Tensor])[]

describe('safetensors', () => {
  test('come back as they were, metadata too', () => {
    const metadata = { format: 'pt', step: '12', 'ü\n"': '' }
    const decoded = decodeSafetensors(file(everyDType, metadata), 'x')
    expect(decoded.metadata).toEqual(metadata)
    expect(decoded.tensors.size).toBe(everyDType.length)
    for (const [name, t] of everyDType) expect(decoded.tensors.get(name)).toEqual(t)
  })

  test('are written as the format says', () => {
    const bytes = file([['w', float32([2], [1, 2])]], {})
    const header = '{"__metadata__":{},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8)
    expect(bytes.readBigUInt64LE(0)).toBe(BigInt(padded.length))
    expect(bytes.toString('utf8', 8, 8 + padded.length)).toBe(padded)
    expect([...bytes.subarray(8 + padded.length)]).toEqual([0, 0, 128, 63, 0, 0, 0, 64])
  })

  test('keep every tensor aligned, the widest elements first', () => {
    const { tensors } = decodeSafetensors(file(everyDType), 'x')
    for (const t of tensors.values()) expect(t.data.byteOffset % bytesPerElement(t.dtype)).toBe(0)
    expect([...tensors.keys()].slice(0, 2)).toEqual(['c', 'd'])
  })

  test('are views of the bytes, without a copy', () => {
    const bytes = file([['w', float32([2], [1, 2])]])
    const { tensors } = decodeSafetensors(bytes, 'x')
    expect(tensors.get('w')!.data.buffer).toBe(bytes.buffer)
  })

  test.each([1, 2, 3])('are read at %i bytes off their alignment, from Buffers too', (shift) => {
    const bytes = file(everyDType)
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]).subarray(shift)
    const odd = Buffer.from(shifted.buffer, shifted.byteOffset, shifted.length)
    expect(odd.byteOffset % 4).not.toBe(0)
    for (const [name, t] of everyDType) expect(decodeSafetensors(odd, 'x').tensors.get(name)).toEqual(t)
  })

  test('cannot hold one name twice, nor a tensor in the place of the metadata', () => {
    const w = float32([1], [1])
    expect(() =>
      encodeSafetensors([
        ['w', w],
        ['w', w],
      ]),
    ).toThrow("internal: two tensors named 'w'")
    expect(() => encodeSafetensors([['__metadata__', w]])).toThrow('internal:')
  })

  test('an empty file of no tensors', () => {
    expect(decodeSafetensors(file([]), 'x').tensors.size).toBe(0)
  })
})

describe('a safetensors file', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'rosette-safetensors-')), 'a.safetensors')

  test('is listed at once, and read tensor by tensor', () => {
    writeFileSync(path, file(everyDType, { step: '1' }))
    const opened = openSafetensors(path)
    expect([opened.tensors.get('f')!.dtype, opened.tensors.get('f')!.shape]).toEqual(['float16', [3]])
    for (const [name, t] of everyDType) expect(opened.tensors.get(name)!.read()).toEqual(t)
    opened.close()
    expect(() => opened.tensors.get('a')!.read()).toThrow()
    expect(readSafetensors(path)).toEqual(decodeSafetensors(readFileSync(path), path))
  })

  test('beyond 2 GiB, as a file with a hole on the disk', () => {
    const gib3 = 3 * 2 ** 30
    const header = {
      hole: { dtype: 'U8', shape: [gib3], data_offsets: [0, gib3] },
      w: { dtype: 'F32', shape: [2], data_offsets: [gib3, gib3 + 8] },
    }
    const start = withHeader(header, 0)
    const handle = openSync(path, 'w')
    writeSync(handle, start)
    writeSync(handle, Buffer.from(Float32Array.of(5, 6).buffer), 0, 8, start.length + gib3)
    closeSync(handle)
    const opened = openSafetensors(path)
    expect(opened.tensors.get('w')!.read()).toEqual(float32([2], [5, 6]))
    opened.close()
    rmSync(path)
  })

  test('with bfloat16 comes as float32', () => {
    const bits = Buffer.from(Uint16Array.of(0x3f80, 0xc040).buffer) // 1, -3
    writeFileSync(
      path,
      Buffer.concat([withHeader({ w: { dtype: 'BF16', shape: [2], data_offsets: [0, 4] } }, 0), bits]),
    )
    expect(readSafetensors(path).tensors.get('w')).toEqual(float32([2], [1, -3]))
    expect(decodeSafetensors(readFileSync(path), path).tensors.get('w')).toEqual(float32([2], [1, -3]))
  })

  test.each([
    ['I16', Int16Array.of(-2, 3), 'int32', [-2, 3]],
    ['U16', Uint16Array.of(65535, 3), 'int32', [65535, 3]],
    ['U32', Uint32Array.of(2 ** 32 - 1, 3), 'int64', [2n ** 32n - 1n, 3n]],
    ['U64', BigUint64Array.of(2n, 3n), 'int64', [2n, 3n]],
  ] as const)('with %s comes as the next wider integers', (dtype, numbers, wider, expected) => {
    const entry = { dtype, shape: [2], data_offsets: [0, numbers.byteLength] }
    writeFileSync(path, Buffer.concat([withHeader({ n: entry }, 0), Buffer.from(numbers.buffer)]))
    const read = readSafetensors(path).tensors.get('n')!
    expect([read.dtype, read.shape, [...read.data]]).toEqual([wider, [2], expected])
  })

  test.each([0, 7, 8, 20])('of %i bytes is an InputError', (length) => {
    writeFileSync(path, file(everyDType).subarray(0, length))
    expect(() => openSafetensors(path)).toThrow(InputError)
    expect(() => openSafetensors(path)).toThrow(path)
  })

  test('that lies is told as the same bytes in memory are', () => {
    const bytes = withHeader({ w: { dtype: 'F32', shape: [3], data_offsets: [0, 8] } }, 8)
    writeFileSync(path, bytes)
    expect(() => openSafetensors(path)).toThrow(`${path}: tensor 'w': expected 12 bytes for its shape, got 8`)
  })
})

describe('safetensors that are wrong', () => {
  const f32 = (extra: object = {}) => ({ dtype: 'F32', shape: [2], data_offsets: [0, 8], ...extra })
  const lies: readonly (readonly [string, unknown, string])[] = [
    ['a header that is a list', [], 'the safetensors header is not an object'],
    ['an entry that is null', { w: null }, "tensor 'w': dtype undefined is not supported"],
    ['an unknown dtype', { w: f32({ dtype: 'F8_E4M3' }) }, "tensor 'w': dtype F8_E4M3 is not supported"],
    ['a negative size', { w: f32({ shape: [-2] }) }, "tensor 'w': shape [-2] is not a list of sizes"],
    ['a size that is no whole number', { w: f32({ shape: [1.5] }) }, 'shape [1.5] is not a list of sizes'],
    ['no shape', { w: { dtype: 'F32', data_offsets: [0, 8] } }, 'shape undefined is not a list of sizes'],
    ['one offset', { w: f32({ data_offsets: [0] }) }, 'data_offsets [0] are not two offsets'],
    ['offsets backwards', { w: f32({ data_offsets: [8, 0] }) }, 'bytes 8 to 0 lie outside'],
    ['offsets past the end', { w: f32({ data_offsets: [4, 12] }) }, "bytes 4 to 12 lie outside of the file's 8"],
    ['a shape that is larger', { w: f32({ shape: [3] }) }, "tensor 'w': expected 12 bytes for its shape, got 8"],
    ['a huge shape', { w: f32({ shape: [2 ** 40, 2 ** 40] }) }, 'bytes for its shape, got 8'],
    ['sizes whose product overflows to 0', { w: f32({ shape: [2 ** 52, 2 ** 52, 0] }) }, 'expected 0 bytes'],
    ['an infinite product', { w: f32({ shape: [...Array(30).fill(2 ** 52), 0] }) }, 'bytes for its shape'],
    ['overlapping tensors', { w: f32(), v: f32({ shape: [1], data_offsets: [4, 8] }) }, "tensors 'w' and 'v' overlap"],
    ['one place for two tensors', { w: f32(), v: f32() }, "tensors 'w' and 'v' overlap"],
    [
      'bytes before the first tensor',
      { w: f32({ shape: [1], data_offsets: [4, 8] }) },
      '4 bytes between the header and',
    ],
    [
      'bytes between tensors',
      { w: f32({ shape: [1], data_offsets: [0, 4] }), v: { dtype: 'U8', shape: [2], data_offsets: [6, 8] } },
      "2 bytes between 'w' and 'v' are of no tensor",
    ],
    ['bytes behind the last tensor', { w: f32({ shape: [1], data_offsets: [0, 4] }) }, "4 bytes behind 'w'"],
    ['half of a bfloat16', { w: f32({ dtype: 'BF16', shape: [3] }) }, 'expected 6 bytes for its shape, got 8'],
    ['a name twice', `{"w":${JSON.stringify(f32())},"w":${JSON.stringify(f32())}}`, 'names something twice'],
    ['a key twice', `{"w":{"dtype":"U8",${JSON.stringify(f32()).slice(1)}}`, 'names something twice'],
    ['metadata that is null', { __metadata__: null, w: f32() }, '__metadata__ is not a record of text'],
    ['metadata of numbers', { __metadata__: { step: 3 }, w: f32() }, '__metadata__ is not a record of text'],
  ]
  test.each(lies)('%s', (_, header, message) => {
    const decode = () => decodeSafetensors(withHeader(header, 8), 'model.safetensors')
    expect(decode).toThrow(InputError)
    expect(decode).toThrow('model.safetensors: ')
    expect(decode).toThrow(message)
  })

  test('a name that is not UTF-8', () => {
    const bytes = withHeader({ w: f32() }, 8)
    bytes[bytes.indexOf('w')] = 0xff
    expect(() => decodeSafetensors(bytes, 'x')).toThrow('the safetensors header is not JSON')
  })

  test('a header that is no JSON', () => {
    const bytes = Buffer.concat([Buffer.from([3, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{"a')])
    expect(() => decodeSafetensors(bytes, 'x')).toThrow('the safetensors header is not JSON')
  })

  test.each([0, 7, 8, 20])('a file of %i bytes', (length) => {
    expect(() => decodeSafetensors(file(everyDType).subarray(0, length), 'x')).toThrow(InputError)
  })

  test('a header of 2⁶⁴ − 1 bytes', () => {
    expect(() => decodeSafetensors(Buffer.alloc(64, 0xff), 'x')).toThrow('header of 18446744073709552000 bytes')
  })
})

describe('fuzzing', () => {
  const original = file(everyDType, { step: '1' })

  test('what is cut short is an InputError', () => {
    for (let length = 0; length < original.length; length++)
      expect(() => decodeSafetensors(original.subarray(0, length), 'x'), `${length} bytes`).toThrow(InputError)
  })

  test('any mutation is a well-formed file or an InputError', () => {
    const edit = fc.record({ at: fc.nat(original.length - 1), value: fc.integer({ min: 0, max: 255 }) })
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 8 }), (edits) => {
        const bytes = Buffer.from(original)
        for (const { at, value } of edits) bytes[at] = value
        expectWellFormed(bytes)
      }),
      { numRuns: 3000, seed: 1 },
    )
  })

  test('so is any edit of the header as text', () => {
    const length = Number(original.readBigUInt64LE(0))
    const header = original.toString('utf8', 8, 8 + length)
    const piece = fc.constantFrom(
      '0',
      '-1',
      '1e400',
      '9007199254740993',
      'null',
      '{}',
      '[]',
      '"',
      ',',
      '"F64"',
      '[0,0]',
    )
    fc.assert(
      fc.property(fc.nat(header.length - 1), fc.nat(6), piece, (at, removed, text) => {
        const edited = header.slice(0, at) + text + header.slice(at + removed)
        expectWellFormed(withHeader(edited, original.length - 8 - length))
      }),
      { numRuns: 3000, seed: 2 },
    )
  })

  test('tensors of any shape and dtype come back', () => {
    const dtype = fc.constantFrom<DType>('float32', 'float64', 'float16', 'int32', 'int64', 'uint8', 'bool')
    const entry = fc.tuple(fc.string({ minLength: 1 }), dtype, fc.array(fc.nat(4), { maxLength: 3 }))
    fc.assert(
      fc.property(fc.uniqueArray(entry, { selector: ([name]) => name }), (entries) => {
        fc.pre(entries.every(([name]) => name !== '__metadata__'))
        const tensors = entries.map(([name, kind, shape]) => {
          const data = zerosOf(kind, sizeOf(shape))
          return [name, { dtype: kind, shape, data } as Tensor] as const
        })
        expect(decodeSafetensors(file(tensors), 'x').tensors).toEqual(new Map(tensors))
      }),
      { numRuns: 300, seed: 3 },
    )
  })

  function expectWellFormed(bytes: Uint8Array): void {
    try {
      const { tensors, metadata } = decodeSafetensors(bytes, 'x')
      for (const t of tensors.values()) expect(t.data.length).toBe(sizeOf(t.shape))
      for (const text of Object.values(metadata)) expect(typeof text).toBe('string')
    } catch (error) {
      expect(error).toBeInstanceOf(InputError)
    }
  }
})

function file(tensors: Iterable<readonly [string, Tensor]>, metadata: Record<string, string> = {}): Buffer {
  return Buffer.concat(encodeSafetensors(tensors, metadata))
}

function withHeader(header: unknown, dataLength: number): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(json.length))
  return Buffer.concat([length, json, Buffer.alloc(dataLength)])
}
