import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { type OpenOptions, openDataset } from './open.ts'

let jpeg: Uint8Array
let turned: Uint8Array

beforeAll(async () => {
  const plain = sharp({ create: { width: 400, height: 200, channels: 3, background: '#777' } })
  jpeg = await plain.clone().jpeg().toBuffer()
  turned = await plain.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer()
})

function open(json: unknown, options: OpenOptions = {}) {
  const photos = { 'a.jpg': jpeg, 'sub/b.jpg': jpeg, 'c.jpg': turned }
  const text = typeof json === 'string' ? json : JSON.stringify(json)
  return openDataset(join(folderWith({ ...photos, 'coco.json': text }), 'coco.json'), options)
}

const images = [
  { id: 7, file_name: 'a.jpg', width: 400, height: 200, date_captured: '2024-05-01 06:00:00' },
  { id: 3, file_name: 'sub/b.jpg', width: 400, height: 200 },
]
const categories = [
  { id: 1, name: 'jaguar' },
  { id: 2, name: 'puma' },
]
const coco = (annotations: readonly unknown[], more = {}) => ({ images, annotations, categories, ...more })

describe('annotations of COCO', () => {
  it('say on which side of a split they are, under a key with nothing else in it', () => {
    const annotations = ['train', 'val'].map((split, i) => ({ image_id: [7, 3][i], name: 'Ana', split, set: 'north' }))
    const { photos, reading } = open(coco(annotations))
    expect(photos.map(({ split }) => split)).toEqual(['train', 'validation'])
    expect(reading).toMatchObject({ columns: { split: 'split' }, left: ['set'] })
    const ofImages = { images: images.map((image, i) => ({ ...image, split: i === 0 ? 'train' : undefined })) }
    const halves = open(coco([{ image_id: 7, name: 'Ana' }], ofImages)).photos
    expect(halves.map(({ split }) => split)).toEqual(['train', 'none'])
    expect(open(coco(annotations), { columns: { split: '-' } }).photos[0]).not.toHaveProperty('split')
  })

  it('have a box and an individual each, joined by image ids, and images without one are of nobody known', () => {
    const { kind, photos, notes } = open(
      coco([
        { id: 1, image_id: 7, category_id: 1, bbox: [40, 20, 100, 80], name: 'Ana', viewpoint: 'left' },
        { id: 2, image_id: 7, category_id: 2, bbox: [200, 20, 100, 80], attributes: { individual_id: 12 } },
      ]),
    )
    expect(kind).toBe('coco')
    expect(photos.map((p) => [p.filename, p.identity, p.flank, p.timestamp, p.box?.x, p.extra])).toEqual([
      ['a.jpg', 'Ana', 'left', '2024-05-01 06:00:00', 40, { category: 'jaguar' }],
      ['a.jpg', '12', undefined, '2024-05-01 06:00:00', 200, { category: 'puma' }],
      ['sub/b.jpg', undefined, undefined, undefined, undefined, {}],
    ])
    expect(notes).toEqual(['annotations of COCO: 2 on 2 images', '2 boxes: bbox read as x, y, width, height in pixels'])
  })

  it('may have individuals as lists, as categories, or under a key that is named', () => {
    const entry = { image_id: 7, category_id: 1, bbox: [1, 2, 30, 40] }
    const identity = (more: object, columns?: Record<string, string>) =>
      open(coco([{ ...entry, ...more }]), { columns }).photos[0]!.identity
    expect(identity({ individual_ids: ['Bo'] })).toBe('Bo')
    expect(identity({}, { identity: 'category' })).toBe('jaguar')
    expect(identity({ whom: 'Cy', name: 'x' }, { identity: 'whom' })).toBe('Cy')
    expect(() => open(coco([entry]), { requireIdentity: true })).toThrow(
      /no key of its annotations has them; their keys are image_id, category_id, bbox\nhint: .* are the categories \(jaguar, puma\) individuals\? `columns: \{"identity":"category"\}`/,
    )
    expect(() => open(coco([entry]), { columns: { bbox: 'x' } })).toThrow("no field 'bbox' in COCO's annotations")
  })

  it('say which keys were taken, and take the name of an individual before the list of its annotations', () => {
    const wbia = (id: number, name: string) => ({
      id,
      image_id: 7,
      bbox: [1, 2, 30 + id, 40],
      theta: 0,
      name,
      individual_ids: [id],
    })
    const { photos, summary } = open(coco([wbia(1, 'Ana'), wbia(2, 'Ana')]))
    expect(photos.map(({ identity }) => identity)).toEqual(['Ana', 'Ana', undefined])
    expect(summary).toBe(
      'coco.json: keys identity=name or individual_ids, timestamp=date_captured; 3 photos: 2 of 1 individual, 1 of nobody known; keys not used: theta',
    )
  })

  it('that were drawn on the stored photo are turned with it', () => {
    const image = { id: 7, file_name: 'c.jpg', width: 400, height: 200 }
    const { photos, notes } = open({ images: [image], annotations: [{ image_id: 7, bbox: [20, 20, 80, 100] }] })
    expect(photos[0]!.box).toEqual({ x: 80, y: 20, width: 100, height: 80 })
    expect(notes!.at(-1)).toContain("drawn before EXIF's orientation turned the photo")
  })

  it('are refused where they are none, lead outside, or name an image that is not there', () => {
    expect(() => open(coco([{ image_id: 99, bbox: [1, 2, 3, 4] }]))).toThrow(
      '1 annotation names an image_id that no image has',
    )
    const outside = { images: [{ id: 1, file_name: '../x.jpg' }], annotations: [] }
    expect(() => open(outside)).toThrow("image 1 '../x.jpg': leads outside of the folder of photos")
    expect(() => open({ images: [{ id: 1 }], annotations: [] })).toThrow(
      "not COCO's annotations: images[0].file_name: missing",
    )
    const detector = { images: [{ file: 'a.jpg', detections: [] }], detection_categories: {} }
    expect(() => open(detector)).toThrow(
      'a file of detections\nhint: name the photos in its place, and this file with `detections`',
    )
    expect(() => open('[1]')).toThrow(
      "expected COCO's annotations, a detector's file (with `detections`) or datapackage.json",
    )
  })
})
