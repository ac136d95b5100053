import { expect, test } from 'vitest'
import { multiplyTile, packRows } from './index.ts'

test('rows are packed in groups, scaled, the last group filled with zeros', () => {
  const packed = new Float64Array(8).fill(9)
  const rows = { count: 4, dim: 2, data: Float32Array.of(9, 9, 1, 2, 3, 4, 5, 6) }
  const scale = Float64Array.of(9, 1, 10, 100)
  expect(packRows(rows, { first: 1, limit: 5, group: 2, scale }, packed)).toBe(4)
  expect([...packed]).toEqual([1, 30, 2, 40, 500, 0, 600, 0])
  expect(packRows(rows, { first: 1, limit: 1, group: 2 }, packed)).toBe(2)
  expect([...packed.subarray(0, 4)]).toEqual([1, 0, 2, 0])
})

test.each([2, 4])('a tile has the products of two rows, packed in groups of %i, with four', (group) => {
  const [left, right] = [new Float64Array(group * 3), new Float64Array(12)]
  packRows({ count: 2, dim: 3, data: Float32Array.of(1, 2, 3, -1, 0, 2) }, { first: 0, limit: 2, group }, left)
  const columns = { count: 4, dim: 3, data: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1) }
  packRows(columns, { first: 0, limit: 4, group: 4 }, right)
  const out = new Float64Array(11)
  multiplyTile(left, 0, group, right, 0, 3, out, 1, 6)
  expect([...out]).toEqual([0, 1, 2, 3, 6, 0, 0, -1, 0, 2, 1])
})
