import fc from 'fast-check'
import { expect, it } from 'vitest'
import { UnionFind } from './union-find.ts'

const edges = fc.array(fc.tuple(fc.nat(39), fc.nat(39)), { maxLength: 40 })

it('joins what a search through all edges reaches, numbered by first members', () => {
  fc.assert(
    fc.property(edges, (pairs) => {
      const sets = new UnionFind(40)
      for (const [a, b] of pairs) sets.union(a, b)
      expect([...sets.groups()]).toEqual(reached(40, pairs))
    }),
  )
})

/** Component of each vertex, by walking along edges. */
function reached(count: number, pairs: readonly (readonly [number, number])[]): number[] {
  const group = new Array<number>(count).fill(-1)
  let next = 0
  for (let start = 0; start < count; start++) {
    if (group[start] !== -1) continue
    const open = [start]
    while (open.length > 0) {
      const at = open.pop()!
      if (group[at] !== -1) continue
      group[at] = next
      for (const [a, b] of pairs) {
        if (a === at) open.push(b)
        if (b === at) open.push(a)
      }
    }
    next++
  }
  return group
}
