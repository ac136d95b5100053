import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { decodeImage } from './decode.ts'
import { type Orientation, uprightBox } from './orientation.ts'
import { photoSize } from './size.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-size-'))
const orientations: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8]

/** A black photo of 40 × 24 stored pixels with a white part. */
async function photo(orientation: Orientation, format: 'jpeg' | 'png' | 'tiff' | 'webp') {
  const white = { input: { create: { width: 8, height: 4, channels: 3, background: '#fff' } } } as const
  const path = join(folder, `${orientation}.${format}`)
  await sharp({ create: { width: 40, height: 24, channels: 3, background: '#000' } })
    .composite([{ ...white, left: 16, top: 12 }])
    .withMetadata({ orientation })
    .toFormat(format, { quality: 100 })
    .toFile(path)
  return path
}

test.each(orientations)(
  'a box of stored pixels meets the same pixels of the upright photo: orientation %i',
  async (o) => {
    const path = await photo(o, 'jpeg')
    const size = photoSize(path)!
    expect(size).toEqual(o < 5 ? { width: 40, height: 24, orientation: o } : { width: 24, height: 40, orientation: o })
    const box = uprightBox({ x: 16, y: 12, width: 8, height: 4 }, size)
    const { data, width, height } = await decodeImage(path)
    expect([width, height]).toEqual([size.width, size.height])
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const inside = x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height
        expect(data[(y * width + x) * 4]! > 127, `${x}, ${y}`).toBe(inside)
      }
  },
)

test.each(['png', 'tiff', 'webp'] as const)('the size of a %s is that of the photo decoded', async (format) => {
  for (const orientation of orientations) {
    const path = await photo(orientation, format)
    const { width, height } = await decodeImage(path)
    expect(photoSize(path)).toEqual({ width, height, orientation })
  }
})

test('a size that no header tells is undefined', () => {
  const page = join(folder, 'page.jpg')
  writeFileSync(page, '<html>')
  for (const path of [page, folder, join(folder, 'none.jpg')]) expect(photoSize(path)).toBeUndefined()
})
