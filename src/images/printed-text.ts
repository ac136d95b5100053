import type { ImageRGBA } from './decode.ts'
import type { Region } from './resize.ts'

/** What text that was printed into a picture looks like. Where something could be a coat or grass as well, it is no text. */
const look = {
  /** It stands in this part of the photo's height along the top or bottom. */
  band: 0.14,
  /** Rows of the photo at which it is looked at: larger photos are thinned out. */
  rows: 1100,
  /** Height of its letters, as a part of the photo's, and the fewest pixels of it. */
  least: 0.011,
  most: 0.07,
  leastPx: 7,
  /** Letters of one height, on one line, that stand side by side. */
  letters: 6,
  /** Letters of another word on the line of one, however far from it: a station beside the time. */
  shortest: 2,
  /** How far tops and bottoms of a line's letters may be from each other, as a part of their height; and gaps between letters. */
  slack: 0.13,
  gap: 1.6,
  /** Width of a letter, and of two that touch, as a part of their height, and ink in the box around them. */
  widest: 1.15,
  widestPair: 2.2,
  leastInk: 0.2,
  /** Of a line's pieces, those that are single letters. */
  single: 4,
  /** How far the colours of a line's letters may be from each other, per channel. */
  colours: 45,
  /** Of the ink in the box of a line, the part that is its letters'; and the most ink around that box, as a part of theirs. */
  own: 0.75,
  beside: 0.12,
} as const

/** Colours in which cameras print: an ink takes pixels of one kind alone. */
const inks = {
  light: (r: number, g: number, b: number) => Math.min(r, g, b) >= 185 && Math.max(r, g, b) - Math.min(r, g, b) <= 48,
  white: (r: number, g: number, b: number) => Math.min(r, g, b) >= 228,
  yellow: (r: number, g: number, b: number) => Math.min(r, g) >= 150 && Math.min(r, g) - b >= 70,
  orange: (r: number, g: number, b: number) => r >= 160 && r - b >= 75 && g - b >= -20,
  amber: (r: number, g: number, b: number) => r >= 200 && r - b >= 130 && g - b >= -20,
  red: (r: number, g: number, b: number) => r >= 160 && r - g >= 75 && r - b >= 75,
} as const

/** A letter, or what could be one: pixels of one ink that touch each other. */
interface Blob {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
  readonly area: number
  readonly colour: readonly [number, number, number]
}

/** Some rows of a photo, thinned out: every `step`th pixel. */
interface Band {
  readonly width: number
  readonly height: number
  readonly firstRow: number
  readonly step: number
}

/**
 * Where a camera printed text, as a date, into the picture itself: lines of six or more letters of one bright ink, one height and one
 * baseline near the top or bottom, with next to no other ink around them, and other words of two or more letters that go on with such a line.
 * So the letters of a black strip are found too where the night around it is as black. In whole pixels of the image, a little wider than the text.
 */
export function printedText(image: ImageRGBA): Region[] {
  const photograph = image.photograph ?? { x: 0, y: 0, width: image.width, height: image.height }
  const step = Math.max(1, Math.floor(photograph.height / look.rows))
  const rows = Math.floor((look.band * photograph.height) / step)
  const width = Math.floor(photograph.width / step)
  if (rows < look.leastPx + 2 || width < 64) return []
  const places = [photograph.y, photograph.y + photograph.height - rows * step]
  const found = places.flatMap((firstRow) =>
    Object.values(inks).flatMap((isInk) => linesIn(image, { width, height: rows, firstRow, step }, isInk)),
  )
  return found.reduce(joined, [])
}

/** The regions with one more; those that it meets become one with it: an ink takes a line whose other inks took it as well. */
function joined(regions: readonly Region[], one: Region): Region[] {
  const meets = ({ x, y, width, height }: Region) =>
    x < one.x + one.width && one.x < x + width && y < one.y + one.height && one.y < y + height
  const all = [...regions.filter(meets), one]
  const [x, y] = [Math.min(...all.map((each) => each.x)), Math.min(...all.map((each) => each.y))]
  const width = Math.max(...all.map((each) => each.x + each.width)) - x
  const height = Math.max(...all.map((each) => each.y + each.height)) - y
  return [...regions.filter((each) => !meets(each)), { x, y, width, height }]
}

function linesIn(image: ImageRGBA, band: Band, isInk: (r: number, g: number, b: number) => boolean): Region[] {
  const ink = inkOf(image, band, isInk)
  const tallest = image.height / band.step
  const blobs = blobsOf(image, band, ink)
  const letters = blobs.filter((blob) => isLetter(blob, tallest))
  const lines: Blob[][] = []
  const taken = new Set<Blob>()
  for (const first of letters.sort((a, b) => a.left - b.left)) {
    if (taken.has(first)) continue
    const line = lineFrom(first, letters)
    if (!isText(line) || !standsAlone(line, ink, band)) continue
    for (const one of line) taken.add(one)
    lines.push(line)
  }
  for (const line of [...lines])
    for (const first of letters.filter((one) => isOnLineOf(line[0]!, one))) {
      if (taken.has(first)) continue
      const word = lineFrom(first, letters)
      if (word.length < look.shortest || !standsAlone(word, ink, band)) continue
      for (const one of word) taken.add(one)
      lines.push(word)
    }
  return lines.map((line) => regionOf(line, blobs, image, band))
}

function inkOf(
  { width, data }: ImageRGBA,
  band: Band,
  isInk: (r: number, g: number, b: number) => boolean,
): Uint8Array {
  const ink = new Uint8Array(band.width * band.height)
  for (let y = 0, i = 0; y < band.height; y++)
    for (let x = 0; x < band.width; x++, i++) {
      const p = ((band.firstRow + y * band.step) * width + x * band.step) * 4
      if (isInk(data[p]!, data[p + 1]!, data[p + 2]!)) ink[i] = 1
    }
  return ink
}

/** The pieces of ink whose pixels touch, at corners too. */
function blobsOf(
  { width: imageWidth, data }: ImageRGBA,
  { width, height, firstRow, step }: Band,
  ink: Uint8Array,
): Blob[] {
  const seen = new Uint8Array(ink.length)
  const blobs: Blob[] = []
  const stack: number[] = []
  for (let start = 0; start < ink.length; start++) {
    if (ink[start] === 0 || seen[start] === 1) continue
    let [left, top, right, bottom, area] = [width, height, -1, -1, 0]
    const sum = [0, 0, 0]
    seen[start] = 1
    stack.push(start)
    while (stack.length > 0) {
      const at = stack.pop()!
      const [x, y] = [at % width, Math.floor(at / width)]
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
      area++
      const p = ((firstRow + y * step) * imageWidth + x * step) * 4
      for (let c = 0; c < 3; c++) sum[c]! += data[p + c]!
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++)
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const next = ny * width + nx
          if (ink[next] === 0 || seen[next] === 1) continue
          seen[next] = 1
          stack.push(next)
        }
    }
    blobs.push({ left, top, right, bottom, area, colour: [sum[0]! / area, sum[1]! / area, sum[2]! / area] })
  }
  return blobs
}

function isLetter({ left, top, right, bottom, area }: Blob, photoHeight: number): boolean {
  const [width, height] = [right - left + 1, bottom - top + 1]
  return (
    height >= Math.max(look.leastPx, look.least * photoHeight) &&
    height <= look.most * photoHeight &&
    width <= look.widestPair * height &&
    area >= look.leastInk * width * height
  )
}

/** Enough letters, most of which do not touch the next. */
function isText(line: readonly Blob[]): boolean {
  const pairs = line.filter(
    ({ left, top, right, bottom }) => right - left + 1 > look.widest * (bottom - top + 1),
  ).length
  return line.length + pairs >= look.letters && line.length - pairs >= look.single
}

/** The letters to the right of one, each of its height, on its line and in its colour, and no farther than a word's gap from the one before. */
function lineFrom(first: Blob, letters: readonly Blob[]): Blob[] {
  const height = first.bottom - first.top + 1
  const line = [first]
  for (const next of letters) {
    const last = line.at(-1)!
    if (next.left <= last.right || next.left - last.right > look.gap * height) continue
    if (isOnLineOf(first, next)) line.push(next)
  }
  return line
}

/** A letter of the height, on the line and in the colour of another. */
function isOnLineOf(first: Blob, next: Blob): boolean {
  const slack = Math.max(1, look.slack * (first.bottom - first.top + 1))
  const isAsHigh = Math.abs(next.top - first.top) <= slack && Math.abs(next.bottom - first.bottom) <= slack
  return isAsHigh && next.colour.every((value, c) => Math.abs(value - first.colour[c]!) <= look.colours)
}

/** Nearly all ink of the line is its letters', and next to none is around it: coats and grass have more of the same on all sides. */
function standsAlone(line: readonly Blob[], ink: Uint8Array, { width, height }: Band): boolean {
  const [left, right] = [line[0]!.left, line.at(-1)!.right]
  const [top, bottom] = [Math.min(...line.map((one) => one.top)), Math.max(...line.map((one) => one.bottom))]
  const around = Math.ceil(0.5 * (bottom - top + 1))
  const inkIn = (margin: number) => {
    let sum = 0
    for (let y = Math.max(0, top - margin); y <= Math.min(height - 1, bottom + margin); y++)
      for (let x = Math.max(0, left - margin); x <= Math.min(width - 1, right + margin); x++) sum += ink[y * width + x]!
    return sum
  }
  const own = line.reduce((sum, { area }) => sum + area, 0)
  const inside = inkIn(0)
  return own >= look.own * inside && inkIn(around) - inside <= look.beside * own
}

/** The line with the small marks between and beside its letters, and a little around. */
function regionOf(line: readonly Blob[], blobs: readonly Blob[], image: ImageRGBA, { firstRow, step }: Band): Region {
  const [top, bottom] = [Math.min(...line.map((one) => one.top)), Math.max(...line.map((one) => one.bottom))]
  const tall = bottom - top + 1
  let [left, right] = [line[0]!.left, line.at(-1)!.right]
  for (const { left: from, right: to, top: above, bottom: below } of blobs) {
    const isOnLine = above >= top - 2 && below <= bottom + 2
    if (isOnLine && to >= left - tall && from <= right + tall && to - from <= 2 * tall) {
      left = Math.min(left, from)
      right = Math.max(right, to)
    }
  }
  const around = Math.ceil(0.25 * tall)
  const x = Math.max(0, (left - around) * step)
  const y = Math.max(0, firstRow + (top - around) * step)
  return {
    x,
    y,
    width: Math.min(image.width, (right + 1 + around) * step) - x,
    height: Math.min(image.height, firstRow + (bottom + 1 + around) * step) - y,
  }
}
