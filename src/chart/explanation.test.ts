import { expect, test } from 'vitest'
import { explanationsChart, type HeatSide } from './explanation.ts'

test('curves between the photos reach neither the warning above them nor the names below', () => {
  const side: HeatSide = { view: 'data:,', widthPx: 128, heightPx: 64, rows: 2, columns: 4, heat: Array(8).fill(0.1) }
  const lines = Array.from({ length: 8 }, (_, cell) => ({ query: cell, match: cell, contribution: 0.1 }))
  const words = { names: ['Abril', 'Abril'], files: ['a.png', 'b.png'], warning: 'careful', words: ['Told.'] } as const
  const match = { sides: [side, side], lines, readable: true, ...words } as const
  const { body } = explanationsChart({ same: true, matches: [match], source: '' })!
  const image = /<image[^>]* y="([\d.]+)"[^>]* height="([\d.]+)"/.exec(body)!
  const [top = 0, height = 0] = image.slice(1).map(Number)
  const middles = [...body.matchAll(/ d="M[\d.]+ ([\d.]+)Q[\d.]+ ([\d.]+) [\d.]+ ([\d.]+)"/g)].map(
    ([, from, control, to]) => Number(from) / 4 + Number(control) / 2 + Number(to) / 4,
  )
  expect(middles).toHaveLength(16) // a rim and a line for each pair
  expect(Math.min(...middles)).toBeCloseTo(top + 3, 1) // the first and the last would leave the photos
  expect(Math.max(...middles)).toBeCloseTo(top + height - 3, 1)
})
