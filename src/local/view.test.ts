import { describe, expect, test } from 'vitest'
import { mirroredPhoto } from './mirrored-photo.ts'
import { viewOf } from './view.ts'

const [width, height, strip] = [60, 50, 10]
const photograph = { x: 0, y: 0, width, height: height - strip }

/** A grey photo above a strip of text of some brightness. */
function photoOver(text: number) {
  const data = new Uint8Array(width * height * 4).fill(255)
  for (let i = 0; i < data.length; i += 4) data.fill(i / 4 < width * (height - strip) ? 90 : text, i, i + 3)
  return { image: { width, height, data, photograph } }
}

describe('what is seen of a photo with a strip of text', () => {
  test('is the same whatever the text says', () => {
    const [one, other] = [0, 255].map((text) => viewOf(photoOver(text), 64).brightness)
    expect([one!.width, one!.height]).toEqual([width, height - strip])
    expect(other!.data).toEqual(one!.data)
    expect(Math.max(...one!.data)).toBeCloseTo(90 / 255, 6)
  })

  test('is the strip as well where the box lies in it: somebody drew it there', () => {
    const box = { x: 10, y: 40, width: 20, height: 10 }
    expect(viewOf({ ...photoOver(255), box }, 64).top + viewOf({ ...photoOver(255), box }, 64).brightness.height).toBe(
      height,
    )
  })
})

describe('what is seen of a photo with a date over it', () => {
  const printed = [{ x: 30, y: 20, width: 20, height: 8 }]
  const dated = (text: number) => {
    const { image } = photoOver(90)
    const data = new Uint8Array(image.data)
    for (let y = 20; y < 28; y++) data.fill(text, (y * width + 30) * 4, (y * width + 50) * 4)
    return {
      image: { ...image, data: data.map((value, i) => (i % 4 === 3 ? 255 : value)), photograph: undefined, printed },
    }
  }

  test('is the same whatever the date says, and no place of it is the animal', () => {
    const [one, other] = [0, 255].map((text) => viewOf(dated(text), 64))
    expect(other!.brightness.data).toEqual(one!.brightness.data)
    expect([...new Set(one!.brightness.data)]).toEqual([expect.closeTo(90 / 255, 6)])
    expect([one!.isAnimal(29, 24), one!.isAnimal(31, 24), one!.isAnimal(49, 27), one!.isAnimal(31, 28)]).toEqual([
      true,
      false,
      false,
      true,
    ])
  })

  test('is mirrored with the photo, as strips are', () => {
    const mirrored = mirroredPhoto(dated(255)).image
    expect(mirrored.printed).toEqual([{ x: 10, y: 20, width: 20, height: 8 }])
    expect(mirroredPhoto(photoOver(255)).image.photograph).toEqual(photograph)
  })
})
