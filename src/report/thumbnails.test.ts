import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import type { Photo } from '../data/index.ts'
import { encodePng } from '../images/index.ts'
import { makeThumbnails, thumbnailSide } from './thumbnails.ts'

test('the longest side with which all photos stay within 17 MB, from a sample', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'rosette-side-')), 'noise.png')
  const rng = new Rng('side')
  const data = Uint8Array.from({ length: 400 * 400 * 4 }, (_, i) => (i % 4 === 3 ? 255 : rng.int(256)))
  writeFileSync(path, await encodePng({ width: 400, height: 400, data }))
  const photos = (count: number) =>
    Array.from({ length: count }, (): Photo => ({ filename: 'noise.png', path, extra: {} }))
  const bytesOf = async (longSidePx: number) => (await makeThumbnails(photos(1), { longSidePx }))[0]!.uri.length
  expect(await thumbnailSide(photos(20))).toBe(384)
  for (const count of [2500]) {
    const side = await thumbnailSide(photos(count))
    expect(side).toBeLessThan(384)
    expect(count * (await bytesOf(side))).toBeLessThanOrEqual(17e6)
    expect(count * (await bytesOf(Math.round(1.5 * side)))).toBeGreaterThan(17e6)
  }
})
