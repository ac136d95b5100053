import { encodeJpeg, type ImageRGBA } from '../src/images/index.ts'

/** Letters as cameras print them, five pixels wide and seven high: each row as a number, the left pixel its highest bit. */
const letters: Readonly<Record<string, readonly number[]>> = {
  '0': [14, 17, 19, 21, 25, 17, 14],
  '1': [4, 12, 4, 4, 4, 4, 14],
  '2': [14, 17, 1, 2, 4, 8, 31],
  '3': [31, 2, 4, 2, 1, 17, 14],
  '4': [2, 6, 10, 18, 31, 2, 2],
  '7': [31, 1, 2, 4, 8, 8, 8],
  A: [14, 17, 17, 31, 17, 17, 17],
  C: [14, 17, 16, 16, 16, 17, 14],
  E: [31, 16, 16, 30, 16, 16, 31],
  H: [17, 17, 17, 31, 17, 17, 17],
  L: [16, 16, 16, 16, 16, 16, 31],
  M: [17, 27, 21, 21, 17, 17, 17],
  N: [17, 25, 21, 19, 17, 17, 17],
  P: [30, 17, 17, 30, 16, 16, 16],
  R: [30, 17, 17, 30, 20, 18, 17],
  S: [15, 16, 16, 14, 1, 1, 30],
  T: [31, 4, 4, 4, 4, 4, 4],
  ':': [0, 4, 4, 0, 4, 4, 0],
  '-': [0, 0, 0, 31, 0, 0, 0],
  ' ': [0, 0, 0, 0, 0, 0, 0],
  '/': [1, 1, 2, 4, 8, 16, 16],
}

/** A strip as some make of camera prints it. */
export interface DrawnStrip {
  readonly edge: 'top' | 'bottom'
  /** As a part of the photo's height, which it is added to. */
  readonly height: number
  readonly ground: number
  readonly ink: number
  /** Words, and where they begin as a part of the width. */
  readonly words: readonly (readonly [at: number, text: string])[]
  /** Of the letters, as a part of the strip. */
  readonly letters: number
  /** A coloured badge, as a part of the width. */
  readonly badge?: number
}

/** Strips of several makes: black and white, thin and thick, sparse and full, with and without a badge. */
export const drawnStrips: Readonly<Record<string, DrawnStrip>> = {
  'black below': {
    ...{ edge: 'bottom', height: 0.06, ground: 0, ink: 255, letters: 0.6 },
    words: [
      [0.02, 'CAM 41'],
      [0.4, '17C 2021-04-13'],
      [0.75, '02:41:30'],
    ],
  },
  'white below': {
    ...{ edge: 'bottom', height: 0.08, ground: 252, ink: 10, letters: 0.5 },
    words: [
      [0.02, 'STATION 14 NORTH'],
      [0.65, '2020-12-31 23:41'],
    ],
  },
  'thin, above': {
    ...{ edge: 'top', height: 0.035, ground: 4, ink: 230, letters: 0.65 },
    words: [
      [0.01, '2014-03-02 14:22:10 M 3-3'],
      [0.7, '31 C'],
    ],
  },
  'a badge': {
    ...{ edge: 'bottom', height: 0.09, ground: 0, ink: 240, letters: 0.45, badge: 0.18 },
    words: [
      [0.25, 'TRAIL-CAM'],
      [0.55, '24C 71'],
      [0.8, '10-10-2020'],
    ],
  },
  'grey on black': {
    ...{ edge: 'bottom', height: 0.05, ground: 20, ink: 170, letters: 0.6 },
    words: [[0.3, 'PTE-CAM-L3 2020-01-12 03:44']],
  },
}

/** The photo with a strip beside it. */
export function withStrip(
  photo: ImageRGBA,
  strip: DrawnStrip,
): { readonly image: ImageRGBA; readonly stripPx: number } {
  const { width } = photo
  const stripPx = Math.round(strip.height * photo.height)
  const height = photo.height + stripPx
  const data = new Uint8Array(width * height * 4).fill(255)
  const begin = strip.edge === 'top' ? 0 : photo.height
  data.set(photo.data, strip.edge === 'top' ? stripPx * width * 4 : 0)
  const paint = (x: number, y: number, values: readonly [number, number, number]) => {
    if (x >= 0 && x < width && y >= 0 && y < stripPx) data.set(values, ((begin + y) * width + x) * 4)
  }
  for (let y = 0; y < stripPx; y++)
    for (let x = 0; x < width; x++) paint(x, y, [strip.ground, strip.ground, strip.ground])
  const size = (strip.letters * stripPx) / 7 // of a letter's pixel
  const above = (stripPx - 7 * size) / 2
  for (const [at, text] of strip.words)
    [...text].forEach((letter, i) => {
      const left = at * width + i * 6 * size
      for (let y = Math.round(above); y < above + 7 * size; y++)
        for (let x = Math.round(left); x < left + 5 * size; x++) {
          const row = letters[letter]?.[Math.floor((y - above) / size)] ?? 0
          const bit = 4 - Math.floor((x - left) / size)
          if (bit >= 0 && bit <= 4 && (row >> bit) & 1) paint(x, y, [strip.ink, strip.ink, strip.ink])
        }
    })
  for (let y = Math.floor(0.15 * stripPx); y < 0.85 * stripPx; y++)
    for (let x = Math.round(0.02 * width); x < (0.02 + (strip.badge ?? 0)) * width; x++) paint(x, y, [200, 90, 20])
  return { image: { width, height, data }, stripPx }
}

/** A date as cameras print it into the picture. */
export interface DrawnDate {
  readonly text: string
  readonly ink: readonly [number, number, number]
  /** Of the letters, as a part of the photo's height. */
  readonly letters: number
  readonly corner: readonly ['top' | 'bottom', 'left' | 'right']
  /** With a dark edge around the letters. */
  readonly outlined?: boolean
}

/** Dates of several makes of camera. */
export const drawnDates: Readonly<Record<string, DrawnDate>> = {
  orange: { text: '2014-03-02 14:22', ink: [255, 150, 30], letters: 0.035, corner: ['bottom', 'right'] },
  yellow: { text: '10/23/2020', ink: [255, 230, 0], letters: 0.045, corner: ['bottom', 'left'], outlined: true },
  white: {
    ...{ text: '2020-12-31 23:41:10', ink: [255, 255, 255], letters: 0.04, corner: ['top', 'left'] },
    outlined: true,
  },
  red: { text: '04 13 2021', ink: [255, 70, 30], letters: 0.05, corner: ['top', 'right'] },
}

/** The photo with a date over it, and where its letters are. */
export function withDate(photo: ImageRGBA, { text, ink, letters: share, corner, outlined = false }: DrawnDate) {
  const { width, height } = photo
  const data = new Uint8Array(photo.data)
  const size = (share * height) / 7
  const wide = (text.length * 6 - 1) * size
  const left = Math.round(corner[1] === 'left' ? 0.03 * width : 0.97 * width - wide)
  const top = Math.round(corner[0] === 'top' ? 0.03 * height : 0.97 * height - 7 * size)
  const isInk = (x: number, y: number) => {
    const [column, row] = [Math.floor((x - left) / size), Math.floor((y - top) / size)]
    if (column < 0 || row < 0 || row > 6 || column % 6 === 5) return false
    return (((letters[text[Math.floor(column / 6)] ?? ' ']?.[row] ?? 0) >> (4 - (column % 6))) & 1) === 1
  }
  const near = outlined ? [-1, 0, 1] : [0]
  for (let y = top - 2; y < top + 7 * size + 2; y++)
    for (let x = left - 2; x < left + wide + 2; x++) {
      const isEdge = near.some((dy) => near.some((dx) => isInk(x + dx, y + dy)))
      if (isInk(x, y)) data.set(ink, (y * width + x) * 4)
      else if (isEdge) data.set([15, 15, 15], (y * width + x) * 4)
    }
  const at = { x: left, y: top, width: Math.round(wide), height: Math.round(7 * size) }
  return { image: { width, height, data }, at }
}

/** As a camera stores it. */
export function asJpeg(image: ImageRGBA, quality = 80): Promise<Uint8Array> {
  return encodeJpeg(image, quality)
}
