import { expect, test } from 'vitest'
import type { ImageRGBA } from './decode.ts'
import { geometry, prepareImage } from './geometry.ts'
import { withMask } from './mask.ts'

/** An image of one colour, its alpha as the list tells. */
function image(width: number, height: number, pixel: (i: number) => readonly [number, number]): ImageRGBA {
  const data = Uint8Array.from({ length: width * height * 4 }, (_, j) => pixel(j >> 2)[j % 4 === 3 ? 1 : 0])
  return { width, height, data }
}

const photo = image(4, 2, () => [200, 255])
const alphas = ({ data }: ImageRGBA) => [...data].filter((_, i) => i % 4 === 3)
const left = (i: number) => i % 4 < 2

test('white, ones and an alpha channel are the animal', () => {
  const expected = [255, 255, 0, 0, 255, 255, 0, 0]
  expect(
    alphas(
      withMask(
        photo,
        image(4, 2, (i) => [left(i) ? 255 : 0, 255]),
        'm',
      ),
    ),
  ).toEqual(expected)
  expect(
    alphas(
      withMask(
        photo,
        image(4, 2, (i) => [left(i) ? 1 : 0, 255]),
        'm',
      ),
    ),
  ).toEqual(expected)
  expect(
    alphas(
      withMask(
        photo,
        image(4, 2, (i) => [77, left(i) ? 255 : 0]),
        'm',
      ),
    ),
  ).toEqual(expected)
  expect(
    alphas(
      withMask(
        photo,
        image(4, 2, (i) => [left(i) ? 255 : 100, 255]),
        'm',
      ),
    ),
  ).toEqual([255, 255, 100, 100, 255, 255, 100, 100])
})

test('a mask of half the size is scaled, and one of other sides is refused', () => {
  expect(
    alphas(
      withMask(
        photo,
        image(2, 1, (i) => [i === 0 ? 255 : 0, 255]),
        'm',
      ),
    ),
  ).toEqual([255, 255, 0, 0, 255, 255, 0, 0])
  const turned = image(2, 4, () => [255, 255])
  expect(() => withMask(photo, turned, 'm.png')).toThrow(
    'm.png: a mask of 2×4 does not fit a photo of 4×2\nhint: the mask was drawn before EXIF turned the photo: turn it upright',
  )
  expect(() =>
    withMask(
      photo,
      image(3, 3, () => [255, 255]),
      'm.png',
    ),
  ).toThrow('a mask of 3×3 does not fit a photo of 4×2')
})

test('a masked photo is cut out as one with an alpha channel of its own', () => {
  const masked = withMask(
    photo,
    image(4, 2, (i) => [left(i) ? 255 : 0, 255]),
    'm',
  )
  const black = geometry({ widthPx: 4, heightPx: 2, alpha: 'black' })
  expect([...prepareImage(masked, black)].filter((_, i) => i % 3 === 0)).toEqual([200, 200, 0, 0, 200, 200, 0, 0])
  expect([...photo.data]).toContain(255)
})
