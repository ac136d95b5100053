import { describe, expect, test } from 'vitest'
import { expectRewritten } from '../../test/differences.ts'
import { add, constant, type Graph, gelu, input, matmul, mul, printGraph, reshape, type Value } from '../graph/index.ts'
import { float32 } from '../tensor/index.ts'
import { sinkReshapes } from './reshape.ts'

const rows = input('rows', [4, 2])
const others = input('others', [4, 2])
const map = input('map', [2, 2, 2])
const row = input('row', [2])
const weight = input('weight', [2, 3, 1, 1])
const feeds = {
  rows: float32([4, 2], [-2, -1, 0, 1, 2, 3, 4, 5]),
  others: float32([4, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
  map: float32([2, 2, 2], [8, 7, 6, 5, 4, 3, 2, 1]),
  weight: float32([2, 3, 1, 1], [1, -2, 3, -4, 5, -6]),
  w: float32([2, 2], [1, 2, 3, 4]),
  row: float32([2], [10, 20]),
  one: float32([1, 1, 1, 1], [5]),
}
const asMap = (x: Value) => reshape(x, [2, 2, 2])
const asRows = (x: Value) => reshape(x, [4, 2])

describe('reshapes sink through elementwise ops', () => {
  const cases: readonly (readonly [string, Value, number])[] = [
    ['between two linear layers none is left', matmul(asRows(gelu(asMap(rows))), input('w', [2, 2])), 0],
    ['of both sides one', mul(asMap(rows), asMap(others)), 1],
    ['past a scalar', asRows(mul(asMap(rows), constant(float32([], [3])))), 0],
    ['a chain of ops', asRows(gelu(add(mul(asMap(rows), asMap(others)), asMap(rows)))), 0],
    ['two in a row are one', reshape(asMap(rows), [8]), 1],
    ['of one side alone they stay', add(asMap(rows), map), 1],
    ['those that broadcast stay', add(reshape(row, [2, 1]), reshape(row, [1, 2])), 2],
    ['past a row they stay', mul(asMap(rows), row), 1],
    ['a scalar’s own stays', mul(asMap(rows), reshape(input('one', [1, 1, 1, 1]), [])), 2],
  ]
  test.each(cases)('%s', async (_, y, left) => {
    const sunk = sinkReshapes({ outputs: { y } })
    expect(count(sunk)).toBe(left)
    await expectRewritten(sunk.outputs, y, feeds)
  })

  test('what is laid flat is worked at flat', () => {
    const y = reshape(mul(reshape(weight, [6]), constant(float32([], [2]))), [2, 3])
    expect(sinkReshapes({ outputs: { y } }).outputs.y).toMatchObject({
      op: 'reshape',
      inputs: [{ op: 'mul', shape: [6] }],
    })
  })

  test('and stay where something else reads them', () => {
    const wide = asMap(rows)
    expect(count(sinkReshapes({ outputs: { y: gelu(wide), wide } }))).toBe(2)
  })
})

function count(graph: Graph): number {
  return printGraph(graph).split(' = reshape(').length - 1
}
