import { expect, it } from 'vitest'
import { floatTile, openFloatTiles, sharedMemory } from './index.ts'

it('adds the products of packed rows, 4 by 4, with 8 others, float32 by float32', () => {
  const { rows, columns } = floatTile
  const [dim, tiles] = [7, 3]
  const tile = rows * columns
  const [bAt, cAt] = [tiles * dim * rows, dim * (tiles * rows + columns)]
  const memory = sharedMemory(4 * (cAt + (tiles + 1) * tile))!
  const floats = new Float32Array(memory.buffer)
  for (let i = 0; i < cAt; i++) floats[i] = Math.sin(i) // every product differs
  floats[cAt + tile + columns + 2] = 5 // of the second tile, row 1, column 2
  openFloatTiles(memory)(0, 4 * bAt, 4 * cAt, dim, tiles)
  for (let t = 0; t < tiles; t++)
    for (let r = 0; r < rows; r++)
      for (let h = 0; h < columns; h++) {
        let sum = 0
        for (let k = 0; k < dim; k++)
          sum = Math.fround(sum + Math.fround(floats[(t * dim + k) * rows + r]! * floats[bAt + k * columns + h]!))
        const before = t === 1 && r === 1 && h === 2 ? 5 : 0
        expect(floats[cAt + t * tile + r * columns + h], `${t}, ${r}, ${h}`).toBe(Math.fround(before + sum))
      }
  const after = floats.subarray(cAt + tiles * tile, cAt + (tiles + 1) * tile)
  expect([...after].every((value) => value === 0)).toBe(true) // nothing is written behind the last tile
})
