import {
  advance,
  type Code,
  each,
  f32x4DemoteF64x2Zero,
  f64x2Add,
  f64x2Mul,
  i32Add,
  i32Load,
  localGet,
  localSet,
  openKernel,
  repeat,
  type SharedMemory,
  v128Load,
  v128Load64Splat,
  v128Store64Lane0,
  v128Zero,
} from './kernel-code.ts'

/** Numbers that one round of the kernel sums: 4 registers of two. */
export const sumsAtOnce = 8

/**
 * out[x] = Σᵢ w[i] · (l[i][x] + r[i][x]), rounded to float32 at the end: a symmetric filter along rows or columns. `pairs` [taps, 2] are the places of the rows l[i]
 * and r[i], int32; w [taps] and the rows are float64, out is float32; `eights` is their length over 8. All are places in the memory, in bytes (of float64 whole eights); taps and eights are 1 or more. Each sum runs over i in order.
 */
export type SumSymmetric = (pairs: number, weights: number, taps: number, out: number, eights: number) => void

/** The kernel at work in a memory; each thread opens its own. */
export function openSymmetricSums(memory: SharedMemory): SumSymmetric {
  const locals = { i32s: 6, v128s: registers + 1 }
  return openKernel(memory, { name: 'sumSymmetric', parameters: 5, ...locals, body: sumSymmetric() })
}

/** The same sums without the kernel, to the last bit, for where there is no memory for one. */
export function plainSymmetricSums(memory: ArrayBuffer): SumSymmetric {
  return (pairs, weights, taps, out, eights) => {
    const places = new Int32Array(memory, pairs, 2 * taps)
    const factors = new Float64Array(memory, weights, taps)
    const numbers = new Float64Array(memory, 0, memory.byteLength >> 3)
    const sums = new Float64Array(sumsAtOnce * eights)
    for (let i = 0; i < taps; i++) {
      const [left, right, factor] = [places[2 * i]! >> 3, places[2 * i + 1]! >> 3, factors[i]!]
      for (let x = 0; x < sums.length; x++) sums[x] = sums[x]! + factor * (numbers[left + x]! + numbers[right + x]!)
    }
    new Float32Array(memory, out, sums.length).set(sums)
  }
}

const registers = sumsAtOnce / 2
const [pairs, weights, taps, out, eights] = [0, 1, 2, 3, 4] as const
const [pair, weightAt, tapsLeft, x, left, right] = [5, 6, 7, 8, 9, 10] as const
const sumAt = (register: number) => 11 + register
const weight = 11 + registers

function sumSymmetric(): Code {
  return repeat(eights, [
    ...[...localGet(pairs), ...localSet(pair), ...localGet(weights), ...localSet(weightAt)],
    ...[...localGet(taps), ...localSet(tapsLeft)],
    ...each(registers, (register) => [...v128Zero, ...localSet(sumAt(register))]),
    ...repeat(tapsLeft, [...oneTap(), ...advance(pair, 8), ...advance(weightAt, 8)]),
    ...each(registers, (register) => [
      ...[...localGet(out), ...localGet(sumAt(register)), ...f32x4DemoteF64x2Zero],
      ...v128Store64Lane0(8 * register),
    ]),
    ...[...advance(out, 4 * sumsAtOnce), ...advance(x, 8 * sumsAtOnce)],
  ])
}

/** sum[x] += w[i] · (l[i][x] + r[i][x]) */
function oneTap(): Code {
  const row = (offset: number) => [...localGet(pair), ...i32Load(offset), ...localGet(x), ...i32Add]
  return [
    ...[...row(0), ...localSet(left), ...row(4), ...localSet(right)],
    ...[...localGet(weightAt), ...v128Load64Splat(0), ...localSet(weight)],
    ...each(registers, (register) => [
      ...[...localGet(sumAt(register)), ...localGet(weight)],
      ...[...localGet(left), ...v128Load(16 * register), ...localGet(right), ...v128Load(16 * register)],
      ...[...f64x2Add, ...f64x2Mul, ...f64x2Add, ...localSet(sumAt(register))],
    ]),
  ]
}
