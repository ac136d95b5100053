import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeSafetensors } from '../tensor/index.ts'
import type { ImageRGBA } from './decode.ts'
import { decodeImage } from './decode.ts'
import { geometry, prepareImage } from './geometry.ts'
import type { Geometry } from './geometry-schema.ts'
import { resizeRgb } from './resize.ts'

const file = new URL('../../test/golden/resize.safetensors', import.meta.url)
const { tensors: golden } = decodeSafetensors(readFileSync(file), 'resize.safetensors')
const source = photo('source')

function bytes(name: string): Uint8Array {
  return golden.get(name)!.data as Uint8Array
}

/** Alpha 7: the colours must not depend on it. */
function photo(name: string): ImageRGBA {
  const { shape } = golden.get(name)!
  const rgb = bytes(name)
  const data = new Uint8Array((rgb.length / 3) * 4).fill(7)
  for (let i = 0; i < rgb.length; i++) data[Math.floor(i / 3) * 4 + (i % 3)] = rgb[i]!
  return { width: shape[1]!, height: shape[0]!, data }
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a).toHaveLength(b.length)
  return a.reduce((sum, v, i) => sum + Math.abs(v - b[i]!), 0) / a.length
}

describe('resizeRgb', () => {
  const cases = [...golden.keys()].filter((name) => name.startsWith('bi'))
  it.each(cases)('is Pillow’s %s to the last bit', (name) => {
    const [kernel, size] = name.split('/') as ['bilinear' | 'bicubic', string]
    const [widthPx, heightPx] = size.split('x').map(Number) as [number, number]
    const region = { x: 0, y: 0, width: source.width, height: source.height }
    expect(resizeRgb(source, region, { widthPx, heightPx, kernel })).toEqual(bytes(name))
  })

  it('has twelve cases to be held against', () => expect(cases).toHaveLength(12))

  it('is within 0.5 of 255 of a Pillow that resizes the rows first', () => {
    const region = { x: 0, y: 0, width: source.width, height: source.height }
    const resized = resizeRgb(source, region, { widthPx: 63, heightPx: 20, kernel: 'bicubic' })
    expect(meanDifference(resized, bytes('rows-first/63x20'))).toBeLessThanOrEqual(0.5)
  })
})

describe('prepareImage against Pillow', () => {
  const square = (sidePx: number, given: Partial<Geometry> = {}) =>
    geometry({ widthPx: sidePx, heightPx: sidePx, ...given })

  it('crops to a box first, so that nothing outside of it shines in', () => {
    const box = { x: 8, y: 5, width: 44, height: 35 }
    expect(prepareImage(source, square(20), box)).toEqual(bytes('cropped/20x20'))
  })

  it('letterboxes', () => {
    expect(prepareImage(source, square(20, { resize: 'letterbox' }))).toEqual(bytes('letterbox/20x20'))
  })

  it.each([18, 22])('centre-crops to %d pixels as torchvision does', (sidePx) => {
    const cropped = prepareImage(source, square(sidePx, { resize: 'center-crop' }))
    expect(cropped).toEqual(bytes(`center-crop/${sidePx}x${sidePx}`))
  })
})

describe('decodeImage against Pillow', () => {
  it.each(['jpeg0', 'jpeg2'])('gives the pixels of %s', async (name) => {
    const decoded = await decodeImage(bytes(`${name}/file`))
    const expected = photo(`${name}/pixels`)
    const rgb = (image: ImageRGBA) => image.data.filter((_, i) => i % 4 < 3)
    expect(meanDifference(rgb(decoded), rgb(expected))).toBeLessThanOrEqual(0.5)
    expect([decoded.width, decoded.height, decoded.data[3]]).toEqual([32, 24, 255])
  })
})
