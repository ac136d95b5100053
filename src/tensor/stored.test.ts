import { expect, test } from 'vitest'
import { bytesOf } from './dtype.ts'
import { isFloating, readStored, type StoredType, storedBytes } from './stored.ts'

test.each([
  ['bfloat16', Uint16Array.of(0x3f80, 0xc040), 'float32', [1, -3]],
  ['int16', Int16Array.of(-32768, -1, 0, 32767), 'int32', [-32768, -1, 0, 32767]],
  ['uint16', Uint16Array.of(0, 32768, 65535), 'int32', [0, 32768, 65535]],
  ['uint32', Uint32Array.of(0, 2 ** 31, 2 ** 32 - 1), 'int64', [0n, 2n ** 31n, 2n ** 32n - 1n]],
  ['uint64', BigUint64Array.of(0n, 2n ** 63n - 1n), 'int64', [0n, 2n ** 63n - 1n]],
  ['int8', Int8Array.of(-128, 127), 'int8', [-128, 127]],
] as const)('%s becomes the narrowest that holds its numbers', (type, numbers, dtype, expected) => {
  const read = readStored(type, bytesOf(numbers as Uint16Array), 'x')
  expect([read.dtype, [...read.data]]).toEqual([dtype, expected])
  expect(storedBytes(type)).toBe(numbers.BYTES_PER_ELEMENT)
})

test('a uint64 that int64 does not hold is refused, not turned', () => {
  const bytes = new Uint8Array(BigUint64Array.of(1n, 2n ** 63n).buffer)
  expect(() => readStored('uint64', bytes, 'w: tensor n')).toThrow('w: tensor n: numbers of 2⁶³ and more')
})

test('floating-point ones are told from the others', () => {
  const types: readonly StoredType[] = ['float32', 'float16', 'float64', 'bfloat16', 'int16', 'int64', 'bool', 'uint8']
  expect(types.map(isFloating)).toEqual([true, true, true, true, false, false, false, false])
})
