import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folderWith, greyPng } from '../../test/dataset-fixture.ts'
import { sha256Of } from '../base/index.ts'
import { encodePng } from '../images/index.ts'
import type { Photo } from './manifest.ts'
import { maskShares } from './mask-shares.ts'

it('the share of a photo, or of its box, that a mask or an alpha channel leaves', async () => {
  const rgba = (animal: (x: number) => boolean, alpha: (x: number) => number) =>
    encodePng({
      width: 4,
      height: 3,
      data: Uint8Array.from({ length: 48 }, (_, i) => {
        const x = (i >> 2) % 4
        if (i % 4 === 3) return alpha(x)
        return animal(x) ? 255 : 0
      }),
    })
  const folder = folderWith({
    'photo.png': await greyPng(200),
    'cut.png': await rgba(
      () => true,
      (x) => (x === 0 ? 255 : 0),
    ),
    'half.png': await rgba(
      (x) => x < 2,
      () => 255,
    ),
    'none.png': await rgba(
      () => false,
      () => 255,
    ),
    'broken.png': 'no mask',
  })
  const photo = (filename: string, mask: string | undefined, more: Partial<Photo> = {}): Photo => ({
    ...{ filename, path: join(folder, filename), identity: 'A', extra: {} },
    ...(mask === undefined
      ? {}
      : { mask: { path: join(folder, mask), sha256: sha256Of(readFileSync(join(folder, mask))) } }),
    ...more,
  })
  const { shares, skipped } = await maskShares([
    photo('photo.png', 'half.png'),
    photo('photo.png', 'none.png'),
    photo('photo.png', 'half.png', { box: { x: 0, y: 0, width: 3, height: 3 } }),
    photo('cut.png', undefined),
    photo('photo.png', undefined),
    photo('photo.png', 'broken.png'),
  ])
  expect(shares.map(({ photo: { filename }, share }) => [filename, share])).toEqual([
    ['photo.png', 0.5],
    ['photo.png', 0],
    ['photo.png', 2 / 3],
    ['cut.png', 0.25],
  ])
  expect(skipped.map(({ photo: { mask } }) => mask?.path)).toEqual([join(folder, 'broken.png')])
})
