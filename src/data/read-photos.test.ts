import { expect, test } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { encodePng } from '../images/index.ts'
import { openDataset } from './open.ts'
import { type ReadOptions, readPhotos } from './read-photos.ts'

const png = (widthPx: number) =>
  encodePng({ width: widthPx, height: 10, data: new Uint8Array(widthPx * 10 * 4).fill(255) })

/** Reads photos of these widths, 80 bytes of budget a column; tells the widths under way whenever one begins. */
async function underWay(widths: readonly number[], options: ReadOptions): Promise<string[]> {
  const files = await Promise.all(widths.map(async (width, i) => [`${i}.png`, await png(width)] as const))
  const manifest = openDataset(folderWith(Object.fromEntries(files)))
  const [now, seen]: [number[], string[]] = [[], []]
  const make = async ({ photo }: { readonly photo: { readonly filename: string } }) => {
    const width = widths[Number.parseInt(photo.filename, 10)]!
    now.push(width)
    seen.push(now.join(' '))
    await new Promise((resolve) => setTimeout(resolve, 20))
    now.splice(now.indexOf(width), 1)
    return width
  }
  const made: unknown[] = []
  for await (const found of readPhotos(manifest, make, options)) made.push('made' in found ? found.made : found.reason)
  expect(made).toEqual(widths)
  return seen
}

test('photos under way stay within a budget of memory; one that is larger than it passes alone', async () => {
  const widths = [30, 31, 500, 32, 33, 34]
  const most = (seen: readonly string[]) => Math.max(...seen.map((line) => line.split(' ').length))
  expect(most(await underWay(widths, { budgetBytes: 1_000_000 }))).toBeGreaterThan(1)
  const seen = await underWay(widths, { budgetBytes: 70 * 80 })
  expect(seen).toContain('500')
  const sums = seen.map((line) => line.split(' ').reduce((sum, width) => sum + Number(width), 0))
  expect(Math.max(...sums.filter((sum) => sum !== 500))).toBeLessThanOrEqual(70)
})
