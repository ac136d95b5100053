import { check } from '../base/index.ts'
import { bytesPerElement, type DType, type TypedArray, type TypedArrays, viewAs } from './dtype.ts'
import { widenBfloat16 } from './half.ts'

/** Element types of files: ours, and those that become the narrowest of ours that holds all their numbers. */
export type StoredType = DType | keyof typeof widenings

interface Widening<D extends DType> {
  readonly dtype: D
  readonly bytes: number
  readonly widen: (bytes: Uint8Array, where: string) => TypedArrays[D]
}

const widening = <D extends DType>(dtype: D, bytes: number, widen: Widening<D>['widen']): Widening<D> => {
  return { dtype, bytes, widen }
}

const bits16 = (bytes: Uint8Array) => viewAs('float16', bytes) // an Uint16Array

const widenings = {
  bfloat16: widening('float32', 2, (bytes) => widenBfloat16(bits16(bytes))),
  int16: widening('int32', 2, (bytes) => Int32Array.from(bits16(bytes), (bits) => (bits << 16) >> 16)),
  uint16: widening('int32', 2, (bytes) => Int32Array.from(bits16(bytes))),
  uint32: widening('int64', 4, (bytes) => BigInt64Array.from(viewAs('int32', bytes), (bits) => BigInt(bits >>> 0))),
  uint64: widening('int64', 8, (bytes, where) => {
    const numbers = viewAs('int64', bytes)
    check(!numbers.some((number) => number < 0n), `${where}: numbers of 2⁶³ and more are not supported`)
    return numbers
  }),
} as const

/** Bytes of one element in a file. */
export function storedBytes(type: StoredType): number {
  return isWidened(type) ? widenings[type].bytes : bytesPerElement(type)
}

/**
 * A file's bytes as the elements that we have for them, views where they are the same.
 * @throws InputError naming `where` for a uint64 from 2⁶³ on.
 */
export function readStored(
  type: StoredType,
  bytes: Uint8Array,
  where: string,
): { readonly dtype: DType; readonly data: TypedArray } {
  if (!isWidened(type)) return { dtype: type, data: viewAs(type, bytes) }
  const { dtype, widen } = widenings[type]
  return { dtype, data: widen(bytes, where) }
}

/** True for types of floating-point numbers, half precision included. */
export function isFloating(type: StoredType): boolean {
  return /^b?float\d/.test(type)
}

function isWidened(type: StoredType): type is keyof typeof widenings {
  return Object.hasOwn(widenings, type)
}
