import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cosine, temporaryFolder, tinyPhoto, tinyRun } from '../../test/model-fixture.ts'
import { openDataset } from '../data/index.ts'
import { geometry } from '../images/index.ts'
import { type Embedder, embedPhotos, ensembleOf, openModel, prepareFor } from './index.ts'

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
