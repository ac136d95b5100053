import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { matchLossDefaults } from '../src/nn/index.ts'
import { ortBackend } from '../src/runtime/index.ts'
import { coatPairs } from '../src/synth/index.ts'
import { initialState, updateFeeds } from '../src/train/index.ts'
import { drawBatch } from './matcher-batches.ts'
import { matcherOptimiser, matcherStep } from './matcher-step.ts'
import { type MatcherTraining, trainMatcher } from './matcher-training.ts'

const batch = { groups: 1, sizePx: 48, places: 32, background: 8 }
const small = {
  ...{ seed: 'test', network: { width: 8, depth: 1, dim: 8 }, batch, checkpointEvery: 2 },
} satisfies Partial<MatcherTraining>

const folder = mkdtempSync(join(tmpdir(), 'rosette-matcher-'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a batch', () => {
  const feeds = drawBatch(coatPairs({ seed: 'batch', sizePx: 48 }), batch, 5, 0.2)
  const [rows, cells] = [40, 144]

  test('reads each place from the cells around it, and padding from none', () => {
    for (let image = 0; image < 4; image++) {
      for (let row = 0; row < rows; row++) {
        const weights = feeds.reading.data.subarray((image * rows + row) * cells, (image * rows + row + 1) * cells)
        const isPlace = feeds.isPlace.data[(image % 2) * rows + row]!
        expect(weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(isPlace, 5)
        expect(weights.filter((w) => w !== 0).length).toBeLessThanOrEqual(4)
      }
    }
  })

  test('has places of the coat first, then what is no pair', () => {
    const pairs = [...feeds.isPair.data.subarray(0, rows)]
    expect(pairs.slice(0, 32).reduce((sum, v) => sum + v, 0)).toBeGreaterThan(10)
    expect(pairs.slice(32)).toEqual(Array(8).fill(0))
    expect(Math.max(...feeds.photos.data)).toBeLessThanOrEqual(1)
  })
})

describe('training', () => {
  test('learns a few pairs by heart: from chance to most places of each other found', async () => {
    const plan = matcherStep({ network: { width: 16, depth: 1, dim: 16 }, batch, loss: matchLossDefaults })
    const feeds = drawBatch(coatPairs({ seed: 'heart', sizePx: 48 }), batch, 0, 0)
    const program = await (await ortBackend({ threads: 1 })).start(plan.graph, initialState(plan, 'heart'))
    const right: number[] = []
    for (let step = 0; step < 120; step++) {
      const rate = { seed: 'heart', step, learningRate: 3e-3, optimiser: matcherOptimiser, randoms: plan.randoms }
      right.push(Number((await program.step({ ...feeds, ...updateFeeds(rate) })).right!.data[0]))
    }
    await program.release()
    expect(right[0]).toBeLessThan(0.3)
    expect(right.at(-1)).toBeGreaterThan(0.8)
  })

  test('stopped in the middle and gone on with, it makes the same weights and log; another training is refused', async () => {
    const [whole, broken] = [join(folder, 'whole'), join(folder, 'broken')]
    const expected = await trainMatcher({ ...small, folder: whole, steps: 6 })
    await trainMatcher({ ...small, folder: broken, steps: 6, stopAt: 3 }) // one step after its checkpoint
    const found = await trainMatcher({ ...small, folder: broken, steps: 6 })
    expect([...found.keys()]).toEqual([...expected.keys()])
    for (const [name, { data }] of expected) expect(found.get(name)!.data, name).toEqual(data)
    const rows = (of: string) =>
      readFileSync(join(of, 'log.csv'), 'utf8')
        .trim()
        .split('\n')
        .map((row) => row.split(',').slice(0, 5))
    expect(rows(broken)).toEqual(rows(whole))
    expect(rows(whole).map(([step]) => step)).toEqual(['step', '2', '4', '6'])
    await expect(trainMatcher({ ...small, folder: broken, steps: 8 })).rejects.toThrow('broken/checkpoint.safetensors')
  })
})
