import { mean } from '../src/base/index.ts'

/** The scores of a way to set photos aside, one a seed, and whether they flatter. */
export interface FigureRow {
  readonly name: string
  readonly isFlattering: boolean
  readonly rank1: readonly number[]
  readonly identityBalancedMap: readonly number[]
}

const panels = [
  ['rank1', 'rank-1'],
  ['identityBalancedMap', 'identity-balanced mAP'],
] as const

/** A dot for each seed and a line at their mean, by way; a panel for each score. */
export function splitsFigure(rows: readonly FigureRow[]): string {
  const [width, left, panel, top, row] = [760, 170, 260, 40, 36]
  const height = 82 + rows.length * row
  const x = (p: number, value: number) => left + p * (panel + 40) + value * panel
  const y = (i: number) => top + 20 + i * row
  const text = (at: readonly [number, number], words: string, anchor: string) =>
    `<text x="${at[0]}" y="${at[1]}" text-anchor="${anchor}">${words}</text>`
  const bottom = y(rows.length - 1)
  const parts = panels.flatMap(([score, label], p) => [
    text([x(p, 0.5), 24], label, 'middle'),
    ...[0, 0.5, 1].map(
      (value) =>
        `<path d="M${x(p, value)} ${top}V${bottom + 18}" stroke="#ccc"/>${text([x(p, value), bottom + 34], String(value), 'middle')}`,
    ),
    ...rows.flatMap(({ isFlattering, ...scores }, i) => {
      const colour = isFlattering ? '#c2410c' : '#0f766e'
      const at = x(p, mean(scores[score])).toFixed(1)
      return [
        ...scores[score].map(
          (value) => `<circle cx="${x(p, value).toFixed(1)}" cy="${y(i)}" r="4" fill="${colour}" fill-opacity="0.5"/>`,
        ),
        `<path d="M${at} ${y(i) - 11}V${y(i) + 11}" stroke="${colour}" stroke-width="3"/>`,
      ]
    }),
  ])
  const names = rows.map(({ name }, i) => text([left - 12, y(i) + 4], name, 'end'))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="#fff"/>${[...names, ...parts].join('')}</svg>\n`
}
