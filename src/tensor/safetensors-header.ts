import { check, checkNesting, InputError, messageOf } from '../base/index.ts'
import type { DType } from './dtype.ts'
import { isSize, type Shape, sizeOf } from './shape.ts'
import { type StoredType, storedBytes } from './stored.ts'

/** The safetensors names of our dtypes (huggingface/safetensors, format description). */
export const storedNames = {
  float32: 'F32',
  float64: 'F64',
  float16: 'F16',
  int32: 'I32',
  int64: 'I64',
  int8: 'I8',
  uint8: 'U8',
  bool: 'BOOL',
} as const satisfies Record<DType, string>

/** What files may have beyond them. */
const widenedNames = {
  bfloat16: 'BF16',
  int16: 'I16',
  uint16: 'U16',
  uint32: 'U32',
  uint64: 'U64',
} as const satisfies Record<Exclude<StoredType, DType>, string>

const storedTypes = new Map<string, StoredType>(
  Object.entries({ ...storedNames, ...widenedNames }).map(([type, name]) => [name, type as StoredType]),
)
const headerLimit = 100_000_000

/** What a header says of one tensor; its bytes count from the header's end. */
export interface Span {
  readonly name: string
  readonly type: StoredType
  readonly shape: Shape
  readonly begin: number
  readonly end: number
}

/** The header's length, from the first bytes of a file. @throws InputError where the file cannot hold it. */
export function headerLength(start: Uint8Array, fileSize: number, where: string): number {
  check(fileSize >= 8, `${where}: not a safetensors file (${fileSize} bytes)`)
  const length = Number(new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true))
  check(
    length <= headerLimit && 8 + length <= fileSize,
    `${where}: not a safetensors file, or a truncated one (header of ${length} bytes in a file of ${fileSize})`,
  )
  return length
}

/** @throws InputError naming `where`, and the tensor, for a header that is malformed or does not fit `bodyLength` bytes of data. */
export function parseHeader(
  bytes: Uint8Array,
  bodyLength: number,
  where: string,
): { readonly spans: readonly Span[]; readonly metadata: Readonly<Record<string, string>> } {
  const header = parseJson(bytes, where)
  const { __metadata__, ...entries } = header
  const metadata = '__metadata__' in header ? parseMetadata(__metadata__, where) : {}
  const spans = Object.entries(entries).map(([name, entry]): Span => {
    return { name, ...parseEntry(entry, `${where}: tensor '${name}'`, bodyLength) }
  })
  checkCovered(spans, bodyLength, where)
  return { spans, metadata }
}

/** As the format demands: tensors one after another, with nothing between, before or behind them. */
function checkCovered(spans: readonly Span[], bodyLength: number, where: string): void {
  const sorted = [...spans].sort((a, b) => a.begin - b.begin || a.end - b.end)
  let [end, before] = [0, 'the header']
  for (const span of sorted) {
    check(span.begin >= end, `${where}: tensors ${before} and '${span.name}' overlap`)
    check(
      span.begin === end,
      `${where}: ${span.begin - end} bytes between ${before} and '${span.name}' are of no tensor`,
    )
    end = span.end
    before = `'${span.name}'`
  }
  check(end === bodyLength, `${where}: ${bodyLength - end} bytes behind ${before} are of no tensor`)
}

function parseJson(bytes: Uint8Array, where: string): Record<string, unknown> {
  let text: string
  let header: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    header = JSON.parse(text)
  } catch (error) {
    throw new InputError(`${where}: the safetensors header is not JSON (${messageOf(error)})`)
  }
  check(isRecord(header), `${where}: the safetensors header is not an object`)
  checkNesting(text, `${where}: the safetensors header`)
  const names = Object.values(header).reduce<number>(
    (sum, entry) => sum + (isRecord(entry) ? Object.keys(entry).length : 0),
    Object.keys(header).length,
  )
  check(countKeys(text) === names, `${where}: the safetensors header names something twice`)
  return header
}

/** The keys in a text that is JSON: strings before a colon. JSON.parse keeps only the last of equal ones. */
function countKeys(text: string): number {
  let count = 0
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at)) {
    for (at++; text[at] !== '"'; at++) if (text[at] === '\\') at++
    for (at++; ' \t\n\r'.includes(text[at] ?? '-'); ) at++
    if (text[at] === ':') count++
  }
  return count
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseMetadata(entry: unknown, where: string): Record<string, string> {
  const isText = isRecord(entry) && Object.values(entry).every((value) => typeof value === 'string')
  check(isText, `${where}: __metadata__ is not a record of text`)
  return entry as Record<string, string>
}

function parseEntry(entry: unknown, where: string, bodyLength: number): Omit<Span, 'name'> {
  const { dtype: dtypeName, shape, data_offsets } = (entry ?? {}) as Record<string, unknown>
  const type = storedTypes.get(String(dtypeName))
  check(type !== undefined, `${where}: dtype ${String(dtypeName)} is not supported`)
  check(Array.isArray(shape) && shape.every(isSize), `${where}: shape ${JSON.stringify(shape)} is not a list of sizes`)
  check(
    Array.isArray(data_offsets) && data_offsets.length === 2 && data_offsets.every(isSize),
    `${where}: data_offsets ${JSON.stringify(data_offsets)} are not two offsets`,
  )
  const [begin, end] = data_offsets as [number, number]
  check(begin <= end && end <= bodyLength, `${where}: bytes ${begin} to ${end} lie outside of the file's ${bodyLength}`)
  const expected = sizeOf(shape as number[]) * storedBytes(type)
  check(end - begin === expected, `${where}: expected ${expected} bytes for its shape, got ${end - begin}`)
  return { type, shape: shape as number[], begin, end }
}
