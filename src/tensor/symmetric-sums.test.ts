import { expect, it } from 'vitest'
import { openSymmetricSums, plainSymmetricSums, sharedMemory, sumsAtOnce } from './index.ts'

it('sums rows from both sides with their weights, in float64 and in order', () => {
  const weights = [0.5, 0.3, 1 / 3]
  const order = [2, 5, 0, 1, 4, 4] // pairs of rows
  const [taps, length, rowCount] = [weights.length, 2 * sumsAtOnce, 6]
  const [weightsAt, pairsAt, rowsAt] = [0, 8 * taps, 16 * taps] // in bytes, as all places
  const outAt = rowsAt + 8 * rowCount * length
  const memory = sharedMemory(outAt + 4 * (length + 1))!
  const rows = new Float64Array(memory.buffer, rowsAt, rowCount * length)
  const out = new Float32Array(memory.buffer, outAt, length + 1)
  for (let i = 0; i < rows.length; i++) rows[i] = Math.sin(i) // every product differs
  new Float64Array(memory.buffer, weightsAt, taps).set(weights)
  new Int32Array(memory.buffer, pairsAt, 2 * taps).set(order.map((row) => rowsAt + 8 * row * length))
  const plain = new Uint8Array(new Uint8Array(memory.buffer)).buffer // a copy
  openSymmetricSums(memory)(pairsAt, weightsAt, taps, outAt, length / sumsAtOnce)
  for (let x = 0; x < length; x++) {
    let sum = 0
    weights.forEach((weight, i) => {
      sum += weight * (rows[order[2 * i]! * length + x]! + rows[order[2 * i + 1]! * length + x]!)
    })
    expect(out[x], `${x}`).toBe(Math.fround(sum))
  }
  expect(out[length]).toBe(0) // nothing is written behind the last
  plainSymmetricSums(plain)(pairsAt, weightsAt, taps, outAt, length / sumsAtOnce)
  expect(new Float32Array(plain, outAt, length + 1)).toEqual(out)
})
