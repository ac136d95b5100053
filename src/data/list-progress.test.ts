import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith, greyPng } from '../../test/dataset-fixture.ts'
import type { ListStage } from './list-progress.ts'
import { openDataset } from './open.ts'
import { openQueries } from './queries.ts'

/** The last count of each stage. */
function counting() {
  const counts: Partial<Record<ListStage, readonly [number, number]>> = {}
  const onFile = (stage: ListStage, done: number, total: number) => {
    counts[stage] = [done, total]
  }
  return { counts, onFile }
}

test('a list of photos tells each file that it asks the drive for', async () => {
  const photo = await greyPng(200)
  const folder = folderWith({
    'p/A/1.png': photo,
    'p/A/2.png': photo,
    'p/B/3.png': photo,
    'm/1.png': await greyPng(255),
    'p/t.csv': 'file,name\nA/1.png,A\nA/2.png,A\nB/3.png,B\n',
  })
  const folders = counting()
  openDataset(join(folder, 'p'), { onFile: folders.onFile, masks: join(folder, 'm') })
  expect(folders.counts).toEqual({ listing: [1, 0], comparing: [3, 3], 'reading masks': [2, 3] })
  const table = counting()
  openDataset(join(folder, 'p', 't.csv'), { onFile: table.onFile })
  expect(table.counts).toEqual({ listing: [2, 3], comparing: [3, 3] })
  const queries = counting()
  openQueries([join(folder, 'p')], { onFile: queries.onFile })
  expect(queries.counts).toEqual({ listing: [6, 0], comparing: [2, 3] })
})
