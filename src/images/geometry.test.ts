import { describe, expect, it } from 'vitest'
import type { ImageRGBA } from './decode.ts'
import { geometry, prepareImage } from './geometry.ts'
import type { Geometry } from './geometry-schema.ts'

type Rgba = readonly [number, number, number, number]

/** An image drawn by a function of the position. */
function draw(width: number, height: number, at: (x: number, y: number) => Rgba): ImageRGBA {
  const data = Uint8Array.from({ length: width * height }).fill(0)
  const pixels = [...data].flatMap((_, i) => [...at(i % width, Math.floor(i / width))])
  return { width, height, data: Uint8Array.from(pixels) }
}

const red: Rgba = [200, 10, 20, 255]
const hidden: Rgba = [90, 80, 70, 0]

/** 8 × 6, a red animal of 4 × 2 with its corner at (2, 3), the rest transparent. */
const masked = draw(8, 6, (x, y) => (x >= 2 && x < 6 && y >= 3 && y < 5 ? red : hidden))

const exactly = (widthPx: number, heightPx: number, given: Partial<Geometry> = {}) =>
  geometry({ widthPx, heightPx, maskMargin: 0, ...given })

const rgbAt = (pixels: Uint8Array, widthPx: number, x: number, y: number) => [
  ...pixels.subarray((y * widthPx + x) * 3).slice(0, 3),
]

describe('prepareImage', () => {
  it('keeps the colours as stored, whatever alpha says', () => {
    expect(rgbAt(prepareImage(masked, exactly(8, 6)), 8, 0, 0)).toEqual([90, 80, 70])
  })

  it('blackens the background, in proportion where the mask is soft', () => {
    const soft = draw(2, 1, (x) => (x === 0 ? [100, 50, 200, 128] : [100, 50, 200, 255]))
    expect([...prepareImage(soft, exactly(2, 1, { alpha: 'black' }))]).toEqual([50, 25, 100, 100, 50, 200])
    expect(soft.data[0]).toBe(100)
  })

  it('fills the background with the mean colour', () => {
    const filled = prepareImage(masked, exactly(8, 6, { alpha: 'mean', meanFill: [1, 2, 3] }))
    expect(rgbAt(filled, 8, 0, 0)).toEqual([1, 2, 3])
    expect(rgbAt(filled, 8, 2, 3)).toEqual([200, 10, 20])
  })

  it('cuts to the mask: nothing but the animal is left', () => {
    const cut = prepareImage(masked, exactly(4, 2, { alpha: 'crop' }))
    expect(new Set(Array.from({ length: 8 }, (_, i) => String(rgbAt(cut, 4, i % 4, i >> 2))))).toEqual(
      new Set(['200,10,20']),
    )
  })

  it('adds the margin to the mask, cut at the photo’s edge', () => {
    // half of 4 × 2 is 2 and 1 a side: x 0 to 8, y 2 to 6
    const cut = prepareImage(masked, exactly(8, 4, { alpha: 'crop', maskMargin: 0.5 }))
    expect(rgbAt(cut, 8, 2, 1)).toEqual([200, 10, 20])
    expect(rgbAt(cut, 8, 1, 1)).toEqual([90, 80, 70])
    expect(rgbAt(cut, 8, 2, 0)).toEqual([90, 80, 70])
    expect(rgbAt(cut, 8, 5, 3)).toEqual([90, 80, 70])
  })

  it.each([
    ['opaque', 255],
    ['without any mask', 0],
  ] as const)('leaves a photo that is %s as it is', (_, alpha) => {
    const photo = draw(5, 4, (x, y) => [x * 10, y * 10, 0, alpha])
    expect(prepareImage(photo, exactly(5, 4, { alpha: 'crop' }))).toEqual(prepareImage(photo, exactly(5, 4)))
  })

  it('leaves the photo that it is given as it was', () => {
    const photo = { ...draw(2, 2, () => [200, 100, 0, 128]) }
    const pooled = { ...photo, data: Buffer.from(photo.data) } // as the decoder gives it; its slice() would not copy
    const once = prepareImage(pooled, exactly(2, 2, { alpha: 'black' }))
    expect(prepareImage(pooled, exactly(2, 2, { alpha: 'black' }))).toEqual(once)
    expect(rgbAt(once, 2, 0, 0)).toEqual([100, 50, 0])
    expect([...pooled.data]).toEqual([...photo.data])
  })

  it('cuts to the whole pixels that a box touches', () => {
    const photo = draw(6, 5, (x, y) => [x, y, 0, 255])
    const box = { x: 1.5, y: -3, width: 2, height: 5 }
    expect([...prepareImage(photo, exactly(3, 2), box)]).toEqual([1, 0, 0, 2, 0, 0, 3, 0, 0, 1, 1, 0, 2, 1, 0, 3, 1, 0])
  })

  it('looks for the mask inside the box only', () => {
    const cut = prepareImage(masked, exactly(2, 2, { alpha: 'crop' }), { x: 0, y: 0, width: 4, height: 6 })
    expect([...cut]).toEqual([200, 10, 20, 200, 10, 20, 200, 10, 20, 200, 10, 20])
  })

  it('refuses a box that lies outside', () => {
    const beside = { x: 8, y: 0, width: 3, height: 3 }
    expect(() => prepareImage(masked, exactly(2, 2), beside)).toThrow(
      'box: 3×3 at (8, 0) lies outside of a photo of 8×6',
    )
  })

  it('letterboxes with black bars, or the mean colour where that is the background', () => {
    const plain = draw(4, 2, () => [100, 100, 100, 255])
    const bars = (given: Partial<Geometry>) => prepareImage(plain, exactly(4, 4, { resize: 'letterbox', ...given }))
    expect([0, 1, 2, 3].map((y) => rgbAt(bars({}), 4, 0, y)[0])).toEqual([0, 100, 100, 0])
    expect(rgbAt(bars({ alpha: 'mean' }), 4, 0, 0)).toEqual([124, 116, 104])
    expect(bars({ widthPx: 1, heightPx: 7 })).toHaveLength(21)
  })

  it('crops the middle of the long side', () => {
    const wide = draw(9, 3, (x) => [x, 0, 0, 255])
    const crop = prepareImage(wide, exactly(3, 3, { resize: 'center-crop' }))
    expect([...crop].filter((_, i) => i % 3 === 0)).toEqual([3, 4, 5, 3, 4, 5, 3, 4, 5])
  })
})

describe('geometry', () => {
  it('fills in the defaults', () => {
    expect(geometry({ widthPx: 96 })).toMatchObject({ widthPx: 96, heightPx: 224, resize: 'squash', alpha: 'keep' })
  })

  it.each([
    [{ widthPx: 0 }, 'geometry: 1 mistake\n  widthPx: expected number to be >=1, got 0'],
    [{ widthPx: 20_000 }, 'widthPx: expected number to be <=16384, got 20000'],
    [{ heightPx: 1.5 }, 'heightPx: expected int, got 1.5'],
    [{ maskMargin: -1 }, 'maskMargin: expected number to be >=0, got -1'],
    [{ meanFill: [0, 0, 256] }, 'meanFill[2]: expected number to be <=255, got 256'],
  ] as const)('refuses %o', (given, message) => expect(() => geometry(given)).toThrow(message))
})
