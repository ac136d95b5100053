import { check, InputError, invariant, messageOf } from '../base/index.ts'
import { bytesOf, bytesPerElement, type DType, viewAs } from './dtype.ts'
import { isSize, sizeOf } from './shape.ts'
import type { Tensor } from './tensor.ts'

/** The safetensors names of our dtypes (huggingface/safetensors, format description). */
const names = {
  float32: 'F32',
  float64: 'F64',
  float16: 'F16',
  int32: 'I32',
  int64: 'I64',
  int8: 'I8',
  uint8: 'U8',
  bool: 'BOOL',
} as const satisfies Record<DType, string>

const dtypes = new Map<string, DType>(Object.entries(names).map(([dtype, name]) => [name, dtype as DType]))
const headerLimit = 100_000_000

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
    header.set(name, { dtype: names[t.dtype], shape: t.shape, data_offsets: [offset, end] })
    offset = end
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(header)))
  const head = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ')
  head.writeBigUInt64LE(BigInt(head.length - 8))
  json.copy(head, 8)
  return [head, ...sorted.map(([, t]) => bytesOf(t.data))]
}

/**
 * Reads a safetensors file held in memory; tensors are views of `bytes`.
 * @throws InputError naming `where`, and the tensor, for a truncated file, a header that lies, or overlapping data.
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): Safetensors {
  check(bytes.length >= 8, `${where}: not a safetensors file (${bytes.length} bytes)`)
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true))
  check(
    headerLength <= headerLimit && 8 + headerLength <= bytes.length,
    `${where}: not a safetensors file, or a truncated one (header of ${headerLength} bytes in a file of ${bytes.length})`,
  )
  const header = parseHeader(bytes.subarray(8, 8 + headerLength), where)
  const body = bytes.subarray(8 + headerLength)
  const tensors = new Map<string, Tensor>()
  let metadata: Record<string, string> = {}
  const spans: { name: string; begin: number; end: number }[] = []
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') {
      metadata = parseMetadata(entry, where)
      continue
    }
    const { dtype, shape, begin, end } = parseEntry(entry, `${where}: tensor '${name}'`, body.length)
    spans.push({ name, begin, end })
    tensors.set(name, { dtype, shape, data: viewAs(dtype, body.subarray(begin, end)) } as Tensor)
  }
  spans.sort((a, b) => a.begin - b.begin || a.end - b.end)
  for (let i = 1; i < spans.length; i++) {
    const previous = spans[i - 1]!
    check(spans[i]!.begin >= previous.end, `${where}: tensors '${previous.name}' and '${spans[i]!.name}' overlap`)
  }
  return { tensors, metadata }
}

function parseHeader(bytes: Uint8Array, where: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    if (typeof header === 'object' && header !== null && !Array.isArray(header))
      return header as Record<string, unknown>
  } catch (error) {
    throw new InputError(`${where}: the safetensors header is not JSON (${messageOf(error)})`)
  }
  throw new InputError(`${where}: the safetensors header is not an object`)
}

function parseMetadata(entry: unknown, where: string): Record<string, string> {
  const isText =
    typeof entry === 'object' && entry !== null && Object.values(entry).every((value) => typeof value === 'string')
  check(isText, `${where}: __metadata__ is not a record of text`)
  return entry as Record<string, string>
}

function parseEntry(entry: unknown, where: string, bodyLength: number) {
  const { dtype: dtypeName, shape, data_offsets } = (entry ?? {}) as Record<string, unknown>
  const dtype = dtypes.get(String(dtypeName))
  check(dtype !== undefined, `${where}: dtype ${String(dtypeName)} is not supported`)
  check(Array.isArray(shape) && shape.every(isSize), `${where}: shape ${JSON.stringify(shape)} is not a list of sizes`)
  check(
    Array.isArray(data_offsets) && data_offsets.length === 2 && data_offsets.every(isSize),
    `${where}: data_offsets ${JSON.stringify(data_offsets)} are not two offsets`,
  )
  const [begin, end] = data_offsets as [number, number]
  check(begin <= end && end <= bodyLength, `${where}: bytes ${begin} to ${end} lie outside of the file's ${bodyLength}`)
  const expected = sizeOf(shape as number[]) * bytesPerElement(dtype)
  check(end - begin === expected, `${where}: expected ${expected} bytes for its shape, got ${end - begin}`)
  return { dtype, shape: shape as number[], begin, end }
}
