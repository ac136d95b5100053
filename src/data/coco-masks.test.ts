import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { geometry } from '../images/index.ts'
import { openDataset } from './open.ts'
import { openPixelStore } from './pixels.ts'

let photo: Uint8Array
let turned: Uint8Array

beforeAll(async () => {
  const plain = sharp({ create: { width: 8, height: 4, channels: 3, background: '#c8c8c8' } })
  photo = await plain.clone().png().toBuffer()
  turned = await plain.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer()
})

function written(annotations: readonly object[], image: object = {}, file = 'a.png') {
  const images = [{ id: 1, file_name: file, width: 8, height: 4, ...image }]
  const coco = { images, annotations: annotations.map((entry) => ({ image_id: 1, name: 'Ana', ...entry })) }
  return join(folderWith({ 'a.png': photo, 'c.jpg': turned, 'coco.json': JSON.stringify(coco) }), 'coco.json')
}

/** Where each photo's pixels are not black, its box cut out and scaled to `widthPx` × `heightPx`. */
async function drawings(path: string, widthPx: number, heightPx: number): Promise<string[][]> {
  const manifest = openDataset(path)
  const black = geometry({ widthPx, heightPx, alpha: 'black' })
  const { data } = (await openPixelStore(manifest, black, { cacheDir: folderWith({}) })).batch(
    manifest.photos.map((_, i) => i),
  )
  const marks = Array.from({ length: data.length / 3 }, (_, i) => (data[i * 3]! > 100 ? '#' : '.')).join('')
  const rows = marks.match(new RegExp(`.{${widthPx}}`, 'g')) ?? []
  return manifest.photos.map((_, i) => rows.slice(i * heightPx, (i + 1) * heightPx))
}

const whole = [0, 0, 8, 4]
const square = [2, 1, 4, 1, 4, 3, 2, 3]
const middle = ['........', '..##....', '..##....', '........']

describe("COCO's segmentations", () => {
  it.each<[string, unknown]>([
    ['polygons', [square]],
    ['one polygon without its list', square],
    ['several parts', [[2, 1, 3, 1, 3, 3, 2, 3], [], [3, 1, 4, 1, 4, 3, 3, 3]]],
    ['runs', { size: [4, 8], counts: [9, 2, 2, 2, 17] }],
    ['runs as text', { size: [4, 8], counts: '9220?' }],
    ['runs of a picture of half the size', { size: [2, 4], counts: [2, 1, 5] }],
  ])('as %s are masks', async (kind, segmentation) => {
    const path = written([{ bbox: whole, segmentation }])
    const half = ['..##....', '..##....', '........', '........']
    expect(await drawings(path, 8, 4)).toEqual([kind.includes('half') ? half : middle])
    expect(openDataset(path).notes).toContain(
      '1 mask by their segmentation; masks are used where image.alpha is black, mean, crop or crop-black',
    )
  })

  it('tell two animals of one box apart, and stand beside boxes', async () => {
    const path = written([
      { bbox: whole, segmentation: [[0, 0, 4, 0, 4, 4, 0, 4]] },
      { bbox: [2, 0, 4, 4], segmentation: [[0, 0, 4, 0, 4, 4, 0, 4]], name: 'Bo' },
      { bbox: whole, segmentation: [], name: 'Cy' },
    ])
    const rows = (row: string) => [row, row, row, row]
    expect(await drawings(path, 8, 4)).toEqual([rows('####....'), rows('####....'), rows('########')])
    expect(openDataset(path).notes).toContainEqual(
      expect.stringContaining('2 masks by their segmentation; 1 annotations have none;'),
    )
  })

  it('give a box where there is none', () => {
    const boxOf = (segmentation: unknown, image = {}) =>
      openDataset(written([{ segmentation }, { segmentation, name: 'Bo', bbox: [] }].slice(0, 1), image)).photos[0]!.box
    expect(boxOf([square])).toEqual({ x: 2, y: 1, width: 2, height: 2 })
    expect(boxOf({ size: [4, 8], counts: [9, 2, 2, 2, 17] })).toEqual({ x: 2, y: 1, width: 2, height: 2 })
    expect(boxOf({ size: [4, 8], counts: [7, 6, 19] })).toEqual({ x: 1, y: 0, width: 3, height: 4 })
    expect(boxOf({ size: [2, 4], counts: [2, 1, 5] })).toEqual({ x: 2, y: 0, width: 2, height: 2 })
    expect(boxOf([square], { width: undefined })).toEqual({ x: 2, y: 1, width: 2, height: 2 })
  })

  it('that were drawn before EXIF turned the photo are turned with it', async () => {
    const path = written([{ bbox: [0, 0, 4, 2], segmentation: [[0, 0, 4, 0, 4, 2, 0, 2]] }], {}, 'c.jpg')
    expect(openDataset(path).photos[0]).toMatchObject({ box: { x: 2, y: 0, width: 2, height: 4 } })
    const loose = written([{ bbox: whole, segmentation: [[0, 0, 4, 0, 4, 2, 0, 2]] }], {}, 'c.jpg')
    const upright = ['..##', '..##', '..##', '..##', '....', '....', '....', '....']
    expect(await drawings(loose, 4, 8)).toEqual([upright])
  })

  it.each<[unknown, string]>([
    [[[1, 2, 3]], 'expected polygons as lists of x and y in turn, three points or more'],
    [[['a', 'b', 'c', 'd', 'e', 'f']], 'expected polygons as lists of x and y in turn'],
    [[[0, 0, 0.5, 0, 0.5, 1]], "expected pixels, got fractions: multiply them by the image's width and height"],
    ['cat', `expected polygons, or runs with size ([height, width]) and counts, got "cat"`],
    [{ size: [4, 8], counts: [9, 2] }, 'its counts are 11 pixels, expected 8 × 4 as its size says'],
    [{ size: [4, 8], counts: 'é' }, "its counts are neither lengths nor COCO's text of them"],
    [{ size: [4, 8], counts: [33, -1] }, "its counts are neither lengths nor COCO's text of them"],
    [{ size: [1e7, 1e7], counts: [1e14] }, 'no pixel is in it'],
    [{ size: [4, 8], counts: [32] }, 'no pixel is in it'],
    [[[3, 1, 3, 2, 3, 3]], 'no pixel is in it'],
  ])('that are none are told with their photo: %j', (segmentation, words) => {
    expect(() => openDataset(written([{ bbox: whole, segmentation }]))).toThrow(`a.png: segmentation: ${words}`)
  })

  it('of a picture of other proportions are refused', async () => {
    const path = written([{ bbox: whole, segmentation: { size: [8, 8], counts: [0, 64] } }])
    await expect(drawings(path, 8, 4)).rejects.toThrow('coco.json: a mask of 8×8 does not fit a photo of 8×4')
  })
})
