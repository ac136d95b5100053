import { expect, it } from 'vitest'
import { floatTile, openFloatTile, sharedMemory } from './index.ts'

it('adds the products of 4 packed rows with 8, float32 by float32', () => {
  const { rows, columns, steps } = floatTile
  const dim = 3 * steps
  const memory = sharedMemory(4 * (dim * (rows + columns) + 100))
  const floats = new Float32Array(memory.buffer)
  const [bAt, cAt, rowLength] = [dim * rows, dim * (rows + columns), columns + 3]
  for (let i = 0; i < cAt; i++) floats[i] = Math.sin(i) // every product differs
  floats[cAt + rowLength + 2] = 5
  openFloatTile(memory)(0, 4 * bAt, 4 * cAt, dim / steps, 4 * rowLength)
  for (let r = 0; r < rows; r++)
    for (let h = 0; h < columns; h++) {
      let sum = 0
      for (let k = 0; k < dim; k++)
        sum = Math.fround(sum + Math.fround(floats[k * rows + r]! * floats[bAt + k * columns + h]!))
      const before = r === 1 && h === 2 ? 5 : 0
      expect(floats[cAt + r * rowLength + h], `${r}, ${h}`).toBe(Math.fround(before + sum))
    }
  expect([...floats.subarray(cAt + columns, cAt + rowLength)]).toEqual([0, 0, 0]) // between the rows nothing is written
})
