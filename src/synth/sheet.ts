import { check } from '../base/index.ts'
import type { ImageRGBA } from '../images/index.ts'
import type { Studio } from './studio.ts'

/** How photos are laid out on one sheet. */
export interface ContactSheetOptions {
  readonly columns?: number
  readonly gapPx?: number
  /** Grey between the photos, 0 … 255. */
  readonly paper?: number
}

/** Eight photos a row, 4 px apart on dark grey. */
export const contactSheetDefaults = { columns: 8, gapPx: 4, paper: 24 } as const satisfies ContactSheetOptions

/**
 * Many photos as one opaque picture, row by row, each in the middle of a cell as large as the largest.
 * @throws InputError without photos.
 */
export function contactSheet(photos: readonly ImageRGBA[], options: ContactSheetOptions = {}): ImageRGBA {
  const { columns, gapPx, paper } = { ...contactSheetDefaults, ...options }
  check(photos.length > 0 && columns >= 1, 'contact sheet: no photos')
  const across = Math.min(columns, photos.length)
  const cellWidth = Math.max(...photos.map((p) => p.width)) + gapPx
  const cellHeight = Math.max(...photos.map((p) => p.height)) + gapPx
  const width = across * cellWidth + gapPx
  const height = Math.ceil(photos.length / across) * cellHeight + gapPx
  const data = new Uint8Array(4 * width * height).fill(paper)
  photos.forEach((photo, n) => {
    const left = gapPx + (n % across) * cellWidth + ((cellWidth - gapPx - photo.width) >> 1)
    const top = gapPx + Math.floor(n / across) * cellHeight + ((cellHeight - gapPx - photo.height) >> 1)
    for (let y = 0; y < photo.height; y++) {
      const row = photo.data.subarray(4 * y * photo.width, 4 * (y + 1) * photo.width)
      data.set(row, 4 * ((top + y) * width + left))
    }
  })
  for (let i = 3; i < data.length; i += 4) data[i] = 255
  return { width, height, data }
}

/** A sheet with one individual a row: the first photos of different encounters, its left flank in the left half. */
export function identitySheet(from: Studio, rows = 8, columns = 8): ImageRGBA {
  const photos = from.names.slice(0, rows).flatMap((_, identity) => {
    const own = from.photos.filter((p) => p.identity === identity)
    const varied = [...own].sort((a, b) => a.shot - b.shot)
    const left = varied.filter((p) => p.flank === 'left').slice(0, Math.ceil(columns / 2))
    const right = varied.filter((p) => p.flank === 'right').slice(0, columns - left.length)
    return [...left, ...right]
  })
  const perRow = Math.max(1, Math.floor(photos.length / Math.min(rows, from.names.length)))
  return contactSheet(
    photos.map((p) => from.render(p)),
    { columns: perRow },
  )
}
