/** Instructions, one after the other. */
export type Code = readonly number[]

/** A memory that threads share: 64 KiB a page. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer
}

/** A function that takes whole numbers and gives nothing. */
export interface KernelCode {
  readonly name: string
  /** How many whole numbers it is given; they are its locals 0, 1, … */
  readonly parameters: number
  /** Locals behind these: whole numbers, then registers of four float32 or two float64. */
  readonly i32s: number
  readonly v128s: number
  readonly body: Code
}

/** The little that is used of an interface that Node's types leave out. */
declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => SharedMemory
  readonly Module: new (code: Uint8Array) => object
  readonly Instance: new (
    module: object,
    imports: { rosette: { memory: SharedMemory } },
  ) => { readonly exports: Readonly<Record<string, (...given: number[]) => void>> }
}

const pageBytes = 2 ** 16

/** What one memory holds at most, 4 GiB. */
const mostPages = 2 ** 16

/**
 * A memory of at least so many bytes, all of them 0. Undefined where one memory cannot hold them, or there is none: each takes some
 * gigabytes of addresses, of which a process may be allowed few (`ulimit -v`, as on many clusters).
 */
export function sharedMemory(bytes: number): SharedMemory | undefined {
  const pages = Math.ceil(bytes / pageBytes)
  if (pages > mostPages) return undefined
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** The function at work in a memory; each thread opens its own. Places are in bytes. */
export function openKernel(memory: SharedMemory, code: KernelCode): (...given: number[]) => void {
  const module = new WebAssembly.Module(moduleOf(code))
  return new WebAssembly.Instance(module, { rosette: { memory } }).exports[code.name]!
}

// JavaScript has no instructions for several numbers at once, WebAssembly has. So a kernel is written down as bytes: the names below are
// those of the text form in the WebAssembly Core Specification, and the bytes those of its section on instructions.

export const localGet = (i: number): Code => [0x20, i]
export const localSet = (i: number): Code => [0x21, i]
export const i32Load = (offset: number): Code => [0x28, 2, ...unsigned(offset)]
export const i32Add: Code = [0x6a]
export const v128Load = (offset: number): Code => [...simd(0), 4, ...unsigned(offset)]
export const v128Load32Splat = (offset: number): Code => [...simd(9), 2, ...unsigned(offset)]
export const v128Load64Splat = (offset: number): Code => [...simd(10), 3, ...unsigned(offset)]
export const v128Store = (offset: number): Code => [...simd(11), 4, ...unsigned(offset)]
export const v128Store64Lane0 = (offset: number): Code => [...simd(0x5b), 3, ...unsigned(offset), 0]
export const v128Zero: Code = [...simd(12), ...new Array<number>(16).fill(0)]
export const f32x4Add: Code = simd(0xe4)
export const f32x4Mul: Code = simd(0xe6)
export const f64x2Add: Code = simd(0xf0)
export const f64x2Mul: Code = simd(0xf2)
export const f32x4DemoteF64x2Zero: Code = simd(0x5e)

/** local + value → local. */
export const advance = (local: number, value: number): Code => [...localPlus(local, value), ...localSet(local)]

/** Runs `body`, which counts nothing itself, as often as a local says, once or more; the local is 0 then. */
export const repeat = (count: number, body: Code): Code => [
  ...[0x03, 0x40], // loop
  ...body,
  ...[...localPlus(count, -1), 0x22, count, 0x0d, 0], // local.tee, br_if: again unless it is 0
  0x0b, // end
]

/** The code of each of 0 … count − 1. */
export function each(count: number, code: (i: number) => Code): Code {
  return Array.from({ length: count }, (_, i) => code(i)).flat()
}

const [i32, v128] = [0x7f, 0x7b] as const

function moduleOf({ name, parameters, i32s, v128s, body }: KernelCode): Uint8Array {
  const locals = [2, ...unsigned(i32s), i32, ...unsigned(v128s), v128]
  const code = [...locals, ...body, 0x0b]
  const section = (id: number, content: Code) => [id, ...unsigned(content.length), ...content]
  const memory = [...text('rosette'), ...text('memory'), 2, 3, 1, ...unsigned(mostPages)] // shared
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, parameters, ...new Array<number>(parameters).fill(i32), 0]),
    ...section(2, [1, ...memory]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text(name), 0, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ])
}

function localPlus(local: number, value: number): Code {
  return [...localGet(local), 0x41, ...signed(value), ...i32Add] // i32.const
}

function simd(op: number): Code {
  return [0xfd, ...unsigned(op)]
}

function text(name: string): Code {
  return [...unsigned(name.length), ...Buffer.from(name)]
}

/** LEB128. */
function unsigned(value: number): Code {
  return value < 128 ? [value] : [(value % 128) + 128, ...unsigned(Math.floor(value / 128))]
}

function signed(value: number): Code {
  const [low, rest] = [value & 127, value >> 7]
  const last = (rest === 0 && low < 64) || (rest === -1 && low >= 64)
  return last ? [low] : [low + 128, ...signed(rest)]
}
