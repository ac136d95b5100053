import { expect, test } from 'vitest'
import { componentsOf, groupComponents } from './components.ts'

/** A map of zeros but for what `at` says. */
function mapOf(side: number, at: (x: number, y: number) => boolean) {
  const data = Float32Array.from({ length: side * side }, (_, i) => Number(at(i % side, Math.floor(i / side))))
  return { width: side, height: side, data }
}

test('a map of nothing but specks ends in time', () => {
  const specks = mapOf(512, (x, y) => x % 2 === 0 && y % 2 === 0)
  const { components } = componentsOf(specks, 0.5)
  expect(components).toHaveLength(256 * 256)
  const begun = performance.now()
  const groups = groupComponents(components, 512 * 512)
  expect(performance.now() - begun).toBeLessThan(10_000) // it took minutes
  expect(groups).toEqual([]) // each is far below a thousandth of the map
})

test('parts behind a stem are one animal, and specks none', () => {
  const map = mapOf(100, (x, y) => {
    const inFirst = y >= 20 && y < 60 && ((x >= 10 && x < 40) || (x >= 42 && x < 60))
    const inSecond = y >= 70 && y < 95 && x >= 75 && x < 95
    return inFirst || inSecond || (x === 2 && y === 2)
  })
  const groups = groupComponents(componentsOf(map, 0.5).components, 100 * 100)
  expect(groups.map((group) => group.map(({ pixels }) => pixels))).toEqual([[1200, 720], [500]])
})
