import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder, tinyKaggle, tinyRun, tinyTensors } from '../../test/model-fixture.ts'
import { openDataset } from '../data/index.ts'
import {
  type Embedder,
  embedPhotos,
  galleryModel,
  openModel,
  readGallery,
  readRunModel,
  writeGallery,
} from '../embedder/index.ts'
import { exportModel } from './export.ts'

async function exported(run: string, precision: 'fp32' | 'int8' = 'fp32'): Promise<Embedder> {
  const { network, geometry, tensors, name, checkpoint } = readRunModel(run)
  const folder = temporaryFolder()
  await exportModel({ network, geometry, tensors, name, folder, precision, checkpoint: checkpoint.path })
  return openModel(folder, { threads: 1 })
}

test('a gallery of a run can be asked with the model exported from it, whose embeddings are the same', async () => {
  const run = tinyRun({ checkpoints: { best: tinyTensors(), last: tinyTensors(2) } })
  const [own, file, last, int8] = [
    await openModel(run, { threads: 1 }),
    await exported(run),
    await openModel(run, { threads: 1, checkpoint: 'last' }),
    await exported(run, 'int8'),
  ]
  const photos = openDataset(await tinyKaggle())
  const embedded = await embedPhotos(own, photos)
  const again = await embedPhotos(file, photos)
  embedded.embeddings.data.forEach((value, i) => expect(Math.abs(value - again.embeddings.data[i]!)).toBeLessThan(1e-5))
  const folder = join(temporaryFolder(), 'gallery')
  writeGallery(folder, await galleryModel(own), embedded)
  expect(readGallery(folder, { model: await galleryModel(file) }).photos).toHaveLength(12)
  for (const other of [last, int8]) {
    const model = await galleryModel(other)
    expect(() => readGallery(folder, { model })).toThrow('two models may have one name: those of another checkpoint')
  }
  // what is stated of a checkpoint counts only of files that the description states too
  const description = join(file.source, 'model.json')
  const { sha256: _, ...rest } = JSON.parse(readFileSync(description, 'utf8')) as Record<string, unknown>
  writeFileSync(description, JSON.stringify(rest))
  const doubtful = await openModel(file.source, { threads: 1 })
  expect((await galleryModel(doubtful)).fingerprint).not.toBe((await galleryModel(own)).fingerprint)
  for (const embedder of [own, file, last, int8, doubtful]) await embedder.release()
})
