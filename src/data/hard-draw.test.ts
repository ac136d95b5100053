import { expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import { hardDraw } from './hard-draw.ts'
import { epochBatches, type SamplerConfig } from './sampler.ts'

const share = (list: readonly number[], of: (x: number) => boolean) => list.filter(of).length / list.length

test('individuals come by their hardness, and whom they are taken for comes after them', () => {
  const difficulty = { hardness: [0, 0.3, 0.1, 0.6], confused: [[0, 3, 4]] } as const
  const next = hardDraw(difficulty, new Rng('hard'))!
  const drawn = Array.from({ length: 8000 }, next)
  drawn.forEach((one, i) => expect(one === 3 ? drawn[i + 1] : 0).toBe(i + 1 === drawn.length ? drawn[i + 1] : 0))
  const byHardness = drawn.filter((one) => one !== 0)
  expect(share(byHardness, (one) => one === 1)).toBeCloseTo(0.3, 1)
  expect(share(byHardness, (one) => one === 2)).toBeCloseTo(0.1, 1)
  expect(share(byHardness, (one) => one === 3)).toBeCloseTo(0.6, 1)
  expect(hardDraw({ hardness: [0, 0], confused: [] }, new Rng('hard'))).toBeUndefined()
})

const identities = Int32Array.from({ length: 80 }, (_, i) => i % 8)
const difficulty = { hardness: [0, 0, 0, 0, 0, 1, 0, 0], confused: [[2, 5, 3]] } as const
const configs: readonly SamplerConfig[] = [
  { kind: 'shuffled', batchSize: 8, seed: 1 },
  { kind: 'class-balanced', batchSize: 8, seed: 1 },
  { kind: 'pxk', batchSize: 8, p: 4, k: 2, seed: 1 },
]

test.each(configs)(
  '$kind: the hard ones come more often the more is asked for; without it nothing changes',
  (config) => {
    const drawn = (strength: number) =>
      Array.from({ length: 30 }, (_, epoch) =>
        epochBatches({ ...config, curriculum: { strength, difficulty } }, identities, epoch).flatMap((batch) => [
          ...batch,
        ]),
      ).flat()
    const plain = Array.from({ length: 30 }, (_, epoch) =>
      epochBatches(config, identities, epoch).flatMap((b) => [...b]),
    ).flat()
    const hard = (list: readonly number[]) => share(list, (photo) => [2, 5].includes(identities[photo]!))
    expect(drawn(0)).toEqual(plain)
    expect(drawn(0.5)).toEqual(drawn(0.5))
    expect(hard(plain)).toBeCloseTo(0.25, 1)
    expect(hard(drawn(0.3))).toBeGreaterThan(hard(plain) + 0.08)
    expect(hard(drawn(0.8))).toBeGreaterThan(hard(drawn(0.3)) + 0.02)
    // the others do not vanish, and batches of pairs stay batches of four different individuals
    expect(new Set(drawn(0.8).map((photo) => identities[photo])).size).toBe(8)
    if (config.kind !== 'pxk') return
    for (const batch of epochBatches({ ...config, curriculum: { strength: 1, difficulty } }, identities, 0))
      expect(new Set(batch.map((photo) => identities[photo]!)).size).toBe(4)
  },
)
