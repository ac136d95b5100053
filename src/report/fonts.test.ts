import { expect, test } from 'vitest'
import { picture, text } from '../chart/index.ts'
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

test('the large font comes only where a letter asks for it', () => {
  for (const usual of ['Ñandú – 12', 'Ягуар', 'שלום', '✓ ✗ · … ±']) expect(fontFilesFor(usual)).toHaveLength(2)
  for (const rare of ['美洲豹', 'Leo 🐆', 'เสือ']) expect(fontFilesFor(rare)).toHaveLength(3)
})

test('names that stay boxes are told', () => {
  expect(withoutFont(['Leo', '美洲豹', 'שלום', '🐆 Leo', 'เสือ'])).toEqual([])
  expect(withoutFont(['Leo', '\u{20bb7}野', '𓃰'])).toEqual(['\u{20bb7}野', '𓃰'])
})
