import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { InputError } from '../base/index.ts'
import { decodeSafetensors } from '../tensor/index.ts'
import { decodeImage, hasPhotoHeader, type ImageRGBA, unloaded } from './decode.ts'
import { encodePng } from './encode.ts'
import { readPhotoFile } from './photo-file.ts'
import { thumbnail } from './thumbnail.ts'

const golden = new URL('../../test/golden/resize.safetensors', import.meta.url)
const { tensors } = decodeSafetensors(readFileSync(golden), 'resize.safetensors')
const jpeg = tensors.get('jpeg0/file')!.data as Uint8Array

/** A JPEG with an EXIF block that says how the camera was held. */
function heldAs(orientation: number): Uint8Array {
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]
  const block = [...Buffer.from('Exif\0\0'), ...tiff]
  return Uint8Array.from([...jpeg.subarray(0, 2), 0xff, 0xe1, 0, block.length + 2, ...block, ...jpeg.subarray(2)])
}

/** Eight grey pixels from black to white, as floats or 16-bit integers. */
function greyTiff(space: 'scrgb' | 'grey16'): Promise<Uint8Array> {
  const grey = Uint8Array.from({ length: 8 }, (_, x) => 36 * x)
  const image = sharp(grey, { raw: { width: 8, height: 1, channels: 1 } })
  return image.toColourspace(space).tiff({ compression: 'none' }).toBuffer()
}

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4"/></svg>'

const pixel = ({ data, width }: ImageRGBA, x: number, y: number) => [...data.subarray((y * width + x) * 4).slice(0, 4)]

const failure = (source: string | Uint8Array, limitPixels?: number) =>
  decodeImage(source, limitPixels === undefined ? {} : { limitPixels }).then(
    () => 'decoded',
    (error: unknown) => (error instanceof InputError ? error.message.split('\n')[0] : `a bug: ${error}`),
  )

describe('decodeImage', () => {
  it('gives back what encodePng wrote, colours under transparent pixels included', async () => {
    const image = { width: 2, height: 2, data: Uint8Array.of(1, 2, 3, 0, 4, 5, 6, 7, 250, 8, 9, 255, 10, 11, 12, 128) }
    const decoded = await decodeImage(await encodePng(image))
    expect([...decoded.data]).toEqual([...image.data])
    expect(decoded).toMatchObject({ width: 2, height: 2 })
  })

  it('turns a photo upright: orientation 6 puts the top left corner to the top right', async () => {
    const [lying, upright] = [await decodeImage(jpeg), await decodeImage(heldAs(6))]
    expect([upright.width, upright.height]).toEqual([lying.height, lying.width])
    expect(pixel(upright, upright.width - 1, 0)).toEqual(pixel(lying, 0, 0))
    expect(pixel(upright, 0, 3)).toEqual(pixel(lying, 3, lying.height - 1))
  })

  it('scales 16-bit grey to 8-bit RGB', async () => {
    // Pillow's PNG of the uint16 [[0, 30000], [40000, 65535]]
    const png = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACEAAAAAAHTY67AAAAEklEQVR4nGNgYCg1YJjj8P8/AAqKA4DMIFRWAAAAAElFTkSuQmCC'
    const { data } = await decodeImage(Buffer.from(png, 'base64'))
    expect([...data]).toEqual([0, 0, 0, 255, 117, 117, 117, 255, 156, 156, 156, 255, 255, 255, 255, 255])
    expect(pixel(await decodeImage(await greyTiff('grey16')), 7, 0)).toEqual([252, 252, 252, 255])
  })

  it('names the file that cannot be used, and why', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rosette-'))
    const write = (name: string, bytes: Uint8Array) => {
      writeFileSync(join(folder, name), bytes)
      return join(folder, name)
    }
    const png = await encodePng({ width: 20, height: 20, data: Uint8Array.from({ length: 1600 }, (_, i) => i * 37) })
    const cases: readonly [path: string, what: string][] = [
      [join(folder, 'absent.jpg'), 'no such file'],
      [folder, 'a folder, not a file'],
      ['/dev/null', 'not a file'],
      [write('empty.jpg', new Uint8Array()), 'the file is empty (0 bytes)'],
      [write('drawing.png', Buffer.from(svg)), 'svg, which is not read as a photo'],
      [write('note.jpg', Buffer.from('not a photo')), 'not an image, or of a format that cannot be read'],
      [
        write('half.jpg', jpeg.subarray(0, jpeg.length / 2)),
        'truncated or damaged (VipsJpeg: premature end of JPEG image)',
      ],
      [write('most.jpg', jpeg.subarray(0, -40)), 'truncated or damaged (VipsJpeg: premature end of JPEG image)'],
      [
        write('float.tif', await greyTiff('scrgb')),
        "its pixels are numbers of the kind 'float', and the file does not say which of them is white",
      ],
      [write('half.png', png.subarray(0, png.length / 2)), 'truncated or damaged (vipspng: libpng read error)'],
    ]
    for (const [path, what] of cases) {
      expect(await failure(path)).toBe(`${path}: ${what}`)
      // damage behind the header is seen by decoding alone
      expect(await hasPhotoHeader(path), path).toBe(what.startsWith('truncated'))
    }
    const whole = write('whole.jpg', jpeg)
    expect([await hasPhotoHeader(whole), await hasPhotoHeader(whole, 32 * 24 - 1)]).toEqual([true, false])
  })

  it('refuses more pixels than the limit, and takes as many', async () => {
    expect(await failure(jpeg, 32 * 24 - 1)).toBe('image: more than 767 pixels, which is the limit')
    expect(await failure(jpeg, 32 * 24)).toBe('decoded')
  })

  it('reads a file as it is', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'rosette-')), 'a.jpg')
    writeFileSync(path, jpeg)
    expect(Buffer.compare(await readPhotoFile(path), jpeg)).toBe(0)
  })
})

describe('thumbnail', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rosette-thumbnail-'))
  const path = join(folder, 'wide.jpg')
  beforeAll(async () => {
    // Left half red, right half blue; stored on its side, with a place and a camera.
    const pixels = Buffer.from(
      Array.from({ length: 20 * 40 * 3 }, (_, i) => (i % 3 === (Math.floor(i / 60) < 20 ? 0 : 2) ? 255 : 0)),
    )
    const exif = { IFD0: { Make: 'SecretCam' }, IFD3: { GPSLatitude: '19/1 30/1 0/1' } }
    const photo = sharp(pixels, { raw: { width: 20, height: 40, channels: 3 } })
    await photo.withExif(exif).withMetadata({ orientation: 8 }).jpeg({ quality: 95 }).toFile(path)
  })

  it('is small and upright, and holds nothing of the EXIF', async () => {
    expect(readFileSync(path).includes('SecretCam')).toBe(true)
    for (const format of ['webp', 'jpeg'] as const) {
      const { width, height, bytes, mediaType } = await thumbnail(path, { longSidePx: 20, format })
      expect([width, height, mediaType]).toEqual([20, 10, `image/${format}`])
      expect(Buffer.from(bytes).includes('SecretCam')).toBe(false)
      expect((await sharp(bytes).metadata()).exif).toBeUndefined()
      const { data } = await decodeImage(bytes)
      expect([data[4 * 100 + 4 * 2]! > 200, data[4 * 100 + 4 * 17 + 2]! > 200]).toEqual([true, true])
      expect(Buffer.from((await thumbnail(path, { longSidePx: 20, format })).bytes).equals(Buffer.from(bytes))).toBe(
        true,
      )
    }
  })

  it('shows the box of the upright photo', async () => {
    const { width, height, bytes } = await thumbnail(path, { box: { x: 30.5, y: 0, width: 50, height: 9.5 } })
    expect([width, height]).toEqual([10, 10])
    const { data } = await decodeImage(bytes)
    expect(data[4 * 55]).toBeLessThan(60)
    expect(data[4 * 55 + 2]).toBeGreaterThan(200)
  })

  it('names the photo that it cannot show', async () => {
    const broken = join(folder, 'broken.jpg')
    writeFileSync(broken, 'no photo')
    await expect(thumbnail(broken)).rejects.toThrow(`${broken}: not an image`)
    await expect(thumbnail(path, { longSidePx: 2 })).rejects.toThrow('8 whole pixels or more, got 2')
  })
})

it('an iPhone’s HEIC and an archive are called what they are, with the way out', async () => {
  const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic'), Buffer.alloc(400)])
  await expect(decodeImage(heic, { name: 'IMG_9.HEIC' })).rejects.toThrow(
    /IMG_9\.HEIC: a HEIC photo, which cannot be read\nhint: save it as JPEG first/,
  )
  const specification = ['https:', '', 'git-lfs.github.com', 'spec', 'v1'].join('/')
  const pointer = Buffer.from(`version ${specification}\noid sha256:abc\nsize 12345\n`)
  await expect(decodeImage(pointer, { name: 'a.jpg' })).rejects.toThrow(
    'a.jpg: a note of Git LFS in the place of the photo\nhint: in the folder that git cloned, `git lfs pull`',
  )
  const page = Buffer.from('<!DOCTYPE html><html><title>404</title>')
  await expect(decodeImage(page, { name: 'a.jpg' })).rejects.toThrow('a.jpg: a web page, not a photo')
  const zip = Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), Buffer.alloc(400)])
  await expect(decodeImage(zip, { name: 'photos.jpg' })).rejects.toThrow(/photos\.jpg: an archive, not a photo/)
})

it('a damaged AVIF is told in a line', async () => {
  const noise = Buffer.from(Array.from({ length: 200 * 200 * 3 }, (_, i) => ((i * 2654435761) >>> 13) & 255))
  const avif = await sharp(noise, { raw: { width: 200, height: 200, channels: 3 } })
    .avif({ effort: 0 })
    .toBuffer()
  const error = await decodeImage(avif.subarray(0, avif.length >> 1), { name: 'a.avif' }).catch(String)
  expect(error).toMatch(/a\.avif: truncated or damaged \(heif: .+\)/)
  expect(error).not.toContain('bad seek')
})

it('a decoder without a library for this system is told, with what installs it', () => {
  const error = unloaded(
    new Error('Could not load the "sharp" module using the linux-x64 runtime\nPossible solutions:\n- …'),
  )
  expect(String(error)).toBe(
    `InputError: the decoder of photos, sharp, does not load on this system, ${process.platform} ${process.arch}: ` +
      'Could not load the "sharp" module using the linux-x64 runtime\n' +
      'hint: `npm ci` installs its library for this system, unless npm is told to leave out optional packages; node_modules of another system cannot be copied',
  )
})
