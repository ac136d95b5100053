import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  cellKeypoints,
  cellMap,
  cellPx,
  matcherHeightPx,
  matcherWidthPx,
  writeMatcher,
} from '../../test/matcher-fixture.ts'
import { temporaryFolder, tinyGeometry, tinyRun } from '../../test/model-fixture.ts'
import { GeneralError, Rng } from '../base/index.ts'
import { add, constant as constantOf, expand, input, mul, reduceMean } from '../graph/index.ts'
import type { ImageRGBA } from '../images/index.ts'
import { float32, tensor } from '../tensor/index.ts'
import { descriptorCosine, type LocalFeatures } from './features.ts'
import { describeMatcher } from './matcher-description.ts'
import { keypointPlaces, mapPlaces } from './network-places.ts'
import { openExtractor } from './open-extractor.ts'

/** Grey noise, of which the left third is no animal. */
function photo(seed: string, masked = false): ImageRGBA {
  const rng = new Rng(seed)
  const data = new Uint8Array(matcherWidthPx * matcherHeightPx * 4)
  for (let i = 0; i < data.length / 4; i++) {
    data.fill(rng.int(256), 4 * i, 4 * i + 3)
    data[4 * i + 3] = masked && i % matcherWidthPx < 16 ? 0 : 255
  }
  return { width: matcherWidthPx, height: matcherHeightPx, data }
}

/** The unit vector of a cell's brightnesses. */
function cellOf({ data }: ImageRGBA, left: number, top: number): number[] {
  const values = Array.from({ length: cellPx ** 2 }, (_, i) => {
    const pixel = (top + Math.floor(i / cellPx)) * matcherWidthPx + left + (i % cellPx)
    return data[4 * pixel]!
  })
  const length = Math.hypot(...values)
  return values.map((value) => value / length)
}

/** Each keypoint's descriptor is that of the cell that it is the middle of. */
function expectCells(features: LocalFeatures, image: ImageRGBA): void {
  for (let k = 0; k < features.count; k++) {
    const [x = 0, y = 0, scale, angle] = features.keypoints.subarray(4 * k, 4 * k + 4)
    expect([x % cellPx, y % cellPx, scale, angle]).toEqual([2, 2, 1, 0])
    const own = cellOf(image, x - 2, y - 2)
    own.forEach((value, d) => {
      const stored = (features.descriptors[k * 16 + d]! - 128) / 254
      expect(Math.abs(stored - Math.min(0.5, value))).toBeLessThan(0.003)
    })
  }
}

describe('somebody’s network', () => {
  test('of keypoints: the surest first, on the animal, as its description says', async () => {
    const image = photo('one', true)
    const extractor = await openExtractor(cellKeypoints({ keypoints: 30, matching: { ratio: 0.8 } }), { threads: 1 })
    const features = await extractor.extract({
      image,
      box: { x: 0, y: 0, width: matcherWidthPx, height: matcherHeightPx },
    })
    await extractor.release()
    expect(extractor.rule).toEqual({ ratio: 0.8, sureWeight: 0.05, oriented: false })
    expect([features.count, features.dim, extractor.dim]).toEqual([30, 16, 16])
    expect([...features.reliability]).toEqual([...features.reliability].sort((a, b) => b - a))
    expect(Math.min(...Array.from({ length: 30 }, (_, k) => features.keypoints[4 * k]!))).toBeGreaterThan(16)
  })

  test('of a feature map: each cell of the animal is a place, and a photo finds itself', async () => {
    const image = photo('one')
    const extractor = await openExtractor(cellMap(), { threads: 1 })
    const [own, other] = [await extractor.extract({ image }), await extractor.extract({ image: photo('other') })]
    await extractor.release()
    expect(own.count).toBe(96)
    expectCells(own, image)
    for (let k = 0; k < own.count; k += 7) {
      expect(descriptorCosine(own, k, own, k)).toBeGreaterThan(descriptorCosine(own, k, other, k))
    }
  })

  test('a run’s feature map: cells of its backbone, at twice its size', async () => {
    const run = tinyRun()
    const extractor = await openExtractor(run, { threads: 1 })
    const { width, height } = { width: 120, height: 60 }
    const data = Uint8Array.from({ length: width * height * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * 7919) % 251))
    const features = await extractor.extract({ image: { width, height, data } })
    const again = await extractor.extract({ image: { width, height, data } })
    await extractor.release()
    expect(extractor.name).toContain(`cells of ${2 * tinyGeometry.widthPx} px`)
    expect(features.count).toBeGreaterThan(0)
    expect(again).toEqual(features)
    expect(features.dim).toBe(extractor.dim)
  })
})

describe('outputs', () => {
  const output = {
    kind: 'keypoints',
    keypoints: 'k',
    descriptors: 'd',
    order: 'xy',
    threshold: 0.2,
    transposed: false,
    size: 2,
  } as const
  const size = { heightPx: 11, widthPx: 21 }
  const floats = (shape: readonly number[], values: readonly number[]) =>
    tensor('float32', shape, Float32Array.from(values))
  const descriptors = floats([1, 3, 2], [1, 2, 3, 4, 5, 6])
  const scores = floats([1, 3], [0.5, 0.9, 0.1])

  test('of each kind of coordinates are the same places; unsure ones are left out', () => {
    const pixels = [0, 0, 20, 10, 5, 5]
    const k = tensor('int64', [1, 3, 2], BigInt64Array.from(pixels, BigInt))
    const signed = floats(
      [3, 2],
      pixels.map((v, i) => (2 * v) / (i % 2 === 0 ? 20 : 10) - 1),
    )
    const fractions = floats(
      [1, 3, 2],
      pixels.map((v, i) => (v + 0.5) / (i % 2 === 0 ? 21 : 11)),
    )
    const swapped = floats([1, 3, 2], [0, 0, 10, 20, 5, 5])
    const places = [
      keypointPlaces({ k, d: descriptors, s: scores }, { ...output, scores: 's', coordinates: 'pixels' }, size, 'x'),
      keypointPlaces(
        { k: signed, d: descriptors, s: scores },
        { ...output, scores: 's', coordinates: 'minus-one-to-one' },
        size,
        'x',
      ),
      keypointPlaces(
        { k: fractions, d: descriptors, s: scores },
        { ...output, scores: 's', coordinates: 'fractions' },
        size,
        'x',
      ),
      keypointPlaces(
        { k: swapped, d: descriptors, s: scores },
        { ...output, scores: 's', coordinates: 'pixels', order: 'yx' },
        size,
        'x',
      ),
    ]
    for (const { at, descriptor } of places) {
      expect(at.map(([x, y]) => [x.toFixed(3), y.toFixed(3)])).toEqual([
        ['20.500', '10.500'],
        ['0.500', '0.500'],
      ])
      expect([...Array.from(descriptor(0)), ...Array.from(descriptor(1))]).toEqual([3, 4, 1, 2])
    }
    const across = floats([1, 2, 3], [1, 3, 5, 2, 4, 6])
    const turned = keypointPlaces({ k, d: across }, { ...output, transposed: true, coordinates: 'pixels' }, size, 'x')
    expect(Array.from(turned.descriptor(2))).toEqual([5, 6])
    expect(turned.at).toHaveLength(3)
  })

  test('of each layout of a map are the same cells', () => {
    const map = { kind: 'map', size: 2 } as const
    const cells = [1, 2, 3, 4, 5, 6, 7, 8] // 2 × 2 cells of 2
    const square = { heightPx: 4, widthPx: 4 }
    for (const [shape, values, layout] of [
      [[1, 2, 2, 2], cells, { layout: 'NHWC' }],
      [[1, 2, 2, 2], [1, 3, 5, 7, 2, 4, 6, 8], { layout: 'NCHW' }],
      [[1, 5, 2], [9, 9, ...cells], { layout: 'tokens', patchPx: 2 }],
    ] as const) {
      const places = mapPlaces(floats(shape, values), { ...map, ...layout }, square, 'x')
      expect(places.at).toEqual([
        [1, 1],
        [3, 1],
        [1, 3],
        [3, 3],
      ])
      expect([0, 1, 2, 3].flatMap((i) => Array.from(places.descriptor(i)))).toEqual(cells)
    }
  })

  test('that do not fit the description are told', () => {
    const k = floats([1, 2, 2], [0, 0, 1, 1])
    const coordinates = 'pixels' as const
    expect(() => keypointPlaces({ k, d: descriptors }, { ...output, coordinates }, size, 'f.onnx')).toThrow(
      "f.onnx: output 'd': expected [1, 2, 2], got [1, 3, 2]",
    )
    expect(() => mapPlaces(descriptors, { kind: 'map', layout: 'NHWC', size: 2 }, size, 'f.onnx')).toThrow(
      'f.onnx: expected a map of 2 numbers in the layout NHWC, got [1, 3, 2]',
    )
  })
})

describe('outputs that no photo is to blame for', () => {
  const constant = (keypoints: readonly number[], descriptor: number, score = 1) => {
    const count = keypoints.length / 2
    const nothing = (shape: readonly number[]) =>
      expand(mul(reduceMean(input('image', [1, 1, 32, 48]), {}), 0), [...shape])
    const fixed = (shape: readonly number[], values: readonly number[]) =>
      add(constantOf(float32([...shape], [...values])), nothing(shape))
    return writeMatcher(
      {
        keypoints: fixed([1, count, 2], keypoints),
        descriptors: fixed([1, count, 2], Array(2 * count).fill(descriptor)),
        scores: fixed([1, count], Array(count).fill(score)),
      },
      { output: { kind: 'keypoints', keypoints: 'keypoints', scores: 'scores', descriptors: 'descriptors', size: 2 } },
    )
  }
  const extracted = async (onnx: string) => {
    const extractor = await openExtractor(onnx, { threads: 1 })
    try {
      return await extractor.extract({ image: photo('one') })
    } finally {
      await extractor.release()
    }
  }

  test.each([
    ['descriptors of NaN', [3, 3, 9, 9], Number.NaN, 1, "output 'descriptors': expected numbers, got NaN throughout"],
    ['scores of NaN', [3, 3, 9, 9], 0.5, Number.NaN, "output 'scores': expected numbers, got NaN throughout"],
    [
      'places beside the input',
      [5000, 3, 9000, 9],
      0.5,
      1,
      "output 'keypoints': expected places in an input of 48 × 32 pixels, got 2 that all lie beside it, the first at 5000.5, 3.5",
    ],
  ] as const)('%s stop the work; a scan does not pass over them', async (_, keypoints, descriptor, score, message) => {
    const error: unknown = await extracted(constant(keypoints, descriptor, score)).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(GeneralError)
    expect((error as Error).message).toContain(message)
  })

  test('no place, and places of which some lie in the input, are none', async () => {
    expect((await extracted(constant([3, 3, 9, 9], 0.5, -1))).count).toBe(0)
    expect((await extracted(constant([3, 3, 900, 9], 0.5))).count).toBe(1)
  })
})

describe('a matcher', () => {
  test('is named, described, or refused', async () => {
    const nowhere = join(temporaryFolder(), 'x.onnx')
    await expect(openExtractor('surf')).rejects.toThrow(
      '`matcher`: surf: expected sift, coat, an .onnx file or a run folder',
    )
    await expect(openExtractor('sift', { matcherConfig: 'disk' })).rejects.toThrow(
      '`matcherConfig`: describes an .onnx file',
    )
    await expect(openExtractor(nowhere)).rejects.toThrow('no such file')
    expect(() => describeMatcher(nowhere)).toThrow('no description of how it describes places')
    expect(() => describeMatcher(nowhere, 'superglue')).toThrow("'superglue' is neither a file nor a preset")
    expect(describeMatcher(nowhere, 'superpoint')).toMatchObject({
      input: { channels: 'grey', heightPx: 512 },
      output: { size: 256, coordinates: 'pixels' },
      keypoints: 400,
      matching: { ratio: 1, sureWeight: 0.05 },
    })
    expect(describeMatcher(nowhere, 'aliked').output).toMatchObject({ size: 128, coordinates: 'minus-one-to-one' })
  })
})
