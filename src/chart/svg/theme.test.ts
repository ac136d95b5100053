import { describe, expect, test } from 'vitest'
import { contrast, mixed } from '../contrast.ts'
import { darkTheme, lightTheme, paletteSize } from './theme.ts'

/** As marks on maps are drawn. */
const opacity = 0.85

describe.each([
  ['light', lightTheme],
  ['dark', darkTheme],
] as const)('%s', (_, theme) => {
  test('every mark has a contrast of 3 or more against its paper, drawn as on the map', () => {
    expect(theme.palette).toHaveLength(paletteSize)
    for (const colour of theme.palette) {
      expect(contrast(mixed(colour, theme.paper, opacity), theme.paper), colour).toBeGreaterThanOrEqual(3)
    }
  })

  test('so have bars and lines; and words 4.5', () => {
    for (const name of ['same', 'different', 'right', 'wrong'] as const) {
      expect(contrast(theme[name], theme.paper), name).toBeGreaterThanOrEqual(3)
    }
    for (const name of ['ink', 'muted', 'right', 'wrong'] as const) {
      expect(contrast(theme[name], theme.paper), name).toBeGreaterThanOrEqual(4.5)
    }
  })
})
