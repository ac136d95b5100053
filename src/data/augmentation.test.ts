import { describe, expect, it } from 'vitest'
import { mean } from '../base/index.ts'
import {
  type AugmentConfig,
  augmentationParameters,
  augmentDefaults,
  augmentOff,
  checkAugmentation,
} from './augmentation.ts'
import { colorMatrix } from './color-matrix.ts'

const where = { seed: 7, step: 3, rows: 4, heightPx: 32, widthPx: 64 }
const draw = (config: Partial<AugmentConfig>, given: Partial<typeof where> = {}) =>
  augmentationParameters({ ...augmentOff, ...config }, { ...where, ...given })

const rowsOf = (data: Float32Array, size: number) =>
  Array.from({ length: data.length / size }, (_, i) => [...data.subarray(i * size, (i + 1) * size)])

const still = { degrees: 0, translate: 0, scale: [1, 1], shearDegrees: 0 } as const

describe('augmentationParameters', () => {
  it('changes nothing when all is off', () => {
    const { affine, color, erase } = draw({})
    expect([affine.shape, color.shape, erase.shape]).toEqual([
      [4, 2, 3],
      [4, 3, 4],
      [4, 4],
    ])
    expect(rowsOf(affine.data, 6)).toEqual(Array(4).fill([1, 0, 0, 0, 1, 0]))
    expect(rowsOf(color.data, 12)).toEqual(Array(4).fill([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]))
    expect(rowsOf(erase.data, 4)).toEqual(Array(4).fill([0, 0, 0, 0]))
  })

  it('is a pure function of seed, step and row', () => {
    const drawn = draw(augmentDefaults)
    expect(draw(augmentDefaults)).toEqual(drawn)
    const longer = draw(augmentDefaults, { rows: 6 })
    expect(longer.affine.data.subarray(0, 24)).toEqual(drawn.affine.data)
    expect(longer.color.data.subarray(0, 48)).toEqual(drawn.color.data)
    for (const given of [{ seed: 8 }, { step: 4 }])
      expect(draw(augmentDefaults, given).affine.data).not.toEqual(drawn.affine.data)
    expect(new Set(rowsOf(drawn.affine.data, 6).map(String)).size).toBe(4)
  })

  it('switches one part off without changing another', () => {
    const all = draw(augmentDefaults)
    expect(draw({ ...augmentDefaults, affine: false }).color).toEqual(all.color)
    expect(draw({ ...augmentDefaults, colorJitter: false }).affine).toEqual(all.affine)
    expect(draw({ ...augmentDefaults, affine: false, flip: false }).erase).toEqual(all.erase)
  })

  it('mirrors the input’s x, translation included', () => {
    const { affine } = draw({ affine: augmentDefaults.affine })
    const flipped = draw({ affine: augmentDefaults.affine, flip: { probability: 1 } }).affine
    rowsOf(affine.data, 6).forEach((theta, row) => {
      const [a, b, c, d, e, f] = theta
      expect(rowsOf(flipped.data, 6)[row]).toEqual([-a!, -b!, -c!, d, e, f])
    })
  })

  it('rotates rigidly in pixels on an image that is not square', () => {
    const { affine } = draw({ affine: { ...still, degrees: 180 } })
    for (const [a, b, , d, e] of rowsOf(affine.data, 6)) {
      // half width 32, half height 16: back to pixels
      const [xx, xy, yx, yy] = [a!, (b! * 32) / 16, (d! * 16) / 32, e!]
      expect(xx).toBeCloseTo(yy, 5)
      expect(xy).toBeCloseTo(-yx, 5)
      expect(xx * yy - xy * yx).toBeCloseTo(1, 5)
      expect(Math.abs(xy)).toBeGreaterThan(0.001)
    }
  })

  it('takes the middle of the output from where the translation says', () => {
    const { affine } = draw(
      { affine: { degrees: 30, translate: 0.2, scale: [0.5, 2], shearDegrees: 20 } },
      { rows: 200 },
    )
    for (const [a, b, c, d, e, f] of rowsOf(affine.data, 6)) {
      // the translation t is the output point that shows the input's centre: A⁻¹ · t + offset = 0
      const determinant = a! * e! - b! * d!
      const tx = (-c! * e! + b! * f!) / determinant
      const ty = (-a! * f! + d! * c!) / determinant
      expect(Math.max(Math.abs(tx), Math.abs(ty))).toBeLessThanOrEqual(0.4 + 1e-5)
      expect(determinant).toBeGreaterThanOrEqual(0.25 - 1e-6)
      expect(determinant).toBeLessThanOrEqual(4 + 1e-5)
    }
  })

  it('shears: scale and angle off, x alone moves with y', () => {
    const { affine } = draw({ affine: { ...still, shearDegrees: 40 } }, { rows: 50 })
    for (const [a, b, c, d, e, f] of rowsOf(affine.data, 6)) {
      expect([a, c, d, e, f].map((v) => v! + 0)).toEqual([1, 0, 0, 1, 0])
      expect(Math.abs(b! * 2)).toBeLessThanOrEqual(Math.tan((40 * Math.PI) / 180))
    }
  })

  it('draws as often and as wide as the config says', () => {
    const { affine, erase } = draw(augmentDefaults, { rows: 4000, heightPx: 224, widthPx: 224 })
    const thetas = rowsOf(affine.data, 6)
    expect(mean(thetas.map(([a]) => (a! < 0 ? 1 : 0)))).toBeCloseTo(0.5, 1)
    const angles = thetas.map(([a, , , d]) => Math.atan2(d!, Math.abs(a!)) * (180 / Math.PI))
    expect(Math.max(...angles)).toBeGreaterThan(14.5)
    expect(Math.max(...angles.map(Math.abs))).toBeLessThanOrEqual(15.0001)
    const boxes = rowsOf(erase.data, 4).filter(([, , x1]) => x1! > 0)
    expect(boxes.length / 4000).toBeCloseTo(0.25, 1)
    for (const [x0, y0, x1, y1] of boxes) {
      const area = ((x1! - x0!) * (y1! - y0!)) / 224 ** 2
      expect(area > 0.018 && area < 0.21).toBe(true)
      expect(x0! >= 0 && y0! >= 0 && x1! <= 224 && y1! <= 224).toBe(true)
      expect([x0, y0, x1, y1].every((v) => Number.isInteger(v))).toBe(true)
    }
  })

  it('tells every value that is out of range, with its path', () => {
    const config: AugmentConfig = {
      affine: { ...still, scale: [1.2, 0.8], degrees: 200 },
      colorJitter: { brightness: -1, contrast: 0, saturation: 0, hue: 0.7 },
      flip: { probability: Number.NaN },
      erasing: { probability: 0.5, area: [0.1, 2], ratio: [0, 3] },
    }
    expect(() => checkAugmentation(config)).toThrow(
      [
        'augment.affine.degrees: expected 0 to 180, got 200',
        'augment.affine.scale[1]: expected 1.2 to 100, got 0.8',
        'augment.colorJitter.brightness: expected 0 to 10, got -1',
        'augment.colorJitter.hue: expected 0 to 0.5, got 0.7',
        'augment.flip.probability: expected 0 to 1, got NaN',
        'augment.erasing.area[1]: expected 0.1 to 1, got 2',
        'augment.erasing.ratio[0]: expected 0.01 to 100, got 0',
      ].join('\n'),
    )
  })
})

describe('colorMatrix', () => {
  const same = { brightness: 1, contrast: 1, saturation: 1, hueTurns: 0 }
  const apply = (change: Partial<typeof same>, rgb: readonly number[]) => {
    const m = colorMatrix({ ...same, ...change })
    return [0, 1, 2].map((r) => m[r * 4]! * rgb[0]! + m[r * 4 + 1]! * rgb[1]! + m[r * 4 + 2]! * rgb[2]! + m[r * 4 + 3]!)
  }
  const close = (actual: readonly number[], expected: readonly number[]) =>
    actual.forEach((v, i) => expect(v).toBeCloseTo(expected[i]!, 12))

  it('brightens in proportion', () => close(apply({ brightness: 1.5 }, [0.2, 0.4, 0]), [0.3, 0.6, 0]))
  it('moves away from middle grey', () => close(apply({ contrast: 2 }, [0.5, 0.75, 0.25]), [0.5, 1, 0]))
  it('fades to Rec. 601 grey', () => close(apply({ saturation: 0 }, [1, 0, 0]), [0.299, 0.299, 0.299]))
  it('turns red to green in a third of a turn', () => close(apply({ hueTurns: 1 / 3 }, [1, 0, 0]), [0, 1, 0]))
  it('keeps greys grey under any hue and saturation', () =>
    close(apply({ hueTurns: 0.17, saturation: 1.3 }, [0.4, 0.4, 0.4]), [0.4, 0.4, 0.4]))
  it('composes in the order brightness, contrast, saturation, hue', () => {
    const change = { brightness: 1.2, contrast: 0.7, saturation: 1.4, hueTurns: 0.1 }
    const rgb = [0.3, 0.6, 0.1]
    const steps = [{ brightness: 1.2 }, { contrast: 0.7 }, { saturation: 1.4 }, { hueTurns: 0.1 }]
    close(
      apply(change, rgb),
      steps.reduce<readonly number[]>((c, step) => apply(step, c), rgb),
    )
  })
})
