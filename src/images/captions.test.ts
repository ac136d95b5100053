import { describe, expect, it, test } from 'vitest'
import { asJpeg, drawnDates, drawnStrips, withDate, withStrip } from '../../test/caption-fixture.ts'
import { Rng } from '../base/index.ts'
import { studio } from '../synth/index.ts'
import { captionStrips, withoutCaptions } from './captions.ts'
import { decodeImage, type ImageRGBA } from './decode.ts'
import { captionsLeftOut, geometry, prepareImage } from './geometry.ts'
import { printedText } from './printed-text.ts'
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

describe.each(Object.entries(drawnDates))('a date over the picture, %s', (_, date) => {
  test.each([95, 75])('is found where it is, as JPEG of quality %d', async (quality) => {
    for (const photo of some.slice(0, 3)) {
      const { image, at } = withDate(photo, date)
      const [found, ...others] = printedText(await decodeImage(await asJpeg(image, quality)))
      expect(others).toEqual([])
      const [right, bottom] = [found!.x + found!.width, found!.y + found!.height]
      const around = Math.ceil(at.height / 2)
      for (const beyond of [at.x - found!.x, at.y - found!.y, right - at.x - at.width, bottom - at.y - at.height]) {
        expect(beyond).toBeGreaterThanOrEqual(0)
        expect(beyond).toBeLessThanOrEqual(around)
      }
    }
  })
})

describe('a date over the picture', () => {
  const [photo] = some
  const { image, at } = withDate(photo!, drawnDates['orange']!)
  const seen = (captions: 'keep' | 'crop', from: ImageRGBA) =>
    prepareImage(withoutCaptions(from), geometry({ widthPx: 640, heightPx: 480, captions }))

  test('is painted out: a network sees the same whatever it says, and the rest as it was; or it is kept', () => {
    const [cut, plain] = [seen('crop', image), seen('crop', photo!)]
    const other = withDate(photo!, { ...drawnDates['orange']!, text: '2044-03-12 11:22' })
    expect(Buffer.from(cut).equals(seen('crop', other.image))).toBe(true)
    const inText = (x: number, y: number) =>
      x >= at.x - 10 && y >= at.y - 10 && x < at.x + at.width + 10 && y < at.y + at.height + 10
    const differing = [...cut.keys()].filter((i) => cut[i] !== plain[i]).map((i) => Math.floor(i / 3))
    expect(differing.filter((i) => !inText(i % 640, Math.floor(i / 640)))).toEqual([])
    expect(Buffer.from(seen('keep', image)).equals(plain)).toBe(false)
    expect(captionsLeftOut(withoutCaptions(image), geometry())).toEqual(['date'])
    expect(captionsLeftOut(withoutCaptions(image), geometry({ captions: 'keep' }))).toEqual([])
  })

  test('is found above a strip as well', () => {
    const both = withStrip(image, drawnStrips['black below']!)
    const { photograph, printed } = withoutCaptions(both.image)
    expect(photograph).toEqual({ x: 0, y: 0, width: 640, height: 480 })
    expect(printed).toEqual(printedText(image))
    expect(captionsLeftOut({ ...both.image, photograph, printed }, geometry())).toEqual(['strip', 'date'])
  })

  it('is not: five letters, letters of several heights, or letters among as much ink', () => {
    const short = { ...drawnDates['white']!, text: '10:23 1' }
    expect(printedText(withDate(photo!, short).image)).toEqual([])
    const tall = withDate(photo!, { ...short, text: '10    7', letters: 0.06 }).image
    expect(printedText(withDate(tall, { ...short, text: '    2024' }).image)).toEqual([])
    const dotted = withDate(photo!, drawnDates['white']!).image
    for (let y = 0; y < 60; y += 4) for (let x = 0; x < 640; x += 3) dotted.data.set([255, 255, 255], (y * 640 + x) * 4)
    expect(printedText(dotted)).toEqual([])
  })
})

test.each(['black below', 'thin, above'])(
  'of the strip %s on a night as black all words are painted out',
  async (name) => {
    const rng = new Rng(name)
    for (const stripPx of [16, 29]) {
      const data = Uint8Array.from({ length: 640 * 480 * 4 }, (_, i) => (i % 4 === 3 ? 255 : rng.int(5)))
      const night = { width: 640, height: 480, data }
      for (let y = 150; y < 330; y++) data.fill(120, (y * 640 + 200) * 4, (y * 640 + 460) * 4) // what the flash reaches
      const { image } = withStrip(night, { ...drawnStrips[name]!, height: stripPx / 480 })
      const from = withoutCaptions(await decodeImage(await asJpeg(image, 95)))
      const seen = prepareImage(from, geometry({ widthPx: image.width, heightPx: image.height }))
      const rows = drawnStrips[name]!.edge === 'top' ? [0, stripPx] : [480, 480 + stripPx]
      expect(Math.max(...seen.subarray(rows[0]! * 640 * 3, rows[1]! * 640 * 3))).toBeLessThan(60)
    }
  },
)

describe('no strip', () => {
  const none = { topPx: 0, bottomPx: 0 }

  test('on forty drawn photos without one, and no date', () => {
    for (const photo of photos(40, 320, 240, 5)) expect([captionStrips(photo), printedText(photo)]).toEqual([none, []])
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
