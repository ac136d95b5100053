import { expect, test } from 'vitest'
import { explanationsChart, type HeatSide } from './explanation.ts'

test('curves between the photos reach neither the warning above them nor the names below', () => {
  const side: HeatSide = { view: 'data:,', widthPx: 128, heightPx: 64, rows: 2, columns: 4, heat: Array(8).fill(0.1) }
  const lines = Array.from({ length: 8 }, (_, k) => ({
    query: k,
    match: k < 2 || k > 5 ? k : 7 - k,
    contribution: 0.1,
  }))
  const words = { names: ['Abril', 'Abril'], files: ['a.png', 'b.png'], warning: 'careful', words: ['Told.'] } as const
  const match = { sides: [side, side], lines, readable: true, ...words } as const
  const { body } = explanationsChart({ same: true, matches: [match], source: '' })!
  const image = /<image[^>]* y="([\d.]+)"[^>]* height="([\d.]+)"/.exec(body)!
  const [top = 0, height = 0] = image.slice(1).map(Number)
  const curves = [...body.matchAll(/ d="M[\d.]+ ([\d.]+)Q[\d.]+ (-?[\d.]+) [\d.]+ ([\d.]+)"/g)]
  const heights = curves.flatMap((curve) => {
    const [from = 0, control = 0, to = 0] = curve.slice(1).map(Number)
    const at = (t: number) => (1 - t) ** 2 * from + 2 * t * (1 - t) * control + t ** 2 * to
    return Array.from({ length: 101 }, (_, i) => at(i / 100))
  })
  expect(heights).toHaveLength(16 * 101) // a rim and a line for each pair
  expect(Math.min(...heights)).toBeCloseTo(top + 3, 1) // the first and the last would leave the photos
  expect(Math.max(...heights)).toBeCloseTo(top + height - 3, 1)
})
