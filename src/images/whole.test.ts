import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { messageOf, Rng } from '../base/index.ts'
import { decodeImage, hasPhotoHeader } from './decode.ts'
import { thumbnail } from './thumbnail.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-whole-'))
const [width, height] = [120, 90]

/** A picture with an edge everywhere, so that no part of it could be missing unseen. */
function drawn(): Sharp {
  const rng = new Rng(7)
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const x = Math.floor(i / 3) % width
    const y = Math.floor(i / 3 / width)
    return 128 + 60 * Math.sin(x / 5) + 40 * Math.sin(y / 3) + 20 * rng.uniform()
  })
  return sharp(data, { raw: { width, height, channels: 3 } })
}

const outcome = (bytes: Uint8Array) =>
  decodeImage(bytes).then(
    ({ data }) => data,
    (error: unknown) => messageOf(error).split('\n', 1)[0]!,
  )
const cut = (bytes: Uint8Array, count: number) => bytes.subarray(0, bytes.length - count)
const zeroed = (bytes: Uint8Array, share: number) =>
  Uint8Array.from(bytes, (byte, i) => (i < bytes.length * share ? byte : 0))
const tooShort = 'image: truncated or damaged (VipsJpeg: premature end of JPEG image)'

/** What Samsung's phones write: the last coefficient of the only scan is the first. */
function asSamsung(jpeg: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(jpeg)
  const scan = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xda)
  const last = scan + 5 + 2 * bytes[scan + 4]! + 1
  expect([...bytes.subarray(last - 1, last + 2)]).toEqual([0, 63, 0])
  bytes[last] = 0
  return bytes
}

describe('a JPEG whose picture is whole', () => {
  let kinds: ReadonlyMap<string, Buffer>
  beforeAll(async () => {
    kinds = new Map([
      ['baseline', await drawn().jpeg().toBuffer()],
      ['4:4:4', await drawn().jpeg({ chromaSubsampling: '4:4:4', quality: 95 }).toBuffer()],
      ['grey', await drawn().greyscale().jpeg({ optimiseCoding: true }).toBuffer()],
      ['progressive', await drawn().jpeg({ progressive: true }).toBuffer()],
    ])
  })

  it('is read though its end marker is missing or became zeros: no pixel differs', async () => {
    for (const [kind, jpeg] of kinds) {
      const pixels = await outcome(jpeg)
      expect(pixels).toBeInstanceOf(Uint8Array)
      const zeros = new Uint8Array(5000)
      for (const bytes of [cut(jpeg, 1), cut(jpeg, 2), Buffer.concat([cut(jpeg, 2), zeros])])
        expect(Buffer.compare(Buffer.from((await outcome(bytes)) as Uint8Array), pixels as Uint8Array), kind).toBe(0)
    }
  })

  it('is read though Samsung’s scan names no coefficients, also without an end marker', async () => {
    const jpeg = kinds.get('baseline')!
    const samsung = asSamsung(jpeg)
    const pixels = await outcome(jpeg)
    expect(await outcome(samsung)).toEqual(pixels)
    expect(await outcome(cut(samsung, 2))).toEqual(pixels)
    const path = join(folder, 'samsung.jpg')
    writeFileSync(path, samsung)
    expect(await hasPhotoHeader(path)).toBe(true)
    expect((await thumbnail(path)).width).toBe(width)
  })

  it('is told from one that was cut off, wherever: by bytes, by zeros in their place, or closed again', async () => {
    for (const [kind, jpeg] of kinds) {
      for (const count of [12, 30, 60, 200, 500, 1000])
        expect(await outcome(cut(jpeg, count)), `${kind} −${count}`).toBe(tooShort)
      for (const share of [0.4, 0.7, 0.9, 0.97])
        expect(await outcome(zeroed(jpeg, share)), `${kind} zeros from ${share}`).toBe(tooShort)
    }
    for (const bytes of [kinds.get('baseline')!, asSamsung(kinds.get('baseline')!), kinds.get('progressive')!]) {
      const closed = Buffer.concat([bytes.subarray(0, bytes.length * 0.7), Uint8Array.of(0xff, 0xd9)])
      expect(await outcome(closed)).toMatch(/truncated or damaged \(VipsJpeg: (Corrupt JPEG data: )?premature end/)
    }
  })

  it('is told from a progressive one that lacks its last scans', async () => {
    const jpeg = kinds.get('progressive')!
    const markers = [...jpeg.keys()].filter((i) => jpeg[i] === 0xff && jpeg[i + 1] === 0xc4)
    expect(markers.length).toBeGreaterThan(3)
    for (const at of markers.slice(-3)) expect(await outcome(jpeg.subarray(0, at))).toBe(tooShort)
  })
})

describe('other formats', () => {
  it('a WebP that ends in zeros is refused, and one of a single colour is not', async () => {
    for (const options of [{}, { lossless: true }, { quality: 100 }]) {
      const webp = await drawn().webp(options).toBuffer()
      expect(await outcome(webp)).toBeInstanceOf(Uint8Array)
      for (const share of [0.3, 0.6, 0.9])
        expect(await outcome(zeroed(webp, share))).toBe('image: truncated or damaged (it ends in zeros)')
    }
    const flat = sharp({ create: { width: 3000, height: 2000, channels: 3, background: '#808080' } })
    expect(await outcome(await flat.webp().toBuffer())).toBeInstanceOf(Uint8Array)
  })

  it('a cut PNG, WebP, TIFF, GIF and AVIF are errors', async () => {
    const files = [drawn().png(), drawn().webp(), drawn().tiff(), drawn().gif(), drawn().avif({ effort: 0 })]
    for (const file of files) {
      const bytes = await file.toBuffer()
      for (const share of [0.3, 0.6, 0.9])
        expect(typeof (await outcome(bytes.subarray(0, bytes.length * share)))).toBe('string')
    }
  })

  it('a picture with a side that no photo has is refused before it takes memory', async () => {
    const row = { create: { width: 100_001, height: 1, channels: 3, background: '#369' } } as const
    const wide = await sharp(row).png().toBuffer()
    expect(await outcome(wide)).toBe('image: 100001 × 1 pixels, longer than 100000, which no photo is')
    expect(await outcome(await sharp(wide).rotate(90).png().toBuffer())).toContain('1 × 100001 pixels, longer than')
    const path = join(folder, 'wide.png')
    writeFileSync(path, wide)
    expect(await hasPhotoHeader(path)).toBe(false)
  })

  it('more pixels than the limit are refused with the number that would allow them', async () => {
    const png = await drawn().png().toBuffer()
    const error = await decodeImage(png, { limitPixels: 100 }).catch(messageOf)
    expect(error).toBe(
      'image: more than 100 pixels, which is the limit\nhint: it has 120 × 90: allow them with `limitPixels: 10800`',
    )
    expect((await decodeImage(png, { limitPixels: 10_800 })).width).toBe(width)
  })
})

it.each(['lzw', 'none', 'deflate'] as const)('a TIFF (%s) that was cut off is told as cut off', async (compression) => {
  const whole = await sharp({ create: { width: 60, height: 40, channels: 3, background: '#777' } })
    .tiff({ compression })
    .toBuffer()
  for (const length of [10, whole.length >> 1])
    await expect(decodeImage(whole.subarray(0, length), { name: 'a.tif' })).rejects.toThrow(
      'a.tif: truncated or damaged (it begins as TIFF, and what should follow is missing)',
    )
  await expect(decodeImage(Buffer.from('neither of them'), { name: 'a.tif' })).rejects.toThrow('a.tif: not an image')
})
