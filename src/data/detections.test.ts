import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { type OpenOptions, openDataset } from './open.ts'
import { openQueries } from './queries.ts'

let photo: Uint8Array

beforeAll(async () => {
  photo = await sharp({ create: { width: 400, height: 200, channels: 3, background: '#777' } })
    .jpeg()
    .toBuffer()
})

const animal = (conf: number, x = 0.1) => ({ category: '1', conf, bbox: [x, 0.2, 0.25, 0.5] })
const detectionCategories = { '1': 'animal', '2': 'person', '3': 'vehicle' }

/** The files of a detector beside the photos of a folder; what the dataset makes of both. */
function open(names: readonly string[], json: unknown, options: OpenOptions = {}) {
  const files = Object.fromEntries(names.map((name) => [name, photo]))
  const folder = folderWith({ ...Object.fromEntries(Object.entries(files).map(([n, b]) => [`p/${n}`, b])) })
  const detections = join(folderWith({ 'md.json': JSON.stringify(json) }), 'md.json')
  const manifest = openDataset(join(folder, 'p'), { detections, ...options })
  const { photos, notes = [], warnings } = manifest
  const at = (text: string) => text.replaceAll(detections, 'md.json').replaceAll(folder, '')
  return {
    boxes: photos.map(({ filename, box }) => [
      filename,
      box === undefined ? undefined : [box.x, box.y, box.width, box.height],
    ]),
    photos,
    summary: manifest.summary,
    notes: notes.map(at),
    warnings: warnings.map(at),
  }
}

const md = (images: readonly unknown[], more = {}) => ({
  images,
  detection_categories: detectionCategories,
  info: { detector: 'md_v5a.0.0.pt' },
  ...more,
})

describe('MegaDetector’s file', () => {
  it('may have hundreds of thousands of unsure animals', () => {
    const detections = Array.from({ length: 200_000 }, () => animal(0.01))
    const { boxes, warnings } = open(['a.jpg'], md([{ file: 'a.jpg', detections }]))
    expect(boxes).toEqual([['a.jpg', undefined]])
    expect(warnings.join()).toContain('the surest 0.01: all photos stay whole')
  })

  it('of bare names fits no photo where several have one', () => {
    const images = [{ file: '1.jpg', detections: [animal(0.9)] }]
    expect(() => open(['Ana/1.jpg', 'Bo/1.jpg'], md(images))).toThrow(
      /Bo\/1\.jpg: several files of .*md\.json could be this photo, or one of them several photos\nhint: run the detector on the folder/,
    )
    expect(open(['Ana/1.jpg', 'Bo/2.jpg'], md(images)).boxes[0]).toEqual(['Ana/1.jpg', [40, 40, 100, 100]])
  })

  it('without an animal that is sure enough is a warning, and percents are refused', () => {
    const one = (...detections: readonly unknown[]) => open(['a.jpg'], md([{ file: 'a.jpg', detections }]))
    expect(one(animal(0.1)).warnings[0]).toBe(
      'no animal is as sure as 0.2, the surest 0.1: all photos stay whole, unless `confidence` is lower',
    )
    expect(one().warnings[0]).toBe('the detector found no animal on these photos: all stay whole')
    expect(one(animal(0.9)).warnings).toEqual([])
    expect(() => one(animal(90))).toThrow(/images\[0\]\.detections\[0\]\.conf/)
  })

  it('finds several animals on a photo of nobody, all of which are counted', () => {
    const images = [{ file: 'Unknown/b.jpg', detections: [animal(0.5, 0.5), animal(0.9)] }]
    const { summary } = open(['Ana/a.jpg', 'Unknown/b.jpg'], md(images))
    expect(summary).toContain("3 photos: 1 of 1 individual, 2 of nobody known ('Unknown')")
  })

  it('gives an annotation for each animal, of the confidence that was asked for', () => {
    const images = [
      {
        file: 'a.jpg',
        max_detection_conf: 0.9,
        detections: [animal(0.5, 0.5), animal(0.9), animal(0.9), animal(0.15, 0.2)],
      },
      { file: 'b.jpg', detections: [animal(0.19), { category: '2', conf: 0.8, bbox: [0, 0, 0.1, 0.1] }] },
      { file: 'c.jpg', detections: null, failure: 'Failure image access' },
      { file: 'gone.jpg', detections: [animal(0.9)] },
    ]
    const { boxes, photos, notes, warnings } = open(['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'], md(images))
    expect(boxes).toEqual([
      ['a.jpg', [40, 40, 100, 100]],
      ['a.jpg', [200, 40, 100, 100]],
      ['b.jpg', undefined],
      ['c.jpg', undefined],
      ['d.jpg', undefined],
    ])
    expect(photos[0]!.extra).toEqual({ detection_confidence: '0.9' })
    expect(notes).toEqual([
      'md.json: 2 animals in 1 photo, confidence 0.2 or more; 2 photos without an animal stay whole; 1 photo is not in it and stays whole; 1 of its files is not among the photos; 1 person or vehicle left out',
    ])
    expect(warnings).toEqual(['the detector could not read 1 photo: c.jpg'])
    expect(open(['a.jpg'], md(images.slice(0, 1)), { confidence: 0.1 }).boxes).toHaveLength(3)
    expect(open(['a.jpg'], md(images.slice(0, 1)), { confidence: 0.95 }).boxes).toEqual([['a.jpg', undefined]])
    expect(() => open(['a.jpg'], md(images), { confidence: 20 })).toThrow('confidence: expected 0 to 1, got 20')
  })

  it('keeps the surest animal of a photo whose individual is known', () => {
    const both = { file: 'Ana/1.jpg', detections: [animal(0.5, 0.5), animal(0.9)] }
    const { boxes, warnings } = open(
      ['Ana/1.jpg', 'Ana/2.jpg'],
      md([both, { file: 'Ana/2.jpg', detections: [animal(0.3)] }]),
    )
    expect(boxes).toEqual([
      ['Ana/1.jpg', [40, 40, 100, 100]],
      ['Ana/2.jpg', [40, 40, 100, 100]],
    ])
    expect(warnings).toEqual(['1 photo of one individual has several animals, the surest is taken: Ana/1.jpg'])
    const unknown = { file: 'Unknown/1.jpg', detections: [animal(0.5, 0.5), animal(0.9)] }
    expect(
      open(['Unknown/1.jpg', 'Ana/1.jpg'], md([unknown])).boxes.filter(([name]) => name === 'Unknown/1.jpg'),
    ).toHaveLength(2)
  })

  it('names files from a folder above or below, with other slashes, or on another machine', () => {
    const names = ['Ana/1.jpg', 'Ana/2.jpg', 'Bo/1.jpg', 'Bo/2.jpg']
    for (const [prefix, slash] of [
      ['p/', '/'],
      ['C:\\traps\\', '\\'],
      ['/data/x/', '/'],
      ['./', '/'],
    ] as const) {
      const images = names.map((name, i) => ({
        file: prefix + name.replace('/', slash),
        detections: [animal(0.9, i / 10)],
      }))
      expect(
        open(names, md(images)).boxes.map(([, box]) => box![0]),
        prefix,
      ).toEqual([0, 40, 80, 120])
    }
    const bare = [{ file: '1.jpg', detections: [animal(0.9)] }]
    expect(open(['Ana/1.jpg'], md(bare)).boxes).toEqual([['Ana/1.jpg', [40, 40, 100, 100]]])
    expect(() => open(['Ana/1.jpg'], md([{ file: 'Cy/1.jpg', detections: [] }]))).toThrow(
      /md\.json: none of its 1 file is a photo of .*\nhint: it names 'Cy\/1\.jpg', the first photo is 'Ana\/1\.jpg'/,
    )
    const twice = ['x', 'y'].map((folder) => ({ file: `${folder}/Ana/1.jpg`, detections: [animal(0.9)] }))
    expect(() => open(['Ana/1.jpg'], md(twice))).toThrow(/Ana\/1\.jpg: several files of .*md\.json could be this photo/)
  })
})

it('SpeciesNet’s file has predictions, and labels for categories', () => {
  const detections = [
    { category: '2', label: 'human', conf: 0.9, bbox: [0, 0, 0.5, 0.5] },
    { category: '1', label: 'animal', conf: 0.8, bbox: [0.1, 0.2, 0.25, 0.5] },
  ]
  const predictions = [
    {
      filepath: '/x/p/a.jpg',
      detections,
      classifications: { classes: [], scores: [] },
      prediction: 'cat',
      model_version: '4',
    },
    { filepath: '/x/p/b.jpg', failures: ['DETECTOR', 'CLASSIFIER'] },
  ]
  const { boxes, warnings } = open(['a.jpg', 'b.jpg'], { predictions })
  expect(boxes).toEqual([
    ['a.jpg', [40, 40, 100, 100]],
    ['b.jpg', undefined],
  ])
  expect(warnings).toEqual(['the detector could not read 1 photo: b.jpg'])
})

it('a box of a table is kept, and photos asked about have their detections', () => {
  const detections = join(
    folderWith({ 'md.json': JSON.stringify(md([{ file: 'a.jpg', detections: [animal(0.9)] }])) }),
    'md.json',
  )
  const folder = folderWith({ 'a.jpg': photo, 't.csv': 'file,x,y,width,height\na.jpg,1,2,30,40\n' })
  const kept = openDataset(join(folder, 't.csv'), { detections })
  expect(kept.photos.map(({ box }) => box)).toEqual([{ x: 1, y: 2, width: 30, height: 40 }])
  expect(kept.notes!.at(-1)).toContain(
    '0 animals in 0 photos, confidence 0.2 or more; 1 photo keeps the box that it has',
  )
  expect(openQueries([join(folder, 'a.jpg')], { detections }).photos[0]!.box).toEqual({
    x: 40,
    y: 40,
    width: 100,
    height: 100,
  })
})

it.each([
  [
    '{"images":[{"file":"a.jpg","detections":[{"conf":1,"bbox":[0,0,1]}]}]}',
    "not a detector's file: images[0].detections[0].bbox",
  ],
  ['{"predictions":[{"filepath":3}]}', "not a detector's file: predictions[0].filepath: expected string"],
  ['{"annotations":[]}', "not a detector's file: no list of images and none of predictions"],
  ['[]', "not a detector's file: no list of images"],
  ['{"images":[],"annotations":[]}', "annotations of COCO, expected a detector's file"],
  ['{"images":[{"detections":[]}]}', 'entry 1 names no file'],
  ['{', 'not JSON'],
])('%s is refused', (text, message) => {
  const folder = folderWith({ 'a.jpg': photo })
  const detections = join(folderWith({ 'md.json': text }), 'md.json')
  expect(() => openDataset(folder, { detections })).toThrow(message)
})

it('a file that is not there, or no file, is refused', () => {
  const folder = folderWith({ 'a.jpg': photo })
  expect(() => openDataset(folder, { detections: join(folder, 'no.json') })).toThrow('no.json: no such file')
  expect(() => openDataset(folder, { detections: folder })).toThrow('not a file')
})
