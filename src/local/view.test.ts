import { describe, expect, test } from 'vitest'
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
