import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { codePointsOf } from './character-map.ts'

const require = createRequire(import.meta.url)

/** What pictures are written with: Latin, Greek, Cyrillic, Hebrew, Arabic, Armenian, Georgian. */
const mainFonts = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((name) =>
  require.resolve(`dejavu-fonts-ttf/ttf/${name}`),
)

/** UnifontEX (OFL): the scripts of the Basic Multilingual Plane, in dots, and many emoji. In dist, for sources too. */
const fallbackFont = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? '../../dist/fonts/UnifontEX.ttf' : '../fonts/UnifontEX.ttf',
    import.meta.url,
  ),
)

/** Read once, when a letter asks for it. */
const covered = new Map<string, ReadonlySet<number>>()

function has(font: string, codePoint: number): boolean {
  let points = covered.get(font)
  if (points === undefined) {
    points = codePointsOf(readFileSync(font), font)
    covered.set(font, points)
  }
  return points.has(codePoint)
}

/** Letters that are no mark of their own: spaces, joiners, variation selectors. */
const unseen = /[\s\p{Cf}\p{Cc}\p{Variation_Selector}]/u

/** Beyond the letters of Europe, which need no look into a font. */
const perhaps = /[^\u0000-\u024f\u0370-\u04ff\u2010-\u2044]/u

function lettersBeyond(fonts: readonly string[], text: string): string[] {
  const letters = [...new Set(text)].filter((letter) => perhaps.test(letter) && !unseen.test(letter))
  return letters.filter((letter) => !fonts.some((font) => has(font, letter.codePointAt(0)!)))
}

/** The font files that a text needs. The large one comes only where a letter asks for it: it costs half a second a picture. */
export function fontFilesFor(text: string): string[] {
  return lettersBeyond(mainFonts.slice(0, 1), text).length === 0 ? mainFonts : [...mainFonts, fallbackFont]
}

/** Those of the texts that have a letter which no font of ours has: in a PNG it is a box. */
export function withoutFont(texts: readonly string[]): string[] {
  const fonts = [mainFonts[0]!, fallbackFont]
  return texts.filter((text) => lettersBeyond(fonts, text).length > 0)
}
