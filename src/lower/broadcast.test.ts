import { describe, expect, test } from 'vitest'
import { expectRewritten } from '../../test/differences.ts'
import { add, div, expand, type Graph, input, less, mul, printGraph, sub, type Value, where } from '../graph/index.ts'
import { float32 } from '../tensor/index.ts'
import { dropExpands } from './broadcast.ts'

const full = input('full', [2, 3])
const row = input('row', [3])
const column = input('column', [2, 1])
const feeds = {
  full: float32([2, 3], [1, 2, 3, 4, 5, 6]),
  row: float32([3], [10, 20, 30]),
  column: float32([2, 1], [100, 200]),
}

describe('expands before elementwise ops', () => {
  const cases: readonly (readonly [string, Value, number])[] = [
    ['on the left', sub(expand(row, [2, 3]), full), 0],
    ['on the right', div(full, expand(column, [2, 3])), 0],
    ['on both sides: one gives the size', mul(expand(row, [2, 3]), expand(column, [2, 3])), 1],
    ['in a row', add(add(expand(row, [2, 3]), full), expand(column, [2, 3])), 0],
    ['that give the size', add(expand(column, [2, 3]), row), 1],
  ]
  test.each(cases)('%s', async (_, y, kept) => {
    const dropped = dropExpands({ outputs: { y } })
    expect(count(dropped)).toBe(kept)
    await expectRewritten(dropped.outputs, y, feeds)
  })

  test('stay where something else reads them', () => {
    const wide = expand(row, [2, 3])
    expect(count(dropExpands({ outputs: { y: add(wide, full), wide } }))).toBe(1)
    expect(count(dropExpands({ outputs: { y: where(less(full, 3), wide, full) } }))).toBe(1)
  })
})

function count(graph: Graph): number {
  return printGraph(graph).split(' = expand(').length - 1
}
