import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cosine, temporaryFolder, tinyPhoto, tinyRun } from '../../test/model-fixture.ts'
import { openDataset } from '../data/index.ts'
import { geometry } from '../images/index.ts'
import { presets } from '../run/index.ts'
import {
  checkSameStart,
  type Embedder,
  type EnsembleOptions,
  embedPhotos,
  ensembleOf,
  openModel,
  prepareFor,
} from './index.ts'

const small = geometry({ widthPx: 2, heightPx: 1 })
const large = geometry({ widthPx: 3, heightPx: 3 })

/** Sees a photo in one geometry; its embedding is how many pixels that has, and `value`. Its weight does not count: it is of length 1. */
function toy(seen: typeof small, value: number, batches: number[] = []): Embedder {
  return {
    name: `toy ${value}`,
    source: `toy-${value}.onnx`,
    run: undefined,
    geometries: [seen],
    size: 2,
    tta: 'none',
    batchSize: value,
    lanes: 1,
    embed: async (photos) => {
      batches.push(photos.length)
      return Float32Array.from(
        photos.flatMap(([view]) => {
          const [x, y] = [view!.length / 3, value]
          return [x / Math.hypot(x, y), y / Math.hypot(x, y)]
        }),
      )
    },
    fingerprint: async () => 'toy',
    release: async () => {},
  }
}

test('each member sees photos in its own geometry; embeddings stand side by side, of length 1 together', async () => {
  const ensemble = ensembleOf([toy(small, 2), toy(large, 3)])
  expect([ensemble.size, ensemble.batchSize, ensemble.source]).toEqual([4, 3, 'toy-2.onnx + toy-3.onnx'])
  const image = { width: 4, height: 4, data: new Uint8Array(64).fill(200) }
  const photo = prepareFor(ensemble, image)
  expect(photo.map(({ length }) => length)).toEqual([6, 27])
  const half = Math.SQRT1_2
  const [a, b] = [Math.hypot(2, 2), Math.hypot(9, 3)]
  const expected = [2 / a, 2 / a, 9 / b, 3 / b].map((value) => expect.closeTo(value * half, 6))
  expect([...(await ensemble.embed([photo, photo]))]).toEqual([...expected, ...expected])
})

test('says how its members average, or that they differ', () => {
  const flips: Embedder = { ...toy(small, 1), tta: 'flip' }
  expect(ensembleOf([toy(small, 2), toy(large, 3)]).tta).toBe('none')
  expect(ensembleOf([flips, flips]).tta).toBe('flip')
  expect(ensembleOf([flips, toy(small, 2)]).tta).toBe('mixed')
})

test('a geometry that members share is prepared once, and an ensemble may be a member', async () => {
  const inner = ensembleOf([toy(large, 2), toy({ ...small }, 3)])
  const outer = ensembleOf([toy(small, 1), inner])
  expect(outer.geometries).toEqual([small, large])
  const image = { width: 4, height: 4, data: new Uint8Array(64).fill(200) }
  const [alone, both] = [await inner.embed([prepareFor(inner, image)]), await outer.embed([prepareFor(outer, image)])]
  const half = Math.SQRT1_2
  expect([...both.subarray(2)]).toEqual([...alone].map((value) => expect.closeTo(value * half, 6)))
  expect(() => ensembleOf([])).toThrow('ensemble: expected one embedder at least, got none')
})

test('an ensemble of two runs with geometries of their own embeds a dataset; cosines are the mean of theirs', async () => {
  const folder = temporaryFolder()
  const names = ['a.png', 'b.png', 'c.png']
  for (const [i, name] of names.entries()) writeFileSync(join(folder, name), await tinyPhoto('Abril', i))
  const manifest = openDataset(folder)
  const runs = [tinyRun(), tinyRun({ geometry: geometry({ widthPx: 96, heightPx: 64 }) })]
  const members = await Promise.all(runs.map((run) => openModel(run, { threads: 1 })))
  const ensemble = ensembleOf(members)
  const alone = await Promise.all(members.map((member) => embedPhotos(member, manifest)))
  const together = await embedPhotos(ensemble, manifest)
  await ensemble.release()
  expect(together.photos.map(({ filename }) => filename)).toEqual(names)
  expect(together.embeddings.dim).toBe(48)
  const row = ({ embeddings: { data, dim } }: typeof together, i: number) => data.subarray(i * dim, (i + 1) * dim)
  const [one, two] = alone.map((own) => cosine(row(own, 0), row(own, 1))) as [number, number]
  expect(Math.abs(one - two)).toBeGreaterThan(1e-4)
  expect(cosine(row(together, 0), row(together, 1))).toBeCloseTo((one + two) / 2, 5)
})

test('a mean of embeddings has the axes of its members, of length 1, by their weights', async () => {
  const members = [toy(small, 2), toy(small, 3)]
  const ensemble = ensembleOf(members, { method: 'embeddings', weights: [3, 1] })
  const photo = prepareFor(ensemble, { width: 4, height: 4, data: new Uint8Array(64).fill(200) })
  const [one, two] = await Promise.all(members.map((member) => member.embed([photo])))
  const sum = [0, 1].map((i) => 0.75 * one![i]! + 0.25 * two![i]!)
  const expected = sum.map((value) => expect.closeTo(value / Math.hypot(...sum), 6))
  expect(ensemble.size).toBe(2)
  expect([...(await ensemble.embed([photo, photo]))]).toEqual([...expected, ...expected])
  const other = { ...toy(small, 2), size: 3 }
  expect(() => ensembleOf([members[0]!, other], { method: 'embeddings' })).toThrow('members of one size, got 2, 3')
  expect(() => ensembleOf(members, { weights: [1, 0] })).toThrow('expected 2 weights above 0, one a member, got 1, 0')
})

test('its fingerprint says how members are fused and what they weigh', async () => {
  const members = [toy(small, 2), toy(small, 3)]
  const of = (options: EnsembleOptions) => ensembleOf(members, options).fingerprint()
  const all = await Promise.all([
    of({}),
    of({ method: 'ranks' }),
    of({ method: 'embeddings' }),
    of({ weights: [2, 1] }),
    of({ weights: [1, 2] }),
  ])
  expect(new Set(all).size).toBe(5)
  expect(await of({ method: 'similarities', weights: [2, 2] })).toBe(all[0])
})

test('runs that began alike may be averaged, others are told apart by network, seed and weights', () => {
  const run = (seed: number, model: object = {}) => {
    const folder = temporaryFolder()
    const config = { ...presets.atto, model: { ...presets.atto.model, ...model } }
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
    writeFileSync(join(folder, 'run.json'), JSON.stringify({ seed, weights: null }))
    return { run: folder, source: folder }
  }
  const [a, b, c] = [run(0), run(0), run(1)]
  expect(() => checkSameStart([a, b])).not.toThrow()
  expect(() => checkSameStart([a, b, c])).toThrow(`${a.source} and ${c.source} did not start from the same weights`)
  expect(() => checkSameStart([a, run(0, { embeddingSize: 32 })])).toThrow('did not start from the same weights')
  expect(() => checkSameStart([a, { run: undefined, source: 'x.onnx' }])).toThrow('x.onnx is no run folder')
})
