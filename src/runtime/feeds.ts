import { check } from '../base/index.ts'
import { type Node, showShape, splitDim } from '../graph/index.ts'
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
