import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { decodeImage } from './decode.ts'
import { decodedBytes } from './size.ts'

const flat = (sizePx: number) => sharp({ create: { width: sizePx, height: sizePx, channels: 3, background: '#777' } })

/** An AVIF's bytes with another size in its header than its picture has. */
function stating(avif: Buffer, width: number, height: number): Buffer {
  const changed = Buffer.from(avif)
  const at = changed.indexOf('ispe') // name, version and flags, width, height
  changed.writeUInt32BE(width, at + 8)
  changed.writeUInt32BE(height, at + 12)
  return changed
}

/** A JPEG's bytes with another size in its frame. */
function framed(jpeg: Buffer, width: number, height: number): Buffer {
  const changed = Buffer.from(jpeg)
  const at = changed.indexOf(Buffer.from([0xff, 0xc0])) // marker, length, precision, height, width
  changed.writeUInt16BE(height, at + 5)
  changed.writeUInt16BE(width, at + 7)
  return changed
}

/** A grey progressive JPEG whose coefficients come one by one, a bit at a time: 882 scans, each valid. */
async function inManyScans(sizePx: number): Promise<Buffer> {
  const jpeg = await flat(sizePx).toColourspace('b-w').jpeg({ progressive: true }).toBuffer()
  const segments = segmentsOf(jpeg)
  const isScan = ({ code }: Segment) => code === 0xda
  const first = segments.findIndex(isScan)
  const next = segments.findIndex((segment, i) => i > first && isScan(segment))
  const scan = (coefficient: number, before: number, bit: number) => {
    const bytes = Buffer.from(segments[next]!.bytes)
    bytes.set([coefficient, coefficient, before * 16 + bit], 7)
    return bytes
  }
  const coefficients = Array.from({ length: 63 }, (_, i) => i + 1)
  const scans = coefficients.flatMap((k) => [
    scan(k, 0, 13),
    ...Array.from({ length: 13 }, (_, i) => scan(k, 13 - i, 12 - i)),
  ])
  const table = segments[next - 1]!.bytes
  const head = segments.slice(0, first + 1).map(({ bytes }) => bytes)
  return Buffer.concat([jpeg.subarray(0, 2), ...head, table, ...scans, Buffer.from([0xff, 0xd9])])
}

interface Segment {
  readonly code: number
  readonly bytes: Buffer
}

/** From marker to marker; of a scan with its data. */
function segmentsOf(jpeg: Buffer): Segment[] {
  const segments: Segment[] = []
  for (let at = 2; jpeg[at + 1] !== 0xd9; ) {
    const code = jpeg[at + 1]!
    let end = at + 2 + jpeg.readUInt16BE(at + 2)
    if (code === 0xda) while (!(jpeg[end] === 0xff && jpeg[end + 1] !== 0)) end++
    segments.push({ code, bytes: jpeg.subarray(at, end) })
    at = end
  }
  return segments
}

describe('a small file that states a huge picture is refused', () => {
  test('AVIF: past the limit, longer than any photo, and another size than its picture has', async () => {
    const avif = await flat(64).avif({ effort: 0 }).toBuffer()
    expect(await decodeImage(avif)).toMatchObject({ width: 64, height: 64 })
    await expect(decodeImage(stating(avif, 65_535, 65_535))).rejects.toThrow('more than 100000000 pixels')
    await expect(decodeImage(stating(avif, 2 ** 32 - 1, 2 ** 32 - 1))).rejects.toThrow('truncated or damaged')
    await expect(decodeImage(stating(avif, 10_000, 10_000))).rejects.toThrow('truncated or damaged')
    const larger = await flat(600).avif({ effort: 0 }).toBuffer()
    await expect(decodeImage(stating(larger, 64, 64))).rejects.toThrow('truncated or damaged')
  })

  test('JPEG: more than a JPEG can have, past the limit, and without the data', async () => {
    const jpeg = await flat(64).jpeg().toBuffer()
    await expect(decodeImage(framed(jpeg, 65_535, 65_535))).rejects.toThrow('truncated or damaged')
    await expect(decodeImage(framed(jpeg, 65_000, 65_000))).rejects.toThrow('more than 100000000 pixels')
    await expect(decodeImage(framed(jpeg, 1_500, 8_000))).rejects.toThrow('truncated or damaged')
  })

  test('JPEG in so many scans that each pixel is gone over a thousand times', async () => {
    const bomb = await inManyScans(64)
    expect(await sharp(bomb, { failOn: 'warning' }).raw().toBuffer()).toHaveLength(3 * 64 * 64) // the decoder has no limit
    await expect(decodeImage(bomb)).rejects.toThrow('a JPEG in 883 scans, more than 100, which no photo has')
    const usual = await flat(64).jpeg({ progressive: true }).toBuffer()
    expect(await decodeImage(usual)).toMatchObject({ width: 64, height: 64 })
  })
})

test('what decoding takes is told by the kind of file: a progressive JPEG and AVIF take more', async () => {
  const pixels = 64 * 48
  const image = () => flat(64).resize(64, 48)
  expect(decodedBytes(await image().jpeg().toBuffer())).toBe(8 * pixels)
  expect(decodedBytes(await image().png().toBuffer())).toBe(8 * pixels)
  expect(
    decodedBytes(
      await image()
        .jpeg({ progressive: true })
        .withExif({ IFD0: { Make: 'x' } })
        .toBuffer(),
    ),
  ).toBe(11 * pixels)
  expect(decodedBytes(await image().avif({ effort: 0 }).toBuffer())).toBe(25 * pixels)
})
