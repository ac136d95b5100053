import { check } from '../base/index.ts'
import { viewAs } from './dtype.ts'
import { isSize, type Shape, sizeOf } from './shape.ts'
import type { Tensor } from './tensor.ts'

const magic = Buffer.from('\x93NUMPY\x01\x00', 'latin1')

/** The header of a .npy file (NumPy format 1.0) of little-endian float32, row-major; the data follow it. */
export function npyHeader(shape: Shape): Uint8Array {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dims}), }`
  const length = Math.ceil((magic.length + 2 + text.length + 1) / 64) * 64 - magic.length - 2
  const head = Buffer.alloc(magic.length + 2 + length, ' ')
  magic.copy(head)
  head.writeUInt16LE(length, magic.length)
  head.write(text, magic.length + 2, 'latin1')
  head.write('\n', head.length - 1, 'latin1')
  return head
}

/** Reads a .npy file of float32, row-major. @throws InputError naming `where` for anything else. */
export function decodeNpy(bytes: Uint8Array, where: string): Tensor<'float32'> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  check(buffer.length >= 12 && buffer.subarray(0, 6).equals(magic.subarray(0, 6)), `${where}: not a .npy file`)
  const length = buffer[6] === 1 ? buffer.readUInt16LE(8) : buffer.readUInt32LE(8)
  const begin = (buffer[6] === 1 ? 10 : 12) + length
  const text = buffer.toString('latin1', begin - length, begin)
  const dims = /'shape': \(([^)]*)\)/.exec(text)?.[1]
  check(
    text.includes("'<f4'") && text.includes('False') && dims !== undefined,
    `${where}: expected float32, row-major, got ${text.trim()}`,
  )
  const shape = dims
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number)
  check(shape.every(isSize), `${where}: shape (${dims}) is not a list of sizes`)
  check(
    buffer.length - begin === sizeOf(shape) * 4,
    `${where}: expected ${sizeOf(shape) * 4} bytes of data, got ${buffer.length - begin}`,
  )
  return { dtype: 'float32', shape, data: viewAs('float32', bytes.subarray(begin)) }
}
