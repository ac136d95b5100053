import { describe, expect, test } from 'vitest'
import { centralDifferences, evaluate } from '../../test/differences.ts'
import { gradient } from '../autodiff/index.ts'
import { Rng } from '../base/index.ts'
import { input } from '../graph/index.ts'
import { referenceBackend } from '../runtime/index.ts'
import { filled, float32, type Tensor } from '../tensor/index.ts'
import { l2Normalise } from './losses.ts'
import { matchLoss } from './match-loss.ts'

/** Two groups of five places: three pairs, a background and a padding. */
const [groups, rows, dim] = [2, 5, 4]
const config = { temperature: 0.5, reliabilityWeight: 0.7 }
const rng = new Rng('match-loss.test')
const drawn = (...shape: number[]) =>
  float32(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => rng.normal()),
  )
const perPlace = (...of: number[]) => float32([groups, rows], [...of, ...of])
const feeds = {
  a: drawn(groups, rows, dim),
  b: drawn(groups, rows, dim),
  reliabilityA: drawn(groups, rows),
  reliabilityB: drawn(groups, rows),
  isPair: perPlace(1, 1, 1, 0, 0),
  isPlace: perPlace(1, 1, 1, 1, 0),
}
const values = Object.fromEntries(
  Object.entries(feeds).map(([name, { shape }]) => [name, input(name, shape)]),
) as Record<keyof typeof feeds, ReturnType<typeof input>>
const built = matchLoss({ ...values, a: l2Normalise(values.a), b: l2Normalise(values.b) }, config)

/** The loss once more, place by place. */
function plainly({ a, b, reliabilityA, reliabilityB }: typeof feeds): { loss: number; right: number } {
  const unit = ({ data }: Tensor, g: number, i: number) => {
    const row = Array.from({ length: dim }, (_, d) => Number(data[(g * rows + i) * dim + d]))
    return row.map((v) => v / Math.hypot(...row))
  }
  const present = [0, 1, 2, 3]
  let [contrast, doubt, right] = [0, 0, 0]
  for (let g = 0; g < groups; g++) {
    const cosine = (i: number, j: number) => unit(a, g, i).reduce((sum, v, d) => sum + v * unit(b, g, j)[d]!, 0)
    for (const i of present) {
      const [forward, back] = [present.map((j) => cosine(i, j)), present.map((j) => cosine(j, i))]
      const own = cosine(i, i)
      const lost = (all: readonly number[]) =>
        Math.log(all.reduce((sum, c) => sum + Math.exp(c / config.temperature), 0)) - own / config.temperature
      const isPair = i < 3
      const isRight = isPair && own === Math.max(...forward) && own === Math.max(...back)
      if (isPair) contrast += (lost(forward) + lost(back)) / 2 / (3 * groups)
      if (isRight) right += 1 / (3 * groups)
      for (const { data } of [reliabilityA, reliabilityB]) {
        const p = 1 / (1 + Math.exp(-data[g * rows + i]!))
        doubt -= Math.log(isRight ? p : 1 - p) / (2 * 4 * groups)
      }
    }
  }
  return { loss: contrast + config.reliabilityWeight * doubt, right }
}

describe('matchLoss', () => {
  test('is what its formula says, place by place', async () => {
    const { loss, right } = await evaluate(await referenceBackend(), { ...built }, feeds)
    const expected = plainly(feeds)
    expect(Number(loss!.data[0])).toBeCloseTo(expected.loss, 5)
    expect(Number(right!.data[0])).toBeCloseTo(expected.right, 6)
    // places of one coat that look alike: all right, and little left to lose
    const alike = { ...feeds, b: feeds.a }
    const same = await evaluate(await referenceBackend(), { ...built }, alike)
    expect(Number(same.right!.data[0])).toBe(1)
    expect(Number(same.loss!.data[0])).toBeLessThan(expected.loss)
  })

  test('has the derivative that differences have; padding has none', async () => {
    const names = ['a', 'b', 'reliabilityA', 'reliabilityB'] as const
    const slopes = gradient(
      built.loss,
      names.map((name) => values[name]),
    )
    const found = await evaluate(
      await referenceBackend(),
      Object.fromEntries(names.map((name, i) => [`d/${name}`, slopes[i]!])),
      feeds,
    )
    const expected = await centralDifferences(built.loss, names, feeds)
    for (const name of names)
      expected[name]!.data.forEach((slope, i) => {
        expect(Number(found[`d/${name}`]!.data[i]), `${name} ${i}`).toBeCloseTo(Number(slope), 4)
      })
    for (let d = 0; d < dim; d++) expect(Number(found['d/a']!.data[(rows - 1) * dim + d])).toBe(0)
    expect(Number(found['d/reliabilityA']!.data[rows - 1])).toBe(0)
  })

  test('without a single pair it is the doubt alone', async () => {
    const none = { ...feeds, isPair: filled([groups, rows], 0), reliabilityA: filled([groups, rows], -30) }
    const { loss, right } = await evaluate(
      await referenceBackend(),
      { ...built },
      { ...none, reliabilityB: none.reliabilityA },
    )
    expect(Number(loss!.data[0])).toBeCloseTo(0, 6)
    expect(Number(right!.data[0])).toBe(0)
  })
})
