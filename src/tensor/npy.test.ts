import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InputError } from '../base/index.ts'
import { bytesOf } from './dtype.ts'
import { decodeNpy, npyHeader } from './npy.ts'
import { float32, type Tensor } from './tensor.ts'

describe('npy', () => {
  test.each([[[2, 3]], [[5]], [[]], [[0, 4]], [[1, 1, 2]]])('%j comes back', (shape) => {
    const t = float32(
      shape,
      Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i - 0.5),
    )
    expect(decodeNpy(file(t), 'x')).toEqual(t)
  })

  test('is what numpy.save writes', () => {
    const header = Buffer.from(npyHeader([2, 768])).toString('latin1')
    const text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 768), }"
    expect(header).toBe(`\x93NUMPY\x01\x00\x76\x00${text.padEnd(117)}\n`)
    expect(Buffer.from(npyHeader([7])).toString('latin1')).toContain("'shape': (7,), }")
  })

  test('of format 2 is read', () => {
    const one = file(float32([2], [3, 4]))
    const text = one.subarray(10, 128)
    const length = Buffer.alloc(4)
    length.writeUInt32LE(text.length)
    const two = Buffer.concat([Buffer.from('\x93NUMPY\x02\x00', 'latin1'), length, text, one.subarray(128)])
    expect(decodeNpy(two, 'x')).toEqual(float32([2], [3, 4]))
  })

  test.each([
    ['nothing', Buffer.alloc(0), 'not a .npy file'],
    ['another file', Buffer.alloc(200, 'a'), 'not a .npy file'],
    ['float64', edited("'<f4'", "'<f8'"), 'expected float32, row-major'],
    ['column-major', edited('False', 'True '), 'expected float32, row-major'],
    ['a larger shape', edited('(2, 3)', '(2, 4)'), 'expected 32 bytes of data, got 24'],
    ['negative sizes', edited('(2, 3)', '(-2,-3)'), 'shape (-2,-3) is not a list of sizes'],
    ['broken sizes', edited('(2, 3)', '(1.5,4)'), 'shape (1.5,4) is not a list of sizes'],
    ['no sizes', edited('(2, 3)', '(a, b)'), 'shape (a, b) is not a list of sizes'],
    ['a long header', Buffer.from('\x93NUMPY\x01\x00\xff\xff\x7b\x7d', 'latin1'), 'expected float32, row-major'],
    ['a version 2 that ends', Buffer.from('\x93NUMPY\x02\x00\xff\xff\xff', 'latin1'), 'not a .npy file'],
  ])('%s is an InputError', (_, bytes, message) => {
    expect(() => decodeNpy(bytes, 'e.npy')).toThrow(InputError)
    expect(() => decodeNpy(bytes, 'e.npy')).toThrow('e.npy: ')
    expect(() => decodeNpy(bytes, 'e.npy')).toThrow(message)
  })

  test('any mutation of the header is a well-formed file or an InputError', () => {
    const original = file(float32([2, 3], [1, 2, 3, 4, 5, 6]))
    const edit = fc.record({ at: fc.nat(127), value: fc.integer({ min: 0, max: 255 }) })
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), fc.nat(original.length), (edits, cut) => {
        const bytes = Buffer.from(original)
        for (const { at, value } of edits) bytes[at] = value
        try {
          const t = decodeNpy(bytes.subarray(0, cut % 3 === 0 ? cut : bytes.length), 'x')
          expect(t.data.length).toBe(t.shape.reduce((a, b) => a * b, 1))
        } catch (error) {
          expect(error).toBeInstanceOf(InputError)
        }
      }),
      { numRuns: 2000, seed: 1 },
    )
  })
})

function file(t: Tensor): Buffer {
  return Buffer.concat([npyHeader(t.shape), bytesOf(t.data)])
}

function edited(from: string, to: string): Buffer {
  const bytes = file(float32([2, 3], [1, 2, 3, 4, 5, 6]))
  const padding = ' '.repeat(to.length - from.length)
  return Buffer.from(bytes.toString('latin1').replace(from, to).replace(`${padding}\n`, '\n'), 'latin1')
}
