import { describe, expect, test } from 'vitest'
import { InputError } from '../base/index.ts'
import { bytesOf, viewAs } from './dtype.ts'
import { isSize, normaliseAxis, sameShape, sizeOf, stridesOf } from './shape.ts'
import { asFloat32, filled, float32, int32, tensor, zeros } from './tensor.ts'

describe('shapes', () => {
  test('have a size and row-major strides', () => {
    expect([sizeOf([2, 3, 4]), sizeOf([]), sizeOf([5, 0])]).toEqual([24, 1, 0])
    expect([stridesOf([2, 3, 4]), stridesOf([]), stridesOf([7])]).toEqual([[12, 4, 1], [], [1]])
  })

  test('are equal element by element', () => {
    expect([sameShape([2, 'N'], [2, 'N']), sameShape([2], [2, 1]), sameShape([2], ['2'])]).toEqual([true, false, false])
  })

  test('have axes that may count from the end', () => {
    expect([normaliseAxis('x', 1, 3), normaliseAxis('x', -1, 3), normaliseAxis('x', -3, 3)]).toEqual([1, 2, 0])
    for (const axis of [3, -4, 0.5]) expect(() => normaliseAxis('slice', axis, 3)).toThrow(InputError)
    expect(() => normaliseAxis('slice', 3, 3)).toThrow('slice: axis 3 of a tensor of rank 3')
  })

  test('have sizes that are whole numbers', () => {
    expect([0, 3, 2 ** 53, -1, 1.5, '3', null].map(isSize)).toEqual([true, true, false, false, false, false, false])
  })
})

describe('tensors', () => {
  test('hold what they are given', () => {
    expect(float32([2], [1, 0.1]).data).toEqual(Float32Array.of(1, 0.1))
    expect(int32([2], [1.9, -1.9]).data).toEqual(Int32Array.of(1, -1))
    expect(filled([2, 1], 3)).toEqual(float32([2, 1], [3, 3]))
    expect(zeros('int64', [2])).toEqual(tensor('int64', [2], BigInt64Array.of(0n, 0n)))
    expect(() => tensor('uint8', [2, 2], new Uint8Array(3))).toThrow('internal: tensor [2, 2] over 3 elements')
  })

  test('become float32 where that is plain', () => {
    const t = float32([1], [2])
    expect(asFloat32(t)).toBe(t)
    expect(asFloat32(tensor('uint8', [2], Uint8Array.of(0, 255)))).toEqual(float32([2], [0, 255]))
    expect(() => asFloat32(zeros('int64', [1]))).toThrow('asFloat32 of int64')
    expect(asFloat32(tensor('float16', [2], Uint16Array.of(0x3c00, 0x8000)))).toEqual(float32([2], [1, -0]))
  })

  test('are seen as bytes and back', () => {
    const data = Float32Array.of(9, 1, 2).subarray(1)
    const bytes = bytesOf(data)
    expect([...bytes]).toEqual([0, 0, 128, 63, 0, 0, 0, 64])
    expect(bytes.buffer).toBe(data.buffer)
    expect(viewAs('float32', bytes)).toEqual(Float32Array.of(1, 2))
    expect(viewAs('float32', bytes).buffer).toBe(data.buffer)
  })

  test.each([
    ['Uint8Array', (bytes: Uint8Array) => bytes],
    ['Buffer', (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)],
  ])('off their alignment are copied from a %s', (_, seen) => {
    const bytes = new Uint8Array(9)
    bytes.set(bytesOf(Float32Array.of(1, 2)), 1)
    expect(viewAs('float32', seen(bytes.subarray(1)))).toEqual(Float32Array.of(1, 2))
  })
})
