import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { folderWith, greyPng } from '../../test/dataset-fixture.ts'
import { encodePng, geometry } from '../images/index.ts'
import { type OpenOptions, openDataset } from './open.ts'
import { openPixelStore } from './pixels.ts'

/** 4 × 3, its left half the animal. */
let half: Uint8Array
let none: Uint8Array
let photo: Uint8Array

beforeAll(async () => {
  const mask = (animal: (x: number) => boolean) =>
    encodePng({
      width: 4,
      height: 3,
      data: Uint8Array.from({ length: 48 }, (_, i) => (i % 4 === 3 || animal((i >> 2) % 4) ? 255 : 0)),
    })
  half = await mask((x) => x < 2)
  none = await mask(() => false)
  photo = await greyPng(200)
})

const black = geometry({ widthPx: 4, heightPx: 3, alpha: 'black' })

/** The first row of each photo's pixels on black. */
async function rows(path: string, options: OpenOptions = {}) {
  const manifest = openDataset(path, options)
  const store = await openPixelStore(manifest, black, { cacheDir: folderWith({}) })
  const { data } = store.batch(manifest.photos.map((_, i) => i))
  const reds = manifest.photos.map((_, i) => [0, 3, 6, 9].map((p) => data[i * 36 + p]))
  return { reds, notes: manifest.notes ?? [], warnings: manifest.warnings, entries: store.index.entries }
}

const cut = [200, 200, 0, 0]
const whole = [200, 200, 200, 200]

describe('masks', () => {
  it('that lie beside their photos are no photos, and are masks where the folder is named', async () => {
    const files = { 'A/a.png': photo, 'A/a_mask.png': half, 'B/b.png': photo, 'B/mask_b.png': half, 'B/c.png': photo }
    const folder = folderWith(files)
    const unused = await rows(folder)
    expect(unused.reds).toEqual([whole, whole, whole])
    expect(unused.warnings[0]).toBe(
      `2 pictures are masks of photos beside, and no photo: A/a_mask.png, B/mask_b.png; \`masks: "${folder}"\` uses such masks`,
    )
    const used = await rows(folder, { masks: folder })
    expect(used.reds).toEqual([cut, cut, whole])
    expect(used.warnings).toContain(`1 photo has no mask in ${folder}, and stays whole: B/c.png`)
  })

  it('that were replaced since their photos were listed are none of theirs: the cache would keep them as the old ones', async () => {
    const folder = folderWith({ 'photos/A/a.png': photo, 'masks/A/a.png': half })
    const manifest = openDataset(join(folder, 'photos'), { masks: join(folder, 'masks') })
    const cacheDir = folderWith({})
    const pixels = async () => {
      const store = await openPixelStore(manifest, black, { cacheDir })
      return [0, 3, 6, 9].map((p) => store.batch([0]).data[p])
    }
    const place = join(folder, 'masks', 'A', 'a.png')
    writeFileSync(place, none)
    await expect(pixels()).rejects.toThrow(`${place}: is another mask than when the photo was listed`)
    writeFileSync(place, half)
    expect(await pixels()).toEqual(cut)
  })

  it('in a folder with the individuals’ folders in it are told with what to do', () => {
    const folder = folderWith({ 'A/a.png': photo, 'B/b.png': photo, 'masks/A/a.png': half, 'masks/B/b.png': half })
    expect(() => openDataset(folder)).toThrow('a folder masks beside the photos, expected photos only')
    const named = folderWith({ 'A/a.png': photo, 'Seg/a.png': photo, 'Seg/x.png': photo })
    expect(openDataset(named).photos.map(({ identity }) => identity)).toEqual(['A', 'Seg', 'Seg'])
  })

  it('of a column that holds none are told', () => {
    const folder = folderWith({ 'a.png': photo, 't.csv': 'file,name,segmentation\na.png,A,"[[1,2,3,4,5,6]]"\n' })
    expect(openDataset(join(folder, 't.csv')).warnings[0]).toContain(
      "column 'segmentation' may hold masks and is not read",
    )
  })

  it('of a column cut each photo of its row', async () => {
    const files = { 'a.png': photo, 'm/a.png': half }
    const folder = folderWith({
      ...files,
      't.csv': 'file,name,mask\na.png,A,m/a.png\n',
      'u.csv': 'file,name,mask\na.png,A,\n',
    })
    const masked = await rows(join(folder, 't.csv'))
    expect(masked.reds).toEqual([cut])
    expect(masked.notes).toEqual(['1 mask; masks are used where image.alpha is black, mean, crop or crop-black'])
    expect((await rows(join(folder, 'u.csv'))).reds).toEqual([whole])
    const named = folderWith({ ...files, 't.csv': 'file,name,seg\na.png,A,m/a.png\n' })
    expect((await rows(join(named, 't.csv'), { columns: { mask: 'seg' } })).reds).toEqual([cut])
    expect(openDataset(join(named, 't.csv'), { columns: { mask: 'seg' } }).reading).toEqual({
      columns: { filename: 'file', identity: 'name', mask: 'seg' },
      left: [],
    })
    const other = openDataset(join(folderWith({ ...files, 't.csv': 'file,mask\na.png,yes\n' }), 't.csv'))
    expect(other.photos[0]).toMatchObject({ extra: { mask: 'yes' } })
  })

  it.each(['outlines/A/1.png', 'outlines/A/1_mask.png', 'outlines/1.png', 'outlines/mask_1.png'])(
    'of a folder: %s',
    async (name) => {
      const folder = folderWith({ 'photos/A/1.png': photo, 'photos/B/2.png': photo, [name]: half })
      const { reds, warnings, notes } = await rows(join(folder, 'photos'), { masks: join(folder, 'outlines') })
      expect(reds).toEqual([cut, whole])
      expect(notes).toEqual([expect.stringContaining('1 mask of ')])
      expect(warnings).toContainEqual(expect.stringMatching(/^1 photo has no mask in .*, and stays whole: B\/2\.png$/))
      expect((await rows(join(folder, 'photos'), { columns: { mask: join(folder, 'outlines') } })).reds).toEqual([
        cut,
        whole,
      ])
      expect((await rows(join(folder, 'photos'), { columns: { mask: '../outlines' } })).reds).toEqual([cut, whole])
    },
  )

  it('tell two animals of one photo apart, and their pixels in the cache', async () => {
    const files = { 'a.png': photo, 'm1.png': half, 'm2.png': none }
    const folder = folderWith({ ...files, 't.csv': 'file,name,mask\na.png,A,m1.png\na.png,B,m2.png\n' })
    const { reds, entries } = await rows(join(folder, 't.csv'))
    expect(reds).toEqual([cut, [0, 0, 0, 0]])
    expect(new Set(entries).size).toBe(2)
  })

  it('that are the photo itself, or another photograph, are refused', async () => {
    const scene = await encodePng({
      width: 40,
      height: 30,
      data: Uint8Array.from({ length: 4800 }, (_, i) => (i % 4 === 3 ? 255 : (i * 37 + (i >> 6) * 11) % 256)),
    })
    const folder = folderWith({ 'a.png': photo, 'b.png': photo, 't.csv': 'file,mask\na.png,a.png\nb.png,\n' })
    expect(() => openDataset(join(folder, 't.csv'))).toThrow(
      `t.csv row 2 'a.png': mask ${join(folder, 'a.png')} is the photo itself, expected a picture with the animal white`,
    )
    expect(() => openDataset(folder, { masks: folderWith({ 'a.png': half, 'b.png': photo }) })).toThrow(
      'b.png is the photo itself',
    )
    const masks = folderWith({ 'a.png': half, 'b.png': scene })
    await expect(rows(folderWith({ 'a.png': photo, 'b.png': photo }), { masks })).rejects.toThrow(
      `mask ${join(masks, 'b.png')}: a photograph, expected a mask: the animal white and all else black`,
    )
  })

  it('that are missing, fit nothing or fit several are told', () => {
    const folder = folderWith({ 'a.png': photo, 't.csv': 'file,mask\na.png,gone.png\n', 'm/b.png': half })
    expect(() => openDataset(join(folder, 't.csv'))).toThrow("t.csv row 2 'a.png': mask 'gone.png': no such file")
    const beside = folderWith({ 'p/a.png': photo, 'p/t.csv': 'file,mask\na.png,../m/a.png\n', 'm/a.png': half })
    expect(() => openDataset(join(beside, 'p', 't.csv'))).toThrow(
      "t.csv row 2 'a.png': mask '../m/a.png': leads outside of the folder of photos",
    )
    const photos = folderWith({ 'a.png': photo, 'b.png': photo })
    const masks = folderWith({ 'x/a.png': half, 'y/a.png': half })
    expect(() => openDataset(photos, { masks: folderWith({ 'c.png': half }) })).toThrow(
      'no mask has the name of a photo of',
    )
    expect(() => openDataset(photos, { masks })).toThrow('a.png: fits several masks: x/a.png, y/a.png')
    const two = folderWith({ 'A/1.png': photo, 'B/1.png': photo })
    expect(() => openDataset(two, { masks: folderWith({ '1.png': half }) })).toThrow(
      'B/1.png: has the mask 1.png of A/1.png too',
    )
    const own = openDataset(two, { masks: folderWith({ 'A/1.png': half }) }).photos.map(
      ({ mask }) => mask !== undefined,
    )
    expect(own).toEqual([true, false])
    expect(() => openDataset(photos, { masks: join(photos, 'a.png') })).toThrow('expected a folder of masks')
  })
})
