import { invariant, RangedFile } from '../base/index.ts'
import { bytesOf, bytesPerElement } from './dtype.ts'
import { headerLength, parseHeader, type Span, storedNames } from './safetensors-header.ts'
import type { Shape } from './shape.ts'
import { readStored, type StoredType } from './stored.ts'
import type { Tensor } from './tensor.ts'

/** A safetensors file in memory: tensors by name, and the text in its header. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, Tensor>
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * The parts of a safetensors file, to be written one after another: u64 header length, JSON header padded to 8 bytes, then the
 * data of each tensor, the widest elements first so that every tensor is aligned. Large data is not copied.
 */
export function encodeSafetensors(
  tensors: Iterable<readonly [string, Tensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const sorted = [...tensors].sort((a, b) => bytesPerElement(b[1].dtype) - bytesPerElement(a[1].dtype))
  const header = new Map<string, unknown>([['__metadata__', metadata]])
  let offset = 0
  for (const [name, t] of sorted) {
    const end = offset + t.data.byteLength
    invariant(!header.has(name), `two tensors named '${name}'`)
    header.set(name, { dtype: storedNames[t.dtype], shape: t.shape, data_offsets: [offset, end] })
    offset = end
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(header)))
  const head = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ')
  head.writeBigUInt64LE(BigInt(head.length - 8))
  json.copy(head, 8)
  return [head, ...sorted.map(([, t]) => bytesOf(t.data))]
}

/**
 * Reads a safetensors file held in memory; tensors are views of `bytes`, bfloat16 comes as float32, short and unsigned
 * integers as longer ones.
 * @throws InputError naming `where`, and the tensor, for a truncated file, a header that lies, or a uint64 from 2⁶³ on.
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): Safetensors {
  const length = headerLength(bytes, bytes.length, where)
  const { spans, metadata } = parseHeader(bytes.subarray(8, 8 + length), bytes.length - 8 - length, where)
  const body = bytes.subarray(8 + length)
  const tensors = new Map(spans.map((span) => [span.name, tensorOf(span, body.subarray(span.begin, span.end), where)]))
  return { tensors, metadata }
}

/** A tensor of a file, read when it is asked for. */
export interface StoredTensor {
  /** As the file has it. */
  readonly dtype: StoredType
  readonly shape: Shape
  /** In memory of its own. @throws InputError where the file has become shorter, and for a uint64 from 2⁶³ on. */
  read(): Tensor
}

/** An open safetensors file: each tensor is read when it is asked for. */
export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  readonly metadata: Readonly<Record<string, string>>
  /** No tensor can be read after it. */
  close(): void
}

/**
 * Opens a safetensors file of any size: reads and checks its header, and each tensor by its range when asked for.
 * @throws InputError naming the file, and the tensor, for a truncated file or a header that lies.
 */
export function openSafetensors(path: string): SafetensorsFile {
  const file = new RangedFile(path)
  try {
    const length = headerLength(file.read(0, Math.min(8, file.size)), file.size, path)
    const { spans, metadata } = parseHeader(file.read(8, length), file.size - 8 - length, path)
    const stored = ({ begin, end, ...span }: Span): StoredTensor => ({
      dtype: span.type,
      shape: span.shape,
      read: () => tensorOf(span, file.read(8 + length + begin, end - begin), path),
    })
    const tensors = new Map(spans.map((span) => [span.name, stored(span)]))
    return { tensors, metadata, close: () => file.close() }
  } catch (error) {
    file.close()
    throw error
  }
}

/** Reads all of a safetensors file of any size; otherwise as `openSafetensors`. */
export function readSafetensors(path: string): Safetensors {
  const file = openSafetensors(path)
  try {
    const tensors = new Map([...file.tensors].map(([name, stored]) => [name, stored.read()]))
    return { tensors, metadata: file.metadata }
  } finally {
    file.close()
  }
}

function tensorOf(
  { name, type, shape }: Pick<Span, 'name' | 'type' | 'shape'>,
  bytes: Uint8Array,
  where: string,
): Tensor {
  return { ...readStored(type, bytes, `${where}: tensor '${name}'`), shape } as Tensor
}
