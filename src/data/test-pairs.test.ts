import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { readTestPairs } from './test-pairs.ts'

const header = 'row_id,query_image,gallery_image'

it('reads pairs as indices of photos in the order of their first mention', () => {
  const folder = folderWith({ 'test.csv': `${header}\r\nr0,b.png,a.png\r\nr1,b.png,c.png\r\nr2,a.png,b.png\r\n` })
  const pairs = readTestPairs(folder)
  expect(pairs).toEqual({
    rowIds: ['r0', 'r1', 'r2'],
    filenames: ['b.png', 'a.png', 'c.png'],
    queryIndex: Int32Array.of(0, 0, 1),
    galleryIndex: Int32Array.of(1, 2, 0),
  })
  expect(readTestPairs(join(folder, 'test.csv'))).toEqual(pairs)
})

it.each([
  [`${header}\n0,a,b\n1,a,b\n0,b,a\n`, "row 4: row_id '0' is that of row 2 already"],
  [`${header}\n0,a,\n`, 'row 2: an empty cell'],
  ['row_id,query,gallery_image\n0,a,b\n', 'no column query_image'],
  [`${header}\n`, 'no pairs'],
])('refuses %j', (text, message) => expect(() => readTestPairs(folderWith({ 'test.csv': text }))).toThrow(message))

it('reads the competition’s 137,270 pairs in well under a second', () => {
  const lines = [header]
  for (let i = 0; i < 371; i++)
    for (let j = 0; j < 371; j++) if (i !== j) lines.push(`${lines.length - 1},test_${i}.png,test_${j}.png`)
  const folder = folderWith({ 'test.csv': lines.join('\n') })
  const begin = performance.now()
  const { rowIds, filenames } = readTestPairs(folder)
  const elapsedMs = performance.now() - begin
  expect([rowIds.length, filenames.length]).toEqual([137_270, 371])
  // 0.3 s where it was written; the rest is for machines that are busy
  expect(elapsedMs).toBeLessThan(3000)
})
