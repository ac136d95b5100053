import { invariant } from '../base/index.ts'
import { type DType, type TypedArrays, zerosOf } from './dtype.ts'
import { widenFloat16 } from './half.ts'
import { type Shape, sizeOf } from './shape.ts'

/** A tensor in host memory, row-major and dense. */
export interface Tensor<D extends DType = DType> {
  readonly dtype: D
  readonly shape: Shape
  readonly data: TypedArrays[D]
}

/** A tensor over `data` (not copied). */
export function tensor<D extends DType>(dtype: D, shape: Shape, data: TypedArrays[D]): Tensor<D> {
  invariant(data.length === sizeOf(shape), `tensor [${shape.join(', ')}] over ${data.length} elements`)
  return { dtype, shape, data }
}

/** A tensor of the dtype whose every element is 0. */
export function zeros<D extends DType>(dtype: D, shape: Shape): Tensor<D> {
  return { dtype, shape, data: zerosOf(dtype, sizeOf(shape)) }
}

/** A float32 tensor whose every element is `value`. */
export function filled(shape: Shape, value: number): Tensor<'float32'> {
  return { dtype: 'float32', shape, data: new Float32Array(sizeOf(shape)).fill(value) }
}

/** A float32 tensor of the given numbers. */
export function float32(shape: Shape, values: ArrayLike<number>): Tensor<'float32'> {
  return tensor('float32', shape, Float32Array.from(values))
}

/** An int32 tensor of the given numbers. */
export function int32(shape: Shape, values: ArrayLike<number>): Tensor<'int32'> {
  return tensor('int32', shape, Int32Array.from(values))
}

/** The tensor as float32, itself where it is. @throws where its dtype is int64, whose numbers may not fit. */
export function asFloat32(t: Tensor): Tensor<'float32'> {
  if (t.dtype === 'float32') return t as Tensor<'float32'>
  invariant(t.dtype !== 'int64', `asFloat32 of ${t.dtype}`)
  if (t.dtype === 'float16') return tensor('float32', t.shape, widenFloat16(t.data as Uint16Array))
  return tensor('float32', t.shape, Float32Array.from(t.data as Float64Array))
}

/** Bytes of all tensors' elements together. */
export function totalBytes(tensors: ReadonlyMap<string, Tensor>): number {
  return [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0)
}
