import { check } from '../base/index.ts'
import { type Graph, type GraphShape, type Node, showShape, splitDim } from '../graph/index.ts'
import { sameShape } from '../tensor/index.ts'
import type { Tensors } from './backend.ts'

/** The sizes that symbolic dims have in one run. @throws InputError naming a feed that is missing or does not fit. */
export function bindFeeds(inputs: readonly Node<'input'>[], feeds: Tensors): Map<string, number> {
  const sizes = new Map<string, number>()
  for (const { attrs } of inputs) {
    const { name, shape, dtype } = attrs
    const fed = feeds[name]
    check(fed !== undefined, `run: input '${name}' is missing`)
    const got = `${fed.dtype} ${showShape(fed.shape)}`
    const expected = `${dtype} ${showShape(shape)}`
    const sameDType = fed.dtype === dtype || (dtype === 'float32' && fed.dtype === 'float64')
    check(sameDType && fed.shape.length === shape.length, `run: input '${name}', expected ${expected}, got ${got}`)
    shape.forEach((dim, i) => {
      const { coefficient, symbol } = splitDim(dim)
      const size = fed.shape[i]!
      const wanted = symbol === undefined ? coefficient : (sizes.get(symbol) ?? size / coefficient) * coefficient
      check(
        wanted === size && Number.isInteger(size / coefficient),
        `run: input '${name}', expected ${expected}, got ${got}`,
      )
      if (symbol !== undefined) sizes.set(symbol, size / coefficient)
    })
  }
  return sizes
}

/** @throws InputError naming memory of `into` that does not fit its output. */
export function checkInto({ outputs }: Graph, into: Tensors, sizes: ReadonlyMap<string, number>): void {
  for (const [name, { dtype, shape }] of Object.entries(outputs)) {
    const memory = into[name]
    if (memory === undefined) continue
    const expected = resolveShape(shape, sizes)
    check(
      memory.dtype === dtype && sameShape(memory.shape, expected),
      `run: output '${name}', expected ${dtype} ${showShape(expected)}, got ${memory.dtype} ${showShape(memory.shape)}`,
    )
  }
}

/** The shape with what its symbols stand for. */
export function resolveShape(shape: GraphShape, sizes: ReadonlyMap<string, number>): number[] {
  return shape.map((dim) => {
    const { coefficient, symbol } = splitDim(dim)
    return symbol === undefined ? coefficient : coefficient * sizes.get(symbol)!
  })
}
