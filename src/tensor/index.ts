/** Dense tensors in host memory, their dtypes and shapes, the two file formats that hold nothing but tensors, and kernels that multiply and sum rows. */
export { bytesOf, bytesPerElement, type DType, type TypedArray, type TypedArrays, zerosOf } from './dtype.ts'
export { checkFinite } from './finite.ts'
export { type AddTiles, floatTile, openFloatTiles } from './float-tile.ts'
export { narrowFloat16, roundToFloat16 } from './half.ts'
export { type SharedMemory, sharedMemory } from './kernel-code.ts'
export { decodeNpy, npyHeader } from './npy.ts'
export { multiplyTile, type PackOptions, packRows, type Rows, tileColumns, tileRows } from './row-products.ts'
export {
  decodeSafetensors,
  encodeSafetensors,
  openSafetensors,
  readSafetensors,
  type Safetensors,
  type SafetensorsFile,
  type StoredTensor,
} from './safetensors.ts'
export { normaliseAxis, type Shape, sameShape, sizeOf, stridesOf } from './shape.ts'
export { isFloating, readStored, type StoredType, storedBytes } from './stored.ts'
export { openSymmetricSums, plainSymmetricSums, type SumSymmetric, sumsAtOnce } from './symmetric-sums.ts'
export { asFloat32, filled, float32, int32, type Tensor, tensor, totalBytes, zeros } from './tensor.ts'
