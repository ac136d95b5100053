import { decoderVersion, type ImageRGBA } from './decode.ts'
import { printedText } from './printed-text.ts'

/** Part of the key of everything that is kept of photos: changes whenever the same file would be seen otherwise. */
export const seenVersion = `captions-2/${decoderVersion}`

/** The strips that a camera printed along the edges of a photo, in rows of pixels; 0 where there is none. */
export interface CaptionStrips {
  readonly topPx: number
  readonly bottomPx: number
}

/** What a strip looks like. Where a photo could be either, it is no strip: a photo that is cut loses more than a caption costs. */
const look = {
  /** Brightness of the ground below and above which it counts as black or white, 0 to 255. */
  darkest: 64,
  brightest: 190,
  /** How far the ground's pixels may be from its brightness: exact strips first, then those that JPEG has smeared. */
  tolerances: [10, 28],
  /** The least part of a row of text that is still ground. */
  groundInText: 0.35,
  /** Ground in the rows between text and photo, and the most of it just inside of the photo. */
  groundAtEdge: 0.9,
  groundInPhoto: 0.5,
  /** Height, as a part of the photo's. */
  leastHeight: 0.012,
  mostHeight: 0.2,
  leastRows: 6,
  /** Letters differ from the ground by this much, and cover this part of the strip. */
  contrast: 60,
  leastInk: 0.004,
  mostInk: 0.5,
  /** Strokes in a row of text, the part of the rows that have as many, and how much of the width the text spans. */
  strokes: 6,
  rowsOfText: 0.15,
  leastSpan: 0.08,
} as const

/**
 * The black or white strips with make, station, temperature and time that trap cameras print along the top or bottom of photos: rows of
 * one dark or bright colour across the whole width, that hold many thin strokes of high contrast, and that end in a straight edge to the
 * photo. Bars without letters, skies and nights are none.
 */
export function captionStrips(image: ImageRGBA): CaptionStrips {
  return { topPx: stripAt(image, 'top'), bottomPx: stripAt(image, 'bottom') }
}

/**
 * The image with what of it is a photograph marked, where it has caption strips, and where text was printed over that: boxes and masks are
 * then cut to the photograph, and networks see the text painted out.
 */
export function withoutCaptions(image: ImageRGBA): ImageRGBA {
  const photograph = photographIn(image)
  const printed = printedText({ ...image, photograph })
  if (photograph === undefined && printed.length === 0) return image
  return { ...image, photograph, printed }
}

function photographIn(image: ImageRGBA): ImageRGBA['photograph'] {
  const { topPx, bottomPx } = captionStrips(image)
  if (topPx === 0 && bottomPx === 0) return undefined
  return { x: 0, y: topPx, width: image.width, height: image.height - topPx - bottomPx }
}

/** Brightness of a row counted from an edge, 0 the outermost. */
type RowReader = (row: number) => Uint8Array

/** Rows of the strip along an edge; 0 where there is none. */
function stripAt(image: ImageRGBA, edge: 'top' | 'bottom'): number {
  const most = Math.min(Math.floor(look.mostHeight * image.height), image.height - 3)
  const least = Math.max(look.leastRows, Math.ceil(look.leastHeight * image.height))
  if (most < least || image.width < 64) return 0
  const row = rowReader(image, edge)
  const ground = groundOf([row(0), row(1), row(2)])
  if (ground === undefined) return 0
  for (const tolerance of look.tolerances) {
    const rows = heightOf(row, ground, { tolerance, most })
    if (rows !== undefined && rows >= least && rows <= most && hasText(row, rows, ground)) return rows
  }
  return 0
}

function rowReader({ width, height, data }: ImageRGBA, edge: 'top' | 'bottom'): RowReader {
  return (row) => {
    const begin = (edge === 'top' ? row : height - 1 - row) * width * 4
    const out = new Uint8Array(width)
    for (let x = 0, p = begin; x < width; x++, p += 4)
      out[x] = (data[p]! * 77 + data[p + 1]! * 150 + data[p + 2]! * 29) >> 8
    return out
  }
}

/** The brightness that most pixels of the outermost rows have; undefined where that is neither black nor white, or they have several. */
function groundOf(rows: readonly Uint8Array[]): number | undefined {
  const sorted = Uint8Array.from(rows.flatMap((row) => [...row])).sort()
  const median = sorted[sorted.length >> 1]!
  if (median > look.darkest && median < look.brightest) return undefined
  const near = sorted.filter((value) => Math.abs(value - median) <= look.tolerances[1]).length
  return near >= look.groundInText * sorted.length ? median : undefined
}

/**
 * Rows up to the straight edge at which the ground ends across the whole width, the innermost where there are several; undefined where there
 * is none.
 */
function heightOf(
  row: RowReader,
  ground: number,
  { tolerance, most }: { readonly tolerance: number; readonly most: number },
): number | undefined {
  const shares = Array.from({ length: most + 3 }, (_, y) => groundShare(row(y), ground, tolerance))
  let found: number | undefined
  for (let rows = 1; rows <= most && shares[rows - 1]! >= look.groundInText; rows++) {
    const padding = shares.slice(Math.max(0, rows - Math.max(3, Math.ceil(0.1 * rows))), rows)
    const beyond = shares.slice(rows + 1, rows + 3) // the row at the edge may be half of each
    if (Math.max(...padding) >= look.groundAtEdge && Math.max(...beyond) <= look.groundInPhoto && isLast(shares, rows))
      found = rows
  }
  return found
}

/** The ground ends with this row, not a row or two before: the next has less of it. */
function isLast(shares: readonly number[], rows: number): boolean {
  return shares[rows]! <= look.groundInPhoto && shares[rows - 1]! > look.groundInPhoto
}

function groundShare(row: Uint8Array, ground: number, tolerance: number): number {
  let near = 0
  for (const value of row) if (Math.abs(value - ground) <= tolerance) near++
  return near / row.length
}

/** Many thin strokes of high contrast, in several rows, over some of the width. */
function hasText(row: RowReader, rows: number, ground: number): boolean {
  let ink = 0
  let rowsOfText = 0
  let [left, right] = [Number.POSITIVE_INFINITY, -1]
  let width = 0
  for (let y = 0; y < rows; y++) {
    const values = row(y)
    width = values.length
    let strokes = 0
    let inside = false
    for (let x = 0; x < width; x++) {
      const isInk = Math.abs(values[x]! - ground) >= look.contrast
      if (isInk) {
        ink++
        left = Math.min(left, x)
        right = Math.max(right, x)
      }
      if (isInk && !inside) strokes++
      inside = isInk
    }
    if (strokes >= look.strokes) rowsOfText++
  }
  const share = ink / (rows * width)
  return (
    share >= look.leastInk &&
    share <= look.mostInk &&
    rowsOfText >= Math.max(3, look.rowsOfText * rows) &&
    right - left >= look.leastSpan * width
  )
}
