/** One tile is 4 rows × 8 columns: 8 registers of four sums. 24 GFLOP/s on one core of 2 GHz where `multiplyTile` reaches 2.4, which sums in float64. */
export const floatTile = { rows: 4, columns: 8 } as const

/**
 * c[t, r, h] += Σₖ a[t, k, r] b[k, h] in float32, for so many tiles t of 4 rows r and 8 columns h, one after the other in `a` and in `c`. `times`
 * is the number of k, 1 or more, and so is `tiles`; a, b and c are places in the memory, in bytes. Each sum runs over k in order.
 */
export type AddTiles = (a: number, b: number, c: number, times: number, tiles: number) => void

/** A memory that threads share: 64 KiB a page. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer
}

/** The little that is used of an interface that Node's types leave out. */
declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => SharedMemory
  readonly Module: new (code: Uint8Array) => object
  readonly Instance: new (
    module: object,
    imports: { rosette: { memory: SharedMemory } },
  ) => { readonly exports: { readonly addTiles: AddTiles } }
}

/** What one memory holds at most. */
export const mostSharedBytes = 2 ** 32

/** A memory of at least so many bytes, all of them 0. */
export function sharedMemory(bytes: number): SharedMemory {
  const pages = Math.ceil(bytes / 2 ** 16)
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
}

/** The kernel at work in a memory; each thread opens its own. */
export function openFloatTiles(memory: SharedMemory): AddTiles {
  return new WebAssembly.Instance(new WebAssembly.Module(moduleCode()), { rosette: { memory } }).exports.addTiles
}

// JavaScript has no instructions for four numbers at once, WebAssembly has. What follows writes the one function down as bytes; the
// names are those of the text form in the WebAssembly Core Specification, and the bytes those of its section on instructions.

type Code = readonly number[]

const parameters = { a: 0, b: 1, c: 2, times: 3, tiles: 4 } as const
const [bNow, timesLeft] = [5, 6] as const
const { rows } = floatTile
const halves = [0, 1] as const // a row of 8 columns is two registers
const sumAt = (row: number, half: number) => 7 + 2 * row + half
const [left, right0, right1] = [7 + 2 * rows, 8 + 2 * rows, 9 + 2 * rows] as const

const localGet = (i: number): Code => [0x20, i]
const localSet = (i: number): Code => [0x21, i]
const localTee = (i: number): Code => [0x22, i]
const i32Const = (value: number): Code => [0x41, ...signed(value)]
const i32Add = 0x6a
const simd = (op: number): Code => [0xfd, ...unsigned(op)]
const v128Load = (offset: number): Code => [...simd(0), 4, ...unsigned(offset)]
const v128Load32Splat = (offset: number): Code => [...simd(9), 2, ...unsigned(offset)]
const v128Store = (offset: number): Code => [...simd(11), 4, ...unsigned(offset)]
const v128Zero: Code = [...simd(12), ...new Array<number>(16).fill(0)]
const f32x4Add = simd(0xe4)
const f32x4Mul = simd(0xe6)
const [loop, end, branchIf] = [[0x03, 0x40], 0x0b, [0x0d, 0]] as const
const [i32, v128] = [0x7f, 0x7b] as const

function moduleCode(): Uint8Array {
  const body = [2, 2, i32, ...unsigned(2 * rows + 3), v128, ...functionBody()]
  const section = (id: number, content: Code) => [id, ...unsigned(content.length), ...content]
  const memory = [...text('rosette'), ...text('memory'), 2, 3, 1, ...unsigned(mostSharedBytes / 2 ** 16)] // shared
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 5, i32, i32, i32, i32, i32, 0]),
    ...section(2, [1, ...memory]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text('addTiles'), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ])
}

function functionBody(): Code {
  const { a, b, c, times, tiles } = parameters
  const copy = (from: number, to: number) => [...localGet(from), ...localSet(to)]
  const add = (to: number, value: number) => [...localGet(to), ...i32Const(value), i32Add]
  const advance = (pointer: number, bytes: number) => [...add(pointer, bytes), ...localSet(pointer)]
  const repeatWhile = (counter: number) => [...add(counter, -1), ...localTee(counter), ...branchIf, end]
  return [
    ...loop,
    ...[...copy(b, bNow), ...copy(times, timesLeft)],
    ...each(rows, (row) => halves.flatMap((half) => [...v128Zero, ...localSet(sumAt(row, half))])),
    ...loop, // one k at a time: of several the compiler keeps so many values that they leave the registers
    ...oneStep(),
    ...[...advance(a, 4 * rows), ...advance(bNow, 32)],
    ...repeatWhile(timesLeft),
    ...each(rows, addToRow),
    ...advance(c, 32 * rows),
    ...repeatWhile(tiles),
    end,
  ]
}

/** sum[r, h] += a[k, r] b[k, h] */
function oneStep(): Code {
  const { a } = parameters
  return [
    ...[...localGet(bNow), ...v128Load(0), ...localSet(right0)],
    ...[...localGet(bNow), ...v128Load(16), ...localSet(right1)],
    ...each(rows, (row) => [
      ...[...localGet(a), ...v128Load32Splat(4 * row), ...localSet(left)],
      ...halves.flatMap((half) => [
        ...[...localGet(sumAt(row, half)), ...localGet(left), ...localGet(half === 0 ? right0 : right1)],
        ...[...f32x4Mul, ...f32x4Add, ...localSet(sumAt(row, half))],
      ]),
    ]),
  ]
}

/** c[r, h] += sum[r, h] */
function addToRow(row: number): Code {
  const { c } = parameters
  return halves.flatMap((half) => [
    ...[...localGet(c), ...localGet(c), ...v128Load(32 * row + 16 * half)],
    ...[...localGet(sumAt(row, half)), ...f32x4Add, ...v128Store(32 * row + 16 * half)],
  ])
}

function each(count: number, code: (i: number) => Code): Code {
  return Array.from({ length: count }, (_, i) => code(i)).flat()
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
