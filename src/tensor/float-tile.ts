import {
  advance,
  type Code,
  each,
  f32x4Add,
  f32x4Mul,
  localGet,
  localSet,
  openKernel,
  repeat,
  type SharedMemory,
  v128Load,
  v128Load32Splat,
  v128Store,
  v128Zero,
} from './kernel-code.ts'

/** One tile is 4 rows × 8 columns: 8 registers of four sums. 24 GFLOP/s on one core of 2 GHz where `multiplyTile` reaches 2.4, which sums in float64. */
export const floatTile = { rows: 4, columns: 8 } as const

/**
 * c[t, r, h] += Σₖ a[t, k, r] b[k, h] in float32, for so many tiles t of 4 rows r and 8 columns h, one after the other in `a` and in `c`. `times`
 * is the number of k, 1 or more, and so is `tiles`; a, b and c are places in the memory, in bytes. Each sum runs over k in order.
 */
export type AddTiles = (a: number, b: number, c: number, times: number, tiles: number) => void

/** The kernel at work in a memory; each thread opens its own. */
export function openFloatTiles(memory: SharedMemory): AddTiles {
  return openKernel(memory, { name: 'addTiles', parameters: 5, i32s: 2, v128s: 2 * rows + 3, body: addTiles() })
}

const [a, b, c, times, tiles, bNow, timesLeft] = [0, 1, 2, 3, 4, 5, 6] as const
const { rows } = floatTile
const halves = [0, 1] as const // a row of 8 columns is two registers
const sumAt = (row: number, half: number) => 7 + 2 * row + half
const [left, right0, right1] = [7 + 2 * rows, 8 + 2 * rows, 9 + 2 * rows] as const

function addTiles(): Code {
  return repeat(tiles, [
    ...[...localGet(b), ...localSet(bNow), ...localGet(times), ...localSet(timesLeft)],
    ...each(rows, (row) => halves.flatMap((half) => [...v128Zero, ...localSet(sumAt(row, half))])),
    // one k at a time: of several the compiler keeps so many values that they leave the registers
    ...repeat(timesLeft, [...oneStep(), ...advance(a, 4 * rows), ...advance(bNow, 32)]),
    ...each(rows, addToRow),
    ...advance(c, 32 * rows),
  ])
}

/** sum[r, h] += a[k, r] b[k, h] */
function oneStep(): Code {
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
  return halves.flatMap((half) => [
    ...[...localGet(c), ...localGet(c), ...v128Load(32 * row + 16 * half)],
    ...[...localGet(sumAt(row, half)), ...f32x4Add, ...v128Store(32 * row + 16 * half)],
  ])
}
