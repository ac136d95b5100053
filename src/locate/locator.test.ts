import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  brightBoxDetector,
  brightnessSegmenter,
  brightPhoto,
  constantOutputs,
  type DrawnFormat,
  type LocatorChanges,
} from '../../test/locator-fixture.ts'
import { temporaryFolder } from '../../test/model-fixture.ts'
import { decodeImage } from '../images/index.ts'
import type { Located } from './located.ts'
import { type LocatorOptions, openLocator } from './locator.ts'

async function found(onnx: string, photo: Uint8Array, options: LocatorOptions = {}): Promise<Located> {
  const locator = await openLocator(onnx, { threads: 1, ...options })
  try {
    return await locator.locate(await decodeImage(photo))
  } finally {
    await locator.release()
  }
}

/** Left, top, right, bottom. */
const corners = ({ animals: [first] }: Located) => {
  const { x, y, width, height } = first!.box
  return [x, y, x + width, y + height]
}

describe('a detector', () => {
  const formats: readonly DrawnFormat[] = ['yolov5', 'yolov8', 'yolo-nms', 'detr']

  test.each(formats)(
    '%s: the box of the animal on the photo, to less than a pixel; other classes are nobody',
    async (format) => {
      const wide = await found(brightBoxDetector(format), await brightPhoto(128, 80, [20, 30, 60, 24]))
      corners(wide).forEach((value, i) => {
        expect(Math.abs(value - [20, 30, 80, 54][i]!)).toBeLessThan(1)
      })
      expect(wide.animals.map(({ confidence }) => confidence)).toEqual([expect.closeTo(0.9, 4)])
      expect(wide.others).toEqual([])
      expect([wide.width, wide.height]).toEqual([128, 80])
    },
  )

  test('a tall photo, one that is squashed, and one at the edge', async () => {
    const tall = await found(brightBoxDetector('yolov8'), await brightPhoto(90, 192, [12, 60, 36, 90]))
    const squashed = brightBoxDetector('yolov5', { preprocess: { resize: 'squash' } })
    const flat = await found(squashed, await brightPhoto(256, 64, [100, 10, 40, 20]))
    const edge = await found(brightBoxDetector('detr'), await brightPhoto(64, 64, [40, 0, 24, 64]))
    const expected = [
      [tall, [12, 60, 48, 150], 1.5], // three pixels of the photo are one of the network's
      [flat, [100, 10, 140, 30], 0.01],
      [edge, [40, 0, 64, 64], 0.01],
    ] as const
    for (const [got, wanted, within] of expected)
      corners(got).forEach((value, i) => {
        expect(Math.abs(value - wanted[i]!)).toBeLessThanOrEqual(within)
      })
  })

  test('without suppression the copy of a box stays, and a threshold leaves it out', async () => {
    const photo = await brightPhoto(64, 64, [10, 10, 20, 20])
    const both = brightBoxDetector('yolov8', { output: { overlap: null } })
    expect((await found(both, photo)).animals.map(({ confidence }) => confidence.toFixed(2)).sort()).toEqual([
      '0.60',
      '0.90',
    ])
    expect((await found(both, photo, { confidence: 0.7 })).animals).toHaveLength(1)
    expect((await found(both, photo, { confidence: 0.95 })).animals).toEqual([])
    await expect(found(both, photo, { confidence: 2 })).rejects.toThrow('confidence: expected 0 to 1, got 2')
  })

  const fixed = (shape: readonly number[], data: readonly number[], output: object, changes: LocatorChanges = {}) =>
    constantOutputs({ found: { shape, data } }, { kind: 'detector', threshold: 0.2, ...output }, changes)

  test('people and vehicles are told apart, the largest animal comes first, and what is a stone is nobody', async () => {
    const rows = [
      [10, 10, 10, 10, 1, 0.9, 0, 0, 0],
      [40, 40, 30, 30, 1, 0.5, 0, 0, 0],
      [20, 50, 8, 8, 1, 0, 0.7, 0, 0],
      [50, 10, 8, 8, 1, 0, 0, 0.6, 0],
      [30, 30, 8, 8, 1, 0, 0, 0, 0.95],
      [30, 30, 8, 8, Number.NaN, 1, 0, 0, 0],
    ]
    const output = { format: 'yolov5', classes: ['cat', 'person', 'car', 'stone'], animals: ['cat'] }
    const got = await found(fixed([1, 6, 9], rows.flat(), output), await brightPhoto(64, 64))
    expect(got.animals.map(({ box, confidence }) => [box.x, box.width, confidence.toFixed(1)])).toEqual([
      [25, 30, '0.5'],
      [5, 10, '0.9'],
    ])
    expect(got.others.map(({ kind, box }) => [kind, box.x])).toEqual([
      ['person', 16],
      ['vehicle', 46],
    ])
  })

  test('DETR’s last class is nothing', async () => {
    const logits = { shape: [1, 2, 3], data: [0, 0, 5, 4, 0, 0] }
    const pred_boxes = { shape: [1, 2, 4], data: [0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25] }
    const output = {
      kind: 'detector',
      format: 'detr',
      activation: 'softmax',
      unit: 'fractions',
      classes: ['cat', 'dog'],
      overlap: null,
    }
    const got = await found(constantOutputs({ logits, pred_boxes }, output), await brightPhoto(64, 64))
    expect(got.animals.map(({ box }) => box)).toEqual([{ x: 8, y: 8, width: 16, height: 16 }])
    expect(got.animals[0]!.confidence).toBeCloseTo(Math.exp(4) / (Math.exp(4) + 2), 5)
  })

  test('a margin widens boxes, up to the photo', async () => {
    const output = { format: 'yolo-nms', classes: ['cat'], margin: 0.25 }
    const got = await found(fixed([1, 1, 6], [2, 20, 42, 40, 0.9, 0], output), await brightPhoto(64, 64))
    expect(got.animals[0]!.box).toEqual({ x: 0, y: 15, width: 52, height: 30 })
  })

  test('an output of another shape is told with what it should be', async () => {
    const photo = await brightPhoto(64, 64)
    const three = fixed([1, 2, 8], Array(16).fill(0), { format: 'yolov8', classes: ['a', 'b'] })
    await expect(found(three, photo)).rejects.toThrow(
      "output 'found': yolov8 with 2 classes: expected an output [1, 6, N] or [1, N, 6], got [1, 2, 8]\nhint: are the classes",
    )
    const without = fixed([1, 2, 7], Array(14).fill(0), { format: 'detr', classes: ['a'], boxes: 'bxoes' })
    await expect(found(without, photo)).rejects.toThrow("output.logits: the ONNX file has no 'logits'")
  })
})

describe('a segmenter', () => {
  test('the mask in the photo’s own pixels, its box with a margin, its confidence', async () => {
    const photo = await brightPhoto(128, 96, [30, 20, 40, 30, 230])
    const got = await found(brightnessSegmenter({ output: { margin: 0.1 } }), photo)
    const [animal] = got.animals
    const white = animal!.mask!.filter((value) => value === 255).length
    expect(got.animals).toHaveLength(1)
    expect(Math.abs(white - 40 * 30)).toBeLessThan(75) // half a pixel around it
    expect([animal!.mask![(20 + 15) * 128 + 50], animal!.mask![10 * 128 + 10]]).toEqual([255, 0])
    corners(got).forEach((value, i) => {
      expect(Math.abs(value - [26, 17, 74, 53][i]!)).toBeLessThan(1)
    })
    expect(animal!.confidence).toBeGreaterThan(0.8)
  })

  test('two animals are two, the larger first; a stem before one leaves it one; specks are dropped', async () => {
    const two = await brightPhoto(128, 128, [4, 4, 30, 30], [70, 70, 50, 50], [60, 10, 2, 2])
    expect((await found(brightnessSegmenter(), two)).animals.map(({ box }) => Math.round(box.x / 10))).toEqual([7, 0])
    const behind = await brightPhoto(128, 128, [20, 40, 40, 40], [64, 40, 40, 40])
    const [one, ...more] = (await found(brightnessSegmenter({ output: { margin: 0 } }), behind)).animals
    expect(more).toEqual([])
    expect([one!.box.x, one!.box.width].map(Math.round)).toEqual([20, 84])
    expect((await found(brightnessSegmenter(), await brightPhoto(128, 128))).animals).toEqual([])
  })

  test('logits, and channels of which one is the background', async () => {
    const side = 4
    const plane = (inside: number, outside: number) =>
      Array.from({ length: side * side }, (_, i) => (i % side < 2 ? inside : outside))
    const photo = await brightPhoto(64, 64)
    const boxOf = async (shape: readonly number[], data: readonly number[], output: object) => {
      const onnx = constantOutputs({ map: { shape, data } }, { kind: 'segmenter', margin: 0, ...output })
      return (await found(onnx, photo)).animals.map(({ box, confidence }) => [box.width, Number(confidence.toFixed(3))])
    }
    const certain = Number((1 / (1 + Math.exp(-2))).toFixed(3))
    expect(await boxOf([1, 1, 4, 4], plane(2, -2), { activation: 'sigmoid' })).toEqual([[32, certain]])
    expect(await boxOf([1, 4, 4], plane(0.9, 0.2), {})).toEqual([[33, 0.9]]) // 0.5 lies 9.1 px behind the last white center, at 24
    const softmax = { activation: 'softmax', background: 0 }
    expect(await boxOf([1, 2, 4, 4], [...plane(0, 2), ...plane(2, 0)], softmax)).toEqual([[32, certain]])
    expect(
      await boxOf([1, 2, 4, 4], [...plane(0, 2), ...plane(2, -3)], { activation: 'sigmoid', background: 0 }),
    ).toEqual([[31, certain]])
    await expect(boxOf([1, 2, 4, 4], [...plane(0, 2), ...plane(2, 0)], {})).rejects.toThrow(
      'expected which of the 2 channels is the background (0 to 1), got undefined\nhint: state it as output.background',
    )
    await expect(boxOf([1, 16], Array(16).fill(1), {})).rejects.toThrow(
      'expected a map [1, 1, H, W], [1, C, H, W] or [1, H, W], got [1, 16]',
    )
  })
})

describe('the description', () => {
  test('a preset and what is other; its threshold is in the fingerprint, its name is not', async () => {
    const onnx = brightnessSegmenter()
    const path = onnx.replace('.onnx', '.locate.json')
    const open = async (description: object, options: LocatorOptions = {}) => {
      writeFileSync(
        path,
        JSON.stringify({ format: 'rosette-locator', version: 1, model: 'found.onnx', ...description }),
      )
      const locator = await openLocator(onnx, { threads: 1, ...options })
      await locator.release()
      return locator
    }
    const small = { heightPx: 64, widthPx: 64 }
    const isnet = await open({ preset: 'isnet', input: small })
    expect([isnet.name, isnet.kind]).toEqual(['isnet', 'segmenter'])
    const named = await open({ preset: 'isnet', input: small, name: 'mine' })
    expect([named.name, named.fingerprint]).toEqual(['mine', isnet.fingerprint])
    const surer = await open({ preset: 'isnet', input: small }, { confidence: 0.6 })
    const written = await open({ preset: 'isnet', input: small, output: { threshold: 0.6 } })
    expect(surer.fingerprint).not.toBe(isnet.fingerprint)
    expect(written.fingerprint).toBe(surer.fingerprint)
    await expect(open({ preset: 'isnet' })).rejects.toThrow(
      "its description does not fit it\n  input: layout and size are NCHW [N, 3, 1024, 1024], but 'image' takes [1, 3, 64, 64]",
    )
    await expect(open({ preset: 'izznet' })).rejects.toThrow(
      "'izznet' is neither a file nor a preset\nhint: did you mean isnet?",
    )
    await expect(open({ preset: 'yolov8', output: { animals: ['jaguar'] } })).rejects.toThrow(
      'output.animals: no classes of these names: jaguar',
    )
    // classes of one's own: the preset's animals are of its own
    await expect(open({ preset: 'yolov8', output: { classes: ['animal', 'person', 'vehicle'] } })).rejects.toThrow(
      'its description does not fit it',
    )
    await expect(open({ preset: 'isnet', output: { treshold: 1 } })).rejects.toThrow(
      'output.treshold: unknown key, did you mean threshold?',
    )
  })

  test('is found beside the file, or named: a file, or a preset', async () => {
    const onnx = brightnessSegmenter()
    const text = readFileSync(onnx.replace('.onnx', '.locate.json'), 'utf8')
    const alone = join(temporaryFolder(), 'alone.onnx')
    writeFileSync(alone, readFileSync(onnx))
    await expect(openLocator(alone)).rejects.toThrow(
      'no description of how it finds animals\nhint: write alone.locate.json beside it, or name one with `locateConfig`: a file, or a preset (isnet, u2net, birefnet, megadetector-v5, yolov8, rt-detr)',
    )
    await expect(openLocator(alone, { locateConfig: 'isnet' })).rejects.toThrow(
      'layout and size are NCHW [N, 3, 1024, 1024]',
    )
    const shared = alone.replace('alone.onnx', 'locate.json')
    writeFileSync(shared, text)
    await expect(openLocator(alone)).rejects.toThrow('locate.json beside it describes found.onnx')
    const named = await openLocator(alone, { locateConfig: shared, threads: 1 })
    await named.release()
    expect(named.name).toBe('drawn')
    await expect(openLocator(join(temporaryFolder(), 'gone.onnx'))).rejects.toThrow('gone.onnx: no such file')
  })
})
