import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { type OpenOptions, openDataset } from './open.ts'

const photos: Record<string, Uint8Array> = {}

async function drawn(orientation = 1, [width, height] = [400, 200]): Promise<Uint8Array> {
  const plain = sharp({ create: { width: width!, height: height!, channels: 3, background: '#777' } })
  return plain.withMetadata({ orientation }).jpeg().toBuffer()
}

beforeAll(async () => {
  const [flat, turned] = [await drawn(), await drawn(6)]
  for (let i = 0; i < 10; i++) photos[`${i}.jpg`] = flat
  const large = await drawn(1, [800, 400])
  for (let i = 0; i < 4; i++) photos[`large${i}.jpg`] = large
  for (let i = 0; i < 4; i++) photos[`turned${i}.jpg`] = turned // 200 × 400 upright
})

/** The table with a row for each box; its photos are 0.jpg and on. */
function open(header: string, rows: readonly string[], options: OpenOptions = {}) {
  const text = rows.map((row, i) => (row.includes('.jpg') ? row : `${i}.jpg,${row}`)).join('\n')
  return openDataset(join(folderWith({ ...photos, 'a.csv': `filename,${header}\n${text}\n` }), 'a.csv'), options)
}

const first = (header: string, rows: readonly string[], options: OpenOptions = {}) => {
  const { photos, notes, warnings } = open(header, rows, options)
  return { box: photos[0]!.box, notes, warnings: warnings.filter((text) => !text.includes('one photo only')) }
}

const box = (x: number, y: number, width: number, height: number) => ({ x, y, width, height })

it('columns that may be a place and the photo’s size are no box where a minus says so, and the error says how', () => {
  const rows = ['512345.5,7654321.1,400,200', '512346.5,7654322.1,400,200']
  expect(() => open('x,y,width,height', rows)).toThrow('if they are no box, `columns: {"x":"-"}` takes none')
  const { photos, reading } = open('x,y,width,height', rows, { columns: { x: '-' } })
  expect(photos.map(({ box }) => box)).toEqual([undefined, undefined])
  expect(reading?.left).toEqual(['x', 'y', 'width', 'height'])
  expect(() => open('x,y,width', ['1,2,3'])).toThrow('if these columns are no box, `columns: {"x":"-"}` takes none')
})

it('boxes that all end within 100 of much larger photos are per cent of them; within a corner of pixels they are not', () => {
  const percent = [
    'large0.jpg,10,20,50,40',
    'large1.jpg,0,0,100,100',
    'large2.jpg,5.5,7.25,40,60',
    'large3.jpg,1,2,3,4',
  ]
  const { box: found, notes } = first('x,y,width,height', percent)
  expect(found).toEqual(box(80, 80, 400, 160))
  expect(notes).toContain('4 boxes: x, y, width, height read as x, y, width, height in per cent of the photo')
  expect(first('x,y,width,height', percent.slice(1)).notes?.join()).toContain('in pixels') // three are no evidence
  const corner = [...percent.slice(1), 'large0.jpg,10,20,50,90']
  expect(first('x,y,width,height', corner).notes?.join()).toContain('in pixels')
  const ended = [0, 1, 2, 3].map((i) => `large${i}.jpg,"10 10 100 100"`) // corners in per cent, or widths in pixels
  expect(first('bbox', ended).notes?.join()).toContain('x, y, width, height in pixels')
  expect(first('x,y,width,height', ['10,20,50,40', '0,0,100,100', '5,7,40,60', '1,2,3,4']).notes?.join()).toContain(
    'in pixels',
  )
})

it('words for nothing are no box, and rows without one are counted', () => {
  const rows = ['10,10,50,50', 'NA,NA,NA,NA', 'nan,nan,nan,nan', ',,,', '-1,-1,-1,-1']
  const { photos, notes } = open('x,y,width,height', rows)
  expect(photos.map(({ box }) => box)).toEqual([box(10, 10, 50, 50), undefined, undefined, undefined, undefined])
  expect(notes).toContain('4 of 5 rows have no box: there the whole photo counts')
  expect(() => open('x,y,width,height', ['0,0,0,0'])).toThrow("got '0 0 0 0': leave it empty where there is no box")
  expect(() => open('x,y,width,height', ['10,NA,50,50'])).toThrow("got '10 NA 50 50'")
})

describe('a box is read by the names of its columns', () => {
  const named: readonly [header: string, row: string, words: string][] = [
    ['bbox', '"[40, 20, 100, 80]"', 'bbox read as x, y, width, height in pixels'],
    [
      'region_shape_attributes',
      '"{""name"":""rect"",""x"":40,""y"":20,""width"":100,""height"":80}"',
      'region_shape_attributes read as x, y, width, height in pixels',
    ],
    ['x,y,width,height', '40,20,100,80', 'x, y, width, height read as x, y, width, height in pixels'],
    ['x,y,w,h', '40,20,100,80', 'x, y, w, h read as x, y, width, height in pixels'],
    ['x1,y1,x2,y2', '40,20,140,100', 'x1, y1, x2, y2 read as x1, y1, x2, y2 (corners) in pixels'],
    ['xmin,ymin,xmax,ymax', '40,20,140,100', 'xmin, ymin, xmax, ymax read as x1, y1, x2, y2 (corners) in pixels'],
    ['bbox_left,bbox_top,bbox_right,bbox_bottom', '40,20,140,100', '(corners) in pixels'],
    ['left,top,width,height', '40,20,100,80', 'left, top, width, height read as x, y, width, height in pixels'],
    ['bbox_x,bbox_y,bbox_w,bbox_h,width,height', '40,20,100,80,400,200', 'bbox_x, bbox_y, bbox_w, bbox_h read as'],
    ['x1,y1,x2,y2,width,height', '40,20,140,100,100,80', 'x1, y1, x2, y2 read as x1, y1, x2, y2 (corners) in pixels'],
    ['x_center,y_center,width,height', '90,60,100,80', 'read as center, width, height (as YOLO) in pixels'],
    ['x_center,y_center,width,height', '0.225,0.3,0.25,0.4', 'read as center, width, height (as YOLO) in fractions'],
    ['bboxX,bboxY,bboxWidth,bboxHeight', '0.1,0.1,0.25,0.4', 'read as x, y, width, height in fractions'],
    ['x1,y1,x2,y2', '0.1,0.1,0.35,0.5', 'x1, y1, x2, y2 read as x1, y1, x2, y2 (corners) in fractions'],
    ['bbox', '0.1 0.1 0.25 0.4', 'bbox read as x, y, width, height in fractions'],
    ['annot_bbox', '"[40, 20, 100, 80]"', 'annot_bbox read as x, y, width, height in pixels'],
    ['bbox_xywh', '"[40, 20, 100, 80]"', 'bbox_xywh read as x, y, width, height in pixels'],
    ['bbox_xyxy', '"[40, 20, 140, 100]"', 'bbox_xyxy read as x1, y1, x2, y2 (corners) in pixels'],
    ['bbox', `"{'x': 40, 'y': 20, 'width': 100, 'height': 80}"`, 'bbox read as x, y, width, height in pixels'],
    ['box', '"{""xmin"":40,""ymin"":20,""xmax"":140,""ymax"":100}"', 'box read as x, y, width, height in pixels'],
  ]
  it.each(named)('%s: %s', (header, row, words) => {
    const found = first(header, [row])
    expect(found).toEqual({ box: box(40, 20, 100, 80), notes: [expect.stringContaining(words)], warnings: [] })
  })

  it('leaves columns that are no box to the photo', () => {
    const { photos, notes } = open('left,x,width', ['a,1,400'])
    expect(photos[0]).toMatchObject({ box: undefined, extra: { left: 'a', x: '1', width: '400' } })
    expect(notes).toEqual([])
    expect(() => open('x1,y1,x2', ['1,2,3'])).toThrow('a box needs x, y, x2 and y2, got x, y, x2')
  })
})

it('are told among the columns that were used, and so is the size that a photo had', () => {
  const read = (header: string, row: string) => open(header, [row]).reading
  expect(read('bbox_left,bbox_top,bbox_w,bbox_h,image_width,image_height', '40,20,100,80,400,200')).toEqual({
    columns: {
      filename: 'filename',
      box: 'bbox_left/bbox_top/bbox_w/bbox_h',
      size: 'image_width/image_height',
    },
    left: [],
  })
  expect(read('bbox,note', '40 20 100 80,')).toEqual({
    columns: { filename: 'filename', bbox: 'bbox' },
    left: ['note'],
  })
  expect(read('image_width,image_height', '400,200')?.left).toEqual(['image_width', 'image_height'])
})

it('a column that may hold boxes and is not read is told', () => {
  expect(first('detector_bbox', ['1 2 3 4']).warnings).toEqual([
    'columns that may hold boxes are not read, and photos stay whole: detector_bbox; `columns: {"bbox":"detector_bbox"}` names them',
  ])
  const four = first('bbox-0,bbox-1,bbox-2,bbox-3', ['1,2,3,4']).warnings
  expect(four).toEqual([expect.stringContaining('bbox-0, bbox-1, bbox-2, bbox-3; `columns: {"x":"bbox-0","y":"…"}`')])
  expect(first('bbox,old_bbox', ['1 2 3 4,5 6 7 8']).warnings).toEqual([])
})

describe('evidence over the whole table', () => {
  const corners = Array.from({ length: 8 }, (_, i) => `"${200 + i} 90 ${390 + i} 190"`)

  it('finds corners under the name of COCO, and says what they would be otherwise', () => {
    const found = first('bbox', corners)
    expect(found.box).toEqual(box(200, 90, 190, 100))
    expect(found.notes).toEqual([
      '8 boxes: bbox read as x1, y1, x2, y2 (corners) in pixels; as x, y, width, height 8 of 8 would leave their photo',
    ])
  })

  it('asks where only a part of the boxes speaks for another format', () => {
    const few = [...corners.slice(0, 2), ...Array.from({ length: 6 }, () => '"10 10 100 90"')]
    const message =
      /a\.csv: bbox: 2 of 8 boxes leave their photo as x, y, width, height, none as x1, y1, x2, y2 \(corners\)/
    expect(() => open('bbox', few)).toThrow(message)
    expect(() => open('bbox', few)).toThrow('hint: say which it is: `boxFormat` xywh or xyxy')
    expect(first('bbox', few, { boxFormat: 'xyxy' }).box).toEqual(box(200, 90, 190, 100))
    const { box: asked, warnings } = first('bbox', few, { boxFormat: 'xywh' })
    expect(asked).toEqual(box(200, 90, 390, 190))
    expect(warnings).toEqual([
      expect.stringContaining('2 of 8 boxes leave their photo, by up to 192 pixels, and are cut'),
    ])
  })

  it('finds the centers of YOLO', () => {
    const rows = ['0.2,0.5,0.3,0.8', '0.5,0.5,0.9,0.9', '0.9,0.5,0.2,0.6', '0.6,0.6,0.7,0.7']
    const found = first('x,y,width,height', rows)
    expect(found.box).toEqual(box(20, 20, 120, 160))
    expect(found.notes?.[0]).toContain(
      'read as center, width, height (as YOLO) in fractions; as x, y, width, height 4 of 4',
    )
  })

  it('passes over what a detector or a rounding goes past the edge', () => {
    const found = first(
      'bbox',
      Array.from({ length: 8 }, () => '"[-3.2, -1.0, 409.5, 207]"'),
    )
    expect(found).toMatchObject({ box: box(-3.2, -1, 409.5, 207), warnings: [] })
  })

  it('warns of boxes that leave their photo, with their number, and refuses a table where most do', () => {
    const rows = ['300,10,150,50', ...Array.from({ length: 9 }, () => '10,10,50,50')]
    expect(first('x,y,width,height', rows).warnings).toEqual([
      "1 of 10 boxes leave their photo, by up to 50 pixels, and are cut to it (x, y, width, height read as x, y, width, height in pixels): a.csv row 2 '0.jpg'; corners in place of width and height? a photo that was not turned upright?",
    ])
    const most = Array.from({ length: 4 }, () => '300,10,150,500')
    expect(() => open('x,y,width,height', most)).toThrow(
      /a\.csv: 4 of 4 boxes leave their photo, by up to 310 pixels .*: a\.csv row 2 '0\.jpg', .* … and 1 more\nhint: are x, y, width, height corners, fractions/,
    )
  })

  it('refuses a fraction among pixels, a box without sides, and corners the wrong way round', () => {
    const rows = ['10,10,50,50', '0.1,0.1,0.5,0.5', '10,10,-5,50', 'one,nan,nan,nan']
    const { problems } = open('x,y,width,height', rows, { problems: 'collect' })
    expect(problems.map(({ what }) => what)).toEqual([
      "expected a box of four numbers (x, y, width, height), got 'one nan nan nan'",
      "expected a box in pixels, got '0.1 0.1 0.5 0.5': fractions? multiply them by the photo's width and height",
      "expected a box with a width and a height above 0, got '10 10 -5 50'",
    ])
    expect(() => open('x1,y1,x2,y2', ['50,10,20,40'])).toThrow('expected corners with x2 above x1 and y2 above y1')
  })

  it('places no fraction of a photo that is not there', () => {
    const { photos } = open('bbox', ['0.jpg,0.1 0.1 0.5 0.5', 'gone.jpg,0.1 0.1 0.5 0.5'])
    expect(photos.map((photo) => photo.box)).toEqual([box(40, 20, 200, 100), undefined])
  })
})

describe('boxes drawn before EXIF turned the photo', () => {
  const note = "2 boxes: drawn before EXIF's orientation turned the photo, and are turned with it"

  it('are those that pass the edge of the upright photo and not of the stored one', () => {
    const { photos, notes } = open('bbox', [
      'turned0.jpg,300 20 80 100',
      'turned1.jpg,20 20 80 100',
      '0.jpg,300 20 80 100',
    ])
    expect(photos.map((photo) => photo.box)).toEqual([
      box(80, 300, 100, 80),
      box(80, 20, 100, 80),
      box(300, 20, 80, 100),
    ])
    expect(notes).toEqual([expect.stringContaining('3 boxes: bbox read as x, y, width, height in pixels'), note])
  })

  it('are those whose table states the stored size', () => {
    const rows = ['turned0.jpg,20 20 80 100,400,200', 'turned1.jpg,30 20 80 100,400,200']
    const stored = open('bbox,width,height', rows)
    expect(stored.photos[0]!.box).toEqual(box(80, 20, 100, 80))
    expect(stored.notes!.at(-1)).toBe(note)
    const upright = open(
      'bbox,width,height',
      rows.map((row) => row.replace('400,200', '200,400')),
    )
    expect(upright.photos[0]!.box).toEqual(box(20, 20, 80, 100))
    expect(upright.notes).toHaveLength(1)
  })
})

describe('boxes drawn on photos of another size', () => {
  it('are scaled, where the table states that size', () => {
    const { photos, notes } = open('bbox,width,height', ['10 5 25 20,100,50', '1.jpg,20 40 100 80,400,200'])
    expect(photos.map((photo) => photo.box)).toEqual([box(40, 20, 100, 80), box(20, 40, 100, 80)])
    expect(notes).toEqual([
      '2 boxes: bbox read as x, y, width, height in pixels',
      "boxes: 1 was drawn on a photo of another size, and is scaled (a.csv row 2 '0.jpg': drawn at 100×50, now 400×200)",
    ])
  })

  it('are scaled and turned, where they were drawn before EXIF turned the photo', () => {
    const { photos, notes } = open('bbox,width,height', ['turned0.jpg,10 10 40 50,200,100'])
    expect(photos[0]!.box).toEqual(box(80, 20, 100, 80))
    expect(notes).toHaveLength(3)
  })

  it('are left alone where the stated size is of something else', () => {
    const own = ['0.jpg,60 40 160 90,100,50', '1.jpg,10 10 300 160,290,150'] // of the box
    expect(
      open(
        'x1,y1,x2,y2,width,height',
        own.map((row) => row.replaceAll(' ', ',')),
      ).photos[0]!.box,
    ).toEqual(box(60, 40, 100, 50))
    expect(first('bbox,width,height', ['10 5 25 20,100,80']).box).toEqual(box(10, 5, 25, 20))
  })
})

it('a fraction becomes pixels without the noise of floats', () => {
  expect(first('bbox', ['0.333 0.07 0.5 0.5']).box).toEqual(box(133.2, 14, 200, 100))
})
