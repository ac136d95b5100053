/** Element types of tensors. Graph boundaries use uint8, int32 and float32 only; float64 is the reference evaluator's. */
export type DType = 'float32' | 'float64' | 'float16' | 'int32' | 'int64' | 'int8' | 'uint8' | 'bool'

/** The typed array that holds each dtype in host memory: float16 as its bits, bool as 0 and 1. */
export interface TypedArrays {
  readonly float32: Float32Array
  readonly float64: Float64Array
  readonly float16: Uint16Array
  readonly int32: Int32Array
  readonly int64: BigInt64Array
  readonly int8: Int8Array
  readonly uint8: Uint8Array
  readonly bool: Uint8Array
}

/** The elements of a tensor of any dtype. */
export type TypedArray = TypedArrays[DType]

const constructors = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const

/** How many bytes one element of the dtype takes in memory. */
export function bytesPerElement(dtype: DType): number {
  return constructors[dtype].BYTES_PER_ELEMENT
}

/** A zeroed array for `length` elements. */
export function zerosOf<D extends DType>(dtype: D, length: number): TypedArrays[D] {
  return new constructors[dtype](length) as unknown as TypedArrays[D]
}

/** Bytes seen as elements; copied only where the offset is not aligned. Little-endian machines only, which all of Node's are but s390x. */
export function viewAs<D extends DType>(dtype: D, bytes: Uint8Array): TypedArrays[D] {
  const size = bytesPerElement(dtype)
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes) // slice() of a Buffer would not copy
  return new constructors[dtype](
    aligned.buffer as ArrayBuffer,
    aligned.byteOffset,
    aligned.byteLength / size,
  ) as unknown as TypedArrays[D]
}

/** Elements seen as bytes, without copying. */
export function bytesOf(data: TypedArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
