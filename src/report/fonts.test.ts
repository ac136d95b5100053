import { statSync } from 'node:fs'
import { renderAsync } from '@resvg/resvg-js'
import { expect, test } from 'vitest'
import { picture, svgDocument, text } from '../chart/index.ts'
import { decodeImage } from '../images/index.ts'
import { fontFilesFor, withoutFont } from './fonts.ts'
import { pngOf } from './raster.ts'

async function drawn(letter: string, bold: boolean): Promise<string> {
  const made = picture('name', { width: 200, height: 160 }, { title: '', subtitle: '', source: '' }, ({ x, y }) =>
    text(x, y + 20, letter, { size: 20, bold }),
  )
  return Buffer.from(await pngOf(made, { zoom: 1 })).toString('base64')
}

test.each([
  ['Chinese', '美', '豹'],
  ['Japanese', 'さ', 'ジ'],
  ['Korean', '재', '규'],
  ['Hebrew', 'ש', 'ל'],
  ['Arabic', 'ي', 'غ'],
  ['Thai', 'ส', 'อ'],
  ['emoji', '🐆', '🦁'],
])('%s is written, not boxes: two letters look different', async (_, a, b) => {
  for (const bold of [false, true]) expect(await drawn(a, bold)).not.toBe(await drawn(b, bold))
})

test('larger fonts come only where a letter asks for them', () => {
  const small = fontFilesFor('Leo')
  for (const usual of ['Ñandú – 12', 'Ягуар', '✓ ✗ · … ± −']) expect(fontFilesFor(usual)).toEqual(small)
  const whole = fontFilesFor('שלום')
  for (const [i, path] of whole.entries()) expect(statSync(path).size).toBeGreaterThan(4 * statSync(small[i]!).size)
  for (const rare of ['美洲豹', 'Leo 🐆', 'เสือ']) expect(fontFilesFor(rare)).toEqual([...whole, expect.any(String)])
})

test('the small font draws the same pixels as the whole one', async () => {
  const drawnBy = (files: readonly string[]) =>
    renderAsync(svgDocument(sheet), { font: { loadSystemFonts: false, fontFiles: [...files] } })
  const words = ['AVATAR Té fi “Übermaß” – 0.123 ± 4', 'Ягуар Йод Ωμέγα ά', '✓ ✗ · … − → ≤ ≥ × ‰']
  const sheet = picture('letters', { width: 600, height: 300 }, { title: '', subtitle: '', source: '' }, ({ x, y }) =>
    words.map((line, i) => text(x, y + 20 + 40 * i, line, { size: 20, bold: i === 0 })).join(''),
  )
  const [small, whole] = [await drawnBy(fontFilesFor(words.join(''))), await drawnBy(fontFilesFor('שלום'))]
  expect(small.pixels.equals(whole.pixels)).toBe(true)
  expect(small.pixels.equals((await drawnBy([])).pixels)).toBe(false)
})

test('a picture whose height is no whole pixel ends in white', async () => {
  const made = picture('half', { width: 200, height: 100.25 }, { title: '', subtitle: '', source: '' }, () => '')
  const { data, width, height } = await decodeImage(await pngOf(made, { zoom: 2 }))
  expect([width, height]).toEqual([400, expect.any(Number)])
  expect(new Set(data.subarray(4 * width * (height - 1)))).toEqual(new Set([255]))
})

test('names that stay boxes are told', () => {
  expect(withoutFont(['Leo', '美洲豹', 'שלום', '🐆 Leo', 'เสือ'])).toEqual([])
  expect(withoutFont(['Leo', '\u{20bb7}野', '𓃰'])).toEqual(['\u{20bb7}野', '𓃰'])
})
