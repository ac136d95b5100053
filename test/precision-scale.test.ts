import { expect, test } from 'vitest'
import { contrast, darkTheme, lightTheme } from '../src/chart/index.ts'
import { precisionColour, precisionGradient } from '../src/web/precision-scale.ts'

function hex(rgb: string): string {
  return `#${rgb
    .match(/\d+/g)!
    .map((value) => Number(value).toString(16).padStart(2, '0'))
    .join('')}`
}

test.each([lightTheme.paper, darkTheme.paper])(
  'AP on %s: every colour stands out, and no two steps are one',
  (paper) => {
    const colours = Array.from({ length: 101 }, (_, i) => precisionColour(i / 100, paper))
    for (const colour of colours) expect(contrast(hex(colour), paper), colour).toBeGreaterThanOrEqual(3)
    expect(new Set(colours).size).toBeGreaterThan(90)
    expect(precisionGradient(paper)).toContain(`${colours[0]},`)
    expect(precisionGradient(paper)).toContain(`,${colours[100]})`)
  },
)
