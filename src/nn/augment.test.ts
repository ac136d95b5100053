import { describe, expect, test } from 'vitest'
import { expectClose } from '../../test/compare.ts'
import { compute, goldenBackends } from '../../test/golden.ts'
import { augmentationTolerance } from '../../test/tolerances.ts'
import { Rng } from '../base/index.ts'
import { input } from '../graph/index.ts'
import { type Tensor, tensor } from '../tensor/index.ts'
import { augment, imagenetStatistics, standardisePixels } from './augment.ts'

const [b, h, w] = [2, 6, 8]
const { mean, std } = imagenetStatistics

const identity = { affine: [1, 0, 0, 0, 1, 0], color: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], erase: [0, 0, 0, 0] }

/** Parameters of one photo. */
interface Row {
  readonly affine: readonly number[]
  readonly color: readonly number[]
  readonly erase: readonly number[]
}

const rng = new Rng('augment.test')
const pixels = Uint8Array.from({ length: b * h * w * 3 }, () => rng.int(256))

function feedsOf(rows: readonly Row[]): Record<string, Tensor> {
  const flat = (key: keyof Row, shape: readonly number[]) =>
    tensor('float32', [b, ...shape], Float32Array.from(rows.flatMap((row) => row[key])))
  return {
    pixels: tensor('uint8', [b, h, w, 3], pixels),
    affine: flat('affine', [2, 3]),
    color: flat('color', [3, 4]),
    erase: flat('erase', [4]),
  }
}

const graph = augment(input('pixels', [b, h, w, 3], 'uint8'), {
  affine: input('affine', [b, 2, 3]),
  color: input('color', [b, 3, 4]),
  erase: input('erase', [b, 4]),
})

/** RGB in [0, 1] of a pixel; black outside of the photo. */
function rgb(photo: number, y: number, x: number): readonly [number, number, number] {
  if (x < 0 || y < 0 || x >= w || y >= h) return [0, 0, 0]
  const at = ((photo * h + y) * w + x) * 3
  return [pixels[at]! / 255, pixels[at + 1]! / 255, pixels[at + 2]! / 255]
}

/** Bilinear between the four pixels around a point, pixel centres at whole numbers. */
function sampled(photo: number, y: number, x: number): number[] {
  const [y0, x0] = [Math.floor(y), Math.floor(x)]
  return [0, 1, 2].map((c) => {
    const at = (dy: number, dx: number) => rgb(photo, y0 + dy, x0 + dx)[c]!
    const upper = at(0, 0) * (1 - (x - x0)) + at(0, 1) * (x - x0)
    const lower = at(1, 0) * (1 - (x - x0)) + at(1, 1) * (x - x0)
    return upper * (1 - (y - y0)) + lower * (y - y0)
  })
}

/** The same augmentation pixel by pixel. */
function plain(rows: readonly Row[]): Tensor {
  const out = rows.flatMap(({ affine: t, color: m, erase: [x0, y0, x1, y1] }, photo) =>
    Array.from({ length: h * w }, (_, i) => {
      const [row, column] = [Math.floor(i / w), i % w]
      if (column >= x0! && column < x1! && row >= y0! && row < y1!) return [0, 0, 0]
      const [u, v] = [(2 * column + 1) / w - 1, (2 * row + 1) / h - 1]
      const [x, y] = [t[0]! * u + t[1]! * v + t[2]!, t[3]! * u + t[4]! * v + t[5]!]
      const color = sampled(photo, ((y + 1) * h - 1) / 2, ((x + 1) * w - 1) / 2)
      return [0, 1, 2].map((c) => {
        const mixed = color.reduce((sum, value, k) => sum + m[c * 4 + k]! * value, m[c * 4 + 3]!)
        return (Math.min(1, Math.max(0, mixed)) - mean[c]!) / std[c]!
      })
    }).flat(),
  )
  return tensor('float64', [b, h, w, 3], Float64Array.from(out))
}

/** Each pixel's standardised value from a function of its place. */
function expected(place: (photo: number, y: number, x: number) => readonly number[]): Tensor {
  const data = Array.from({ length: b * h * w }, (_, i) => {
    const color = place(Math.floor(i / (h * w)), Math.floor(i / w) % h, i % w)
    return color.map((value, c) => (value - mean[c]!) / std[c]!)
  }).flat()
  return tensor('float64', [b, h, w, 3], Float64Array.from(data))
}

describe.each(goldenBackends)('$name', ({ backend }) => {
  const run = async (...rows: readonly Row[]) => (await compute(await backend, { graph }, feedsOf(rows))).graph!
  const both = (row: Partial<Row>) => run({ ...identity, ...row }, { ...identity, ...row })

  test('parameters that change nothing give the standardised photo', async () => {
    const { standard } = await compute(
      await backend,
      { standard: standardisePixels(input('pixels', [b, h, w, 3], 'uint8')) },
      { pixels: tensor('uint8', [b, h, w, 3], pixels) },
    )
    expectClose('standardised', standard!, expected(rgb), augmentationTolerance)
    expectClose('augmented', await both({}), expected(rgb), augmentationTolerance)
  })

  test('a negative first entry mirrors left and right', async () => {
    const mirrored = await both({ affine: [-1, 0, 0, 0, 1, 0] })
    expectClose(
      'mirrored',
      mirrored,
      expected((n, y, x) => rgb(n, y, w - 1 - x)),
      augmentationTolerance,
    )
  })

  test('whole pixels of translation move the photo, black coming in', async () => {
    // reads two columns to the right and one row up: 2·2/w, −2·1/h
    const moved = await both({ affine: [1, 0, 4 / w, 0, 1, -2 / h] })
    expectClose(
      'moved',
      moved,
      expected((n, y, x) => rgb(n, y - 1, x + 2)),
      augmentationTolerance,
    )
  })

  test('a quarter turn in pixels, whatever the sides', async () => {
    // in pixels about the centre (x, y) ← (−y, x); coordinates are divided by half the width and half the height
    const turned = await both({ affine: [0, -h / w, 0, w / h, 0, 0] })
    const [cx, cy] = [(w - 1) / 2, (h - 1) / 2]
    expectClose(
      'turned',
      turned,
      expected((n, y, x) => rgb(n, cy + (x - cx), cx - (y - cy))),
      augmentationTolerance,
    )
  })

  test('the box is erased to the mean, its ends excluded, in that photo only', async () => {
    const result = await run({ ...identity, erase: [1, 2, 4, 5] }, identity)
    const inside = (n: number, y: number, x: number) => n === 0 && x >= 1 && x < 4 && y >= 2 && y < 5
    expectClose(
      'erased',
      result,
      expected((n, y, x) => (inside(n, y, x) ? mean : rgb(n, y, x))),
      augmentationTolerance,
    )
    for (let i = 0; i < h * w; i++) {
      const erased = [0, 1, 2].every((c) => result.data[i * 3 + c] === 0)
      expect(erased, `pixel ${i % w}, ${Math.floor(i / w)}`).toBe(inside(0, Math.floor(i / w), i % w))
    }
  })

  test('colours are mixed by the matrix, moved, and cut to what a photo can hold', async () => {
    // red ← blue, green ← 2·green − 0.5, blue ← (red + green)/2
    const color = [0, 0, 1, 0, 0, 2, 0, -0.5, 0.5, 0.5, 0, 0]
    const cut = (v: number) => Math.min(1, Math.max(0, v))
    const change = (n: number, y: number, x: number) => {
      const [red, green, blue] = rgb(n, y, x)
      return [blue, cut(2 * green - 0.5), (red + green) / 2]
    }
    expectClose('coloured', await both({ color }), expected(change), augmentationTolerance)
  })

  test('random parameters agree with the same arithmetic pixel by pixel', async () => {
    const own = rng.fork('random')
    const around = (centre: readonly number[], by: number) => centre.map((v) => Math.fround(v + own.uniform(-by, by)))
    const random = (): Row => ({
      affine: around(identity.affine, 0.5),
      color: around(identity.color, 0.4),
      erase: [own.int(4), own.int(3), 4 + own.int(5), 3 + own.int(4)],
    })
    for (let i = 0; i < 20; i++) {
      const rows = [random(), random()]
      expectClose(`draw ${i}`, await run(...rows), plain(rows), augmentationTolerance)
    }
  })
})
