import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { codePointsOf } from './character-map.ts'

const require = createRequire(import.meta.url)

const [regular, bold] = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf']

/** In dist, for sources too. */
const built = (name: string) =>
  fileURLToPath(
    new URL(import.meta.url.endsWith('.ts') ? `../../dist/fonts/${name}` : `../fonts/${name}`, import.meta.url),
  )

/** Latin, Greek and Cyrillic of DejaVu, cut out by the build: resvg reads a font's file anew for each letter that it draws. */
const smallFonts = [built(regular), built(bold)]

/** The whole of DejaVu: also Hebrew, Arabic, Armenian, Georgian. */
const mainFonts = [regular, bold].map((name) => require.resolve(`dejavu-fonts-ttf/ttf/${name}`))

/** UnifontEX (OFL): the scripts of the Basic Multilingual Plane, in dots, and many emoji. */
const fallbackFont = built('UnifontEX.ttf')

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

/** Whether one of the fonts has each letter of a text. */
function haveAll(fonts: readonly string[], text: string): boolean {
  const letters = [...new Set(text)].filter((letter) => !unseen.test(letter))
  return letters.every((letter) => fonts.some((font) => has(font, letter.codePointAt(0)!)))
}

/** The font files that a text needs, none larger than it must be: the largest costs half a second a picture. */
export function fontFilesFor(text: string): string[] {
  const enough = [smallFonts, mainFonts].find(([font]) => haveAll([font!], text))
  return enough ?? [...mainFonts, fallbackFont]
}

/** Those of the texts that have a letter which no font of ours has: in a PNG it is a box. */
export function withoutFont(texts: readonly string[]): string[] {
  const fonts = [smallFonts[0]!, mainFonts[0]!, fallbackFont]
  return texts.filter((text) => !haveAll(fonts, text))
}
