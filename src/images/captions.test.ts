import { describe, expect, it, test } from 'vitest'
import { asJpeg, drawnStrips, withStrip } from '../../test/caption-fixture.ts'
import { studio } from '../synth/index.ts'
import { captionStrips, withoutCaptions } from './captions.ts'
import { decodeImage, type ImageRGBA } from './decode.ts'
import { geometry, prepareImage } from './geometry.ts'
import { resizeRgb } from './resize.ts'

/** Jaguars as a camera sees them, by day and in the infrared, without their masks. A new coat takes longer to paint than a photo. */
function photos(count: number, widthPx: number, heightPx: number, photosPerIdentity = 1): ImageRGBA[] {
  const identities = Math.ceil(count / photosPerIdentity)
  const from = studio({ identities, photosPerIdentity, widthPx, heightPx, seed: 7 })
  return from.photos.slice(0, count).map((photo) => {
    const { width, height, data } = from.render(photo)
    return { width, height, data: data.map((value, i) => (i % 4 === 3 ? 255 : value)) }
  })
}

/** As it is after somebody made it smaller. */
function smaller(image: ImageRGBA, factor: number): ImageRGBA {
  const [width, height] = [Math.round(image.width * factor), Math.round(image.height * factor)]
  const rgb = resizeRgb(image, { x: 0, y: 0, ...image }, { widthPx: width, heightPx: height, kernel: 'bicubic' })
  const data = Uint8Array.from({ length: width * height * 4 }, (_, i) =>
    i % 4 === 3 ? 255 : rgb[(i >> 2) * 3 + (i % 4)]!,
  )
  return { width, height, data }
}

const some = photos(6, 640, 480)

describe.each(Object.entries(drawnStrips))('the strip %s', (_, strip) => {
  const other = strip.edge === 'top' ? 'bottomPx' : 'topPx'

  test.each([95, 80, 60])('is found to the row, as JPEG of quality %d', async (quality) => {
    for (const photo of some) {
      const { image, stripPx } = withStrip(photo, strip)
      const found = captionStrips(await decodeImage(await asJpeg(image, quality)))
      expect(Math.abs(found[`${strip.edge}Px`] - stripPx)).toBeLessThanOrEqual(1)
      expect(found[other]).toBe(0)
    }
  })

  test('is found on a photo of half the size, where ten rows of it are left', async () => {
    for (const photo of some) {
      const { image, stripPx } = withStrip(photo, strip)
      if (stripPx < 20) continue
      const found = captionStrips(await decodeImage(await asJpeg(smaller(image, 0.5), 85)))
      expect(Math.abs(found[`${strip.edge}Px`] - stripPx / 2)).toBeLessThanOrEqual(1.5)
    }
  })
})

test('a strip on each side', async () => {
  const { 'thin, above': above, 'black below': below } = drawnStrips
  for (const photo of some) {
    const both = withStrip(withStrip(photo, below!).image, above!)
    const { topPx, bottomPx } = captionStrips(await decodeImage(await asJpeg(both.image)))
    expect([topPx - both.stripPx, bottomPx - 29].map(Math.abs).every((off) => off <= 1)).toBe(true)
  }
})

describe('no strip', () => {
  const none = { topPx: 0, bottomPx: 0 }

  test('on a hundred drawn photos without one', () => {
    for (const photo of photos(100, 320, 240, 5)) expect(captionStrips(photo)).toEqual(none)
  })

  it('is a bar without letters, a letter by itself, or letters without an edge to the photo', async () => {
    const { 'black below': black } = drawnStrips
    for (const photo of some.slice(0, 2)) {
      const bar = withStrip(photo, { ...black!, words: [] }).image
      expect(captionStrips(await decodeImage(await asJpeg(bar)))).toEqual(none)
      const one = withStrip(photo, { ...black!, words: [[0.5, '1']] }).image
      expect(captionStrips(await decodeImage(await asJpeg(one)))).toEqual(none)
    }
    // a night that goes on above the letters
    const night: ImageRGBA = { width: 640, height: 480, data: new Uint8Array(640 * 480 * 4).fill(0) }
    expect(captionStrips(withStrip(night, black!).image)).toEqual(none)
  })

  it('is a white sky with birds above an uneven horizon', () => {
    const sky = new Uint8Array(640 * 480 * 4).fill(255)
    for (let x = 0; x < 640; x++) {
      const horizon = 60 + Math.round(12 * Math.sin(x / 40))
      for (let y = horizon; y < 480; y++) sky.fill(70, (y * 640 + x) * 4, (y * 640 + x) * 4 + 3)
      if (x % 9 < 2) for (let y = 20; y < 26; y++) sky.fill(30, (y * 640 + x) * 4, (y * 640 + x) * 4 + 3)
    }
    expect(captionStrips({ width: 640, height: 480, data: sky })).toEqual(none)
  })
})

describe('what a network sees', () => {
  const { image } = withStrip(some[0]!, drawnStrips['black below']!)
  const seen = (captions: 'keep' | 'crop', from = image, box?: Parameters<typeof prepareImage>[2]) =>
    prepareImage(withoutCaptions(from), geometry({ widthPx: 64, heightPx: 48, captions }), box)

  test('is the photo without its strip, or with it', () => {
    expect(Buffer.from(seen('crop')).equals(seen('keep', some[0]!))).toBe(true)
    expect(seen('keep').some((value, i) => value !== seen('keep', some[0]!)[i])).toBe(true)
  })

  test('of a box is what of it is photo', () => {
    const reaching = { x: 100, y: 300, width: 200, height: 209 }
    const cut = { x: 100, y: 300, width: 200, height: 180 }
    expect(Buffer.from(seen('crop', image, reaching)).equals(seen('keep', image, cut))).toBe(true)
    const inside = { x: 10, y: 485, width: 50, height: 20 } // who draws a box into the strip means it
    expect(Buffer.from(seen('crop', image, inside)).equals(seen('keep', image, inside))).toBe(true)
  })
})
