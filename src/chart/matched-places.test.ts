import { expect, test } from 'vitest'
import { matchedPlacesChart } from './matched-places.ts'
import { svgDocument } from './svg/picture.ts'

test('lines join the same place of both photos, each at its own scale', () => {
  const photo = { image: 'data:,', name: 'Abril' }
  const { name, body, height } = matchedPlacesChart({
    source: 'drawn',
    pairs: [
      {
        photos: [
          { ...photo, widthPx: 466, heightPx: 233 },
          { ...photo, widthPx: 932, heightPx: 466 },
        ],
        places: [[100, 50, 200, 100]],
        astray: [[0, 0, 932, 466]],
        title: 'Abril, two encounters',
      },
    ],
  })
  expect(name).toBe('matched-places')
  const lines = [...body.matchAll(/<line x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="([\d.]+)"/g)].map((found) =>
    found.slice(1).map(Number),
  )
  const [astray, under, over] = lines
  expect(lines).toHaveLength(3)
  expect(under).toEqual(over)
  const top = over![1]! - 50
  expect(over).toEqual([28 + 100, top + 50, 28 + 466 + 12 + 100, top + 50])
  expect(astray).toEqual([28, top, 28 + 466 + 12 + 466, top + 233])
  expect(top + 233).toBeLessThan(height)
  expect(body).toContain('Solid lines join places of two photos that agree')
  expect(svgDocument({ name, title: 'x', width: 1000, height, body })).toContain('Abril, two encounters')
})
