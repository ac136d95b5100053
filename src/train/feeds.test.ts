import { describe, expect, test } from 'vitest'
import { augmentDefaults, augmentOff, type PixelStore } from '../data/index.ts'
import { geometry } from '../images/index.ts'
import { adamwDefaults } from '../optim/index.ts'
import { type Tensor, tensor } from '../tensor/index.ts'
import { stepFeeds } from './feeds.ts'

const shape = geometry({ widthPx: 32, heightPx: 64 })
/** Photos of one value each: their place in the store. */
const store = {
  geometry: shape,
  batch: (rows: ArrayLike<number>) =>
    tensor(
      'uint8',
      [rows.length, 64, 32, 3],
      Uint8Array.from({ length: rows.length * 64 * 32 * 3 }, (_, i) => rows[Math.floor(i / (64 * 32 * 3))]!),
    ),
} as unknown as PixelStore

const labels = Int32Array.of(0, 0, 1, 1, 2, 2)
const randoms = [
  { name: 'a.drop_path', shape: [4, 1, 1], keep: 0.8 },
  { name: 'dropout', shape: [4, 50], keep: 0.5 },
]
const options = {
  seed: '3',
  augment: augmentDefaults,
  optimiser: adamwDefaults,
  releasedAt: [0],
  skipped: [0].slice(1),
  randoms,
  step: 7,
  learningRate: 0.01,
  marginShare: 0.5,
}
const rows = Int32Array.of(5, 0, 3, 2)
const feeds = (given: Partial<typeof options> = {}, at: Int32Array = rows) =>
  stepFeeds(store, labels, at, { ...options, ...given })
const bits = (fed: Record<string, Tensor>, names: readonly string[]) => names.map((name) => [...fed[name]!.data])
const drawn = ['affine', 'color', 'erase', 'a.drop_path', 'dropout']

describe('stepFeeds', () => {
  test('the photos of the batch with their labels, and the optimiser’s scalars', () => {
    const fed = feeds()
    expect([...fed.labels!.data]).toEqual([2, 0, 1, 1])
    expect([0, 1, 2, 3].map((b) => fed.pixels!.data[b * 64 * 32 * 3])).toEqual([5, 0, 3, 2])
    // step 7 is the eighth
    expect(fed.learningRate!.data[0]).toBeCloseTo(0.01, 8)
    expect(fed.marginShare!.data[0]).toBe(0.5)
    expect(Number(fed.correction1!.data[0]) * (1 - 0.9 ** 8)).toBeCloseTo(1, 6)
    expect(Number(fed.correction2!.data[0]) * Math.sqrt(1 - 0.999 ** 8)).toBeCloseTo(1, 6)
    expect(Object.keys(fed).sort()).toEqual(
      ['pixels', 'labels', ...drawn, 'marginShare', 'learningRate', 'correction1', 'correction2'].sort(),
    )
  })

  test('what was released later counts its own steps', () => {
    const fed = feeds({ releasedAt: [0, 5] })
    expect(Number(fed.correction1!.data[0]) * (1 - 0.9 ** 8)).toBeCloseTo(1, 6)
    expect(Number(fed['correction1/1']!.data[0]) * (1 - 0.9 ** 3)).toBeCloseTo(1, 6)
    expect(Number(fed['correction2/1']!.data[0]) * Math.sqrt(1 - 0.999 ** 3)).toBeCloseTo(1, 6)
  })

  test('steps that changed nothing are not counted, nor those before a release', () => {
    const fed = feeds({ releasedAt: [0, 5], skipped: [1, 6, 9] }) // step 7 is the sixth taken, and the second since 5
    expect(Number(fed.correction1!.data[0]) * (1 - 0.9 ** 6)).toBeCloseTo(1, 6)
    expect(Number(fed['correction1/1']!.data[0]) * (1 - 0.9 ** 2)).toBeCloseTo(1, 6)
  })

  test('what is random depends on seed, step and row alone', () => {
    const first = bits(feeds(), drawn)
    expect(bits(feeds(), drawn)).toEqual(first)
    // which photos, and at what rate, is no matter
    expect(bits(feeds({ learningRate: 1 }, Int32Array.of(1, 1, 1, 1)), drawn)).toEqual(first)
    for (const change of [{ seed: '4' }, { step: 8 }])
      bits(feeds(change), drawn).forEach((data, i) => {
        if (drawn[i] === 'a.drop_path' || drawn[i] === 'erase') return // few outcomes: these may be equal by chance
        expect(data, `${drawn[i]} at ${JSON.stringify(change)}`).not.toEqual(first[i])
      })
  })

  test('a row’s numbers do not depend on how many rows follow it', () => {
    const short = feeds(
      {
        randoms: randoms.map((spec) => ({ ...spec, shape: [2, ...spec.shape.slice(1)] })),
      },
      rows.subarray(0, 2),
    )
    for (const [name, data] of drawn.map((name) => [name, short[name]!.data] as const))
      expect([...data], name).toEqual([...feeds()[name]!.data.slice(0, data.length)])
  })

  test('masks are 1 / keep with probability keep, each row with its own', () => {
    const masks = Array.from({ length: 20 }, (_, step) => [...(feeds({ step }).dropout!.data as Float32Array)]).flat()
    expect(new Set(masks)).toEqual(new Set([0, 2]))
    expect(masks.filter((v) => v > 0).length / masks.length).toBeCloseTo(0.5, 1)
    const dropout = feeds().dropout!.data
    const first = [...dropout.slice(0, 50)]
    expect([...dropout.slice(50, 100)]).not.toEqual(first)
    const paths = Array.from({ length: 150 }, (_, step) => [...feeds({ step })['a.drop_path']!.data])
      .flat()
      .map(Number)
    expect(new Set(paths)).toEqual(new Set([0, Math.fround(1.25)]))
    expect(paths.filter((v) => v > 0).length / paths.length).toBeCloseTo(0.8, 1)
  })

  test('nothing is varied where it is off', () => {
    const fed = feeds({ augment: augmentOff as unknown as typeof augmentDefaults })
    expect([...fed.affine!.data.slice(0, 6)]).toEqual([1, 0, 0, 0, 1, 0])
    expect([...fed.erase!.data]).toEqual(new Array(16).fill(0))
  })
})
