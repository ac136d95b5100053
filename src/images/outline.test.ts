import { describe, expect, test } from 'vitest'
import { geometry, prepareImage } from './geometry.ts'
import { withOutline } from './mask.ts'
import { drawOutline, type Outline } from './outline.ts'
import { runLengths } from './run-lengths.ts'

type Size = { readonly width: number; readonly height: number }

/** Rows of the drawn outline, # the animal. */
function drawing(outline: Outline, size: Size): string[] {
  const pixels = drawOutline(outline, size)
  return Array.from({ length: size.height }, (_, y) =>
    [...pixels.subarray(y * size.width, (y + 1) * size.width)].map((value) => (value === 255 ? '#' : '.')).join(''),
  )
}

const polygons = (...polygons: (readonly number[])[]): Outline => ({ kind: 'polygons', polygons, orientation: 1 })
/** 6 × 4, its animal the pixels x 2 … 3, y 1 … 2: 9 of background, 2 of animal, 2, 2, 9. */
const runs = { kind: 'runs', counts: [9, 2, 2, 2, 9], width: 6, height: 4, orientation: 1 } as const satisfies Outline
const six = { width: 6, height: 4 }
const middle = ['......', '..##..', '..##..', '......']

describe('polygons', () => {
  test('fill the pixels whose middles they hold, whichever way they turn', () => {
    expect(drawing(polygons([2, 1, 4, 1, 4, 3, 2, 3]), six)).toEqual(middle)
    expect(drawing(polygons([2, 3, 4, 3, 4, 1, 2, 1]), six)).toEqual(middle)
    expect(drawing(polygons([0, 0, 4, 0, 0, 4]), six)).toEqual(['###...', '##....', '#.....', '......'])
  })

  test('of several parts are one animal, also where the parts lie over each other', () => {
    expect(drawing(polygons([0, 0, 2, 0, 2, 2, 0, 2], [1, 1, 3, 1, 3, 3, 1, 3]), six)).toEqual([
      '##....',
      '###...',
      '.##...',
      '......',
    ])
  })

  test('are cut to the photo, and none is left of one outside', () => {
    expect(drawing(polygons([-5, -5, 2, -5, 2, 50, -5, 50]), six)).toEqual(['##....', '##....', '##....', '##....'])
    expect(drawing(polygons([4, 1, 60, 1, 60, 3, 4, 3]), six)).toEqual(['......', '....##', '....##', '......'])
    expect(drawing(polygons([10, 10, 20, 10, 20, 20]), six).join('')).not.toContain('#')
    expect(drawing(polygons([1e300, 0, 1e300, 1e300, 0, 1e300]), six).join('')).not.toContain('#')
  })

  test('of a photo of another size are scaled', () => {
    const half: Outline = {
      kind: 'polygons',
      polygons: [[1, 0.5, 2, 0.5, 2, 1.5, 1, 1.5]],
      width: 3,
      height: 2,
      orientation: 1,
    }
    expect(drawing(half, six)).toEqual(middle)
  })
})

describe('runs', () => {
  test('go down each column, background first', () => {
    expect(drawing(runs, six)).toEqual(middle)
    expect(drawing({ ...runs, counts: [0, 4, 20] }, six)).toEqual(['#.....', '#.....', '#.....', '#.....'])
    expect(drawing({ ...runs, counts: [23, 1] }, six)).toEqual(['......', '......', '......', '.....#'])
  })

  test('as text are those of pycocotools', () => {
    // encode(numpy.asfortranarray(m)) of 2.0.11: 4 × 6, m[1:3, 2:4] = 1; and 480 × 640, m[100:300, 50:52] = 1, m[10:12, 600] = 1
    expect(runLengths('92207')).toEqual([9, 2, 2, 2, 9])
    expect(runLengths('Tag0X6h80ViP8jIfeaH')).toEqual([24100, 200, 280, 200, 263230, 2, 19188])
    expect(drawing({ ...runs, counts: '92207' }, six)).toEqual(middle)
  })

  test('that are no runs are nothing', () => {
    for (const counts of ['0 ', 'é', 'o', 'oooooooooooooooo', [1, -1], [0.5], '0O'])
      expect(runLengths(counts), String(counts)).toBeUndefined()
  })

  test('of a larger or smaller picture are scaled, without ever holding that picture', () => {
    const large: Outline = { kind: 'runs', counts: [3e15, 2e15, 4e15], width: 9e7, height: 1e8, orientation: 1 }
    expect(drawing(large, { width: 9, height: 2 })).toEqual(['...##....', '...##....'])
    expect(drawing(runs, { width: 3, height: 2 })).toEqual(['.#.', '...'])
    expect(drawing(runs, { width: 12, height: 8 })).toEqual(
      middle.flatMap((row) => {
        const wide = [...row].map((mark) => mark + mark).join('')
        return [wide, wide]
      }),
    )
  })
})

test('what was drawn before EXIF turned the photo is turned with it', () => {
  const upright = { width: 4, height: 6 }
  const corner = { kind: 'runs', counts: [0, 1, 23], width: 6, height: 4 } as const
  const stored: Outline = {
    kind: 'polygons',
    polygons: [[0, 0, 1, 0, 1, 1, 0, 1]],
    width: 6,
    height: 4,
    orientation: 6,
  }
  // EXIF 6: the first stored row is the right side
  const expected = ['...#', '....', '....', '....', '....', '....']
  expect(drawing({ ...corner, orientation: 6 }, upright)).toEqual(expected)
  expect(drawing(stored, upright)).toEqual(expected)
  expect(drawing({ ...corner, orientation: 8 }, upright)).toEqual([...expected.slice(1), '#...'])
  expect(drawing({ ...corner, orientation: 3 }, six)).toEqual(['......', '......', '......', '.....#'])
})

test('a photo is cut out by its outline, and one of other sides is refused', () => {
  const photo = {
    ...six,
    data: Uint8Array.from({ length: 96 }, (_, i) => (i === 8 * 4 + 3 ? 0 : i % 4 === 3 ? 255 : 200)),
  }
  const black = geometry({ widthPx: 6, heightPx: 4, alpha: 'black' })
  const reds = [...prepareImage(withOutline(photo, runs, 'm'), black)].filter((_, i) => i % 3 === 0)
  expect(reds).toEqual([...middle.join('')].map((mark) => (mark === '#' ? 200 : 0)).with(8, 0))
  expect([...photo.data.subarray(0, 4)]).toEqual([200, 200, 200, 255])
  expect(() => withOutline(photo, { ...runs, width: 4, height: 6 }, 'coco.json')).toThrow(
    'coco.json: a mask of 4×6 does not fit a photo of 6×4\nhint: the mask was drawn before EXIF turned the photo: turn it upright',
  )
})
