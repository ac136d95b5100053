import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { drawnDates, drawnStrips, withDate, withStrip } from '../../test/caption-fixture.ts'
import { folderWith, greyPng, rejection } from '../../test/dataset-fixture.ts'
import { writeSealed } from '../base/index.ts'
import { encodePng, type Geometry, geometry } from '../images/index.ts'
import { cacheFolder } from './cache.ts'
import { captionWords, noCaptions } from './caption-counts.ts'
import { openDataset } from './open.ts'
import { openPixelStore, pixelStoreOf } from './pixels.ts'

const tiny = geometry({ widthPx: 2, heightPx: 2 })
const [grey10, grey20, grey30] = await Promise.all([10, 20, 30].map(greyPng))

const cached = (cacheDir: string) =>
  readdirSync(cacheDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

describe('openPixelStore', () => {
  it('counts the captions that were left out, also where the cache has the pixels', async () => {
    const { width, height } = { width: 640, height: 240 }
    const photo = { width, height, data: new Uint8Array(width * height * 4).fill(255) }
    for (let i = 0; i < photo.data.length; i += 4) photo.data.set([90, 100, 70], i)
    const { white } = drawnDates
    const dated = withDate(photo, { ...white!, letters: 0.05 }).image
    const both = withStrip(dated, drawnStrips['black below']!).image
    const folder = folderWith({
      'a.png': await encodePng(photo),
      'b.png': await encodePng(dated),
      'c.png': await encodePng(both),
    })
    const cacheDir = folderWith({})
    for (let again = 0; again < 2; again++) {
      const { captioned } = await openPixelStore(openDataset(folder), tiny, { cacheDir })
      expect(captioned).toEqual({ strip: 1, date: 2 })
      expect(captionWords({ strip: 1, date: 0 }, 2, 471)).toBe(
        'caption strip in 1 of 2 photos, left out; 471 others were not looked at now',
      )
      expect(captionWords(captioned, 3)).toBe('caption strip in 1, printed date in 2 of 3 photos, left out')
    }
    const kept = await openPixelStore(openDataset(folder), { ...tiny, captions: 'keep' }, { cacheDir })
    expect([kept.captioned, captionWords(kept.captioned, 3)]).toEqual([noCaptions, undefined])
  })

  it('gives the photos’ pixels in the order asked for', async () => {
    const folder = folderWith({ 'a.png': grey10!, 'b.png': grey20!, 'c.png': grey30! })
    const store = await openPixelStore(openDataset(folder), tiny, { cacheDir: folderWith({}) })
    const { shape, data } = store.batch([2, 0, 2])
    expect(shape).toEqual([3, 2, 2, 3])
    expect([data[0], data[11], data[12], data[35]]).toEqual([30, 30, 10, 30])
    expect(store.contentHashes[1]).toBe(createHash('sha256').update(grey20!).digest('hex'))
    expect(pixelStoreOf(structuredClone(store.index)).batch([1]).data).toEqual(new Uint8Array(12).fill(20))
  })

  it('decodes once: pixels come from the cache as long as content, box and geometry are the same', async () => {
    const folder = folderWith({ 'a.png': grey10!, 'again.csv': 'filename,bbox\na.png,0 0 2 2\n' })
    const cacheDir = folderWith({})
    const open = (given: Partial<Geometry> = {}) =>
      openPixelStore(openDataset(folder), { ...tiny, ...given }, { cacheDir })
    await open()
    const [entry] = cached(cacheDir)
    writeSealed(entry!, new Uint8Array(12).fill(77))
    expect((await open()).batch([0]).data[0]).toBe(77)
    expect((await open({ kernel: 'bilinear' })).batch([0]).data[0]).toBe(10)
    const boxed = await openPixelStore(openDataset(join(folder, 'again.csv')), tiny, { cacheDir })
    expect(boxed.batch([0]).data[0]).toBe(10)
    expect(cached(cacheDir)).toHaveLength(3)
    // a setting that changes nothing here
    expect((await open({ maskMargin: 0.5 })).batch([0]).data[0]).toBe(77)
    writeFileSync(join(folder, 'a.png'), grey20!)
    expect((await open()).batch([0]).data[0]).toBe(20)
  })

  it('makes an entry of the wrong length again, and leaves a good one alone', async () => {
    const folder = folderWith({ 'a.png': grey10!, 'b.png': grey20! })
    const cacheDir = folderWith({})
    const open = () => openPixelStore(openDataset(folder), tiny, { cacheDir })
    const { index } = await open()
    truncateSync(index.entries[0]!, 5)
    utimesSync(index.entries[1]!, 1, 1)
    expect((await open()).batch([0, 1]).data.subarray(11, 13)).toEqual(Uint8Array.of(10, 20))
    expect(statSync(index.entries[1]!).mtimeMs).toBe(1000)
  })

  it('makes a damaged entry again, and tells one that is damaged under it', async () => {
    const manifest = openDataset(folderWith({ 'a.png': grey10!, 'b.png': grey20! }))
    const cacheDir = folderWith({})
    const open = () => openPixelStore(manifest, tiny, { cacheDir })
    const [zeroed, flipped] = (await open()).index.entries
    writeFileSync(zeroed!, Buffer.alloc(statSync(zeroed!).size))
    const bytes = readFileSync(flipped!)
    bytes[3]! ^= 1
    writeFileSync(flipped!, bytes)
    const store = await open()
    expect(store.batch([0, 1]).data.subarray(11, 16)).toEqual(Uint8Array.of(10, 20, 20, 20, 20))
    writeFileSync(flipped!, bytes)
    expect(() => store.batch([1])).toThrow(`cache: ${flipped} is damaged`)
  })

  it('says so when the cache vanishes under a store', async () => {
    const cacheDir = folderWith({})
    const store = await openPixelStore(openDataset(folderWith({ 'a.png': grey10! })), tiny, { cacheDir })
    truncateSync(store.index.entries[0]!, 5)
    expect(() => store.batch([0])).toThrow('has another length than 12 bytes')
    rmSync(cacheDir, { recursive: true })
    expect(() => store.batch([0])).toThrow('hint: the cache was cleared')
  })

  it('sweeps what a kill of an earlier version left in the cache a day ago, and nothing of today', async () => {
    const manifest = openDataset(folderWith({ 'a.png': grey10! }))
    const cacheDir = folderWith({})
    const { index } = await openPixelStore(manifest, tiny, { cacheDir })
    const [old, fresh] = ['7-0badcafe', '8-0badcafe'].map((id) => `${index.entries[0]}.${id}.tmp`)
    for (const path of [old!, fresh!]) writeFileSync(path, 'half')
    const yesterday = Date.now() / 1000 - 25 * 60 * 60
    for (const path of [old!, index.entries[0]!]) utimesSync(path, yesterday, yesterday)
    await openPixelStore(manifest, tiny, { cacheDir })
    expect(cached(cacheDir).sort()).toEqual([index.entries[0], fresh])
  })

  it('is used by two at once', async () => {
    const names = Array.from({ length: 12 }, (_, i) => [`${i}.png`, [grey10!, grey20!, grey30!][i % 3]!] as const)
    const manifest = openDataset(folderWith(Object.fromEntries(names)))
    const cacheDir = folderWith({})
    const stores = await Promise.all([1, 2, 3].map(() => openPixelStore(manifest, tiny, { cacheDir })))
    const all = manifest.photos.map((_, i) => i)
    for (const store of stores) expect(store.batch(all)).toEqual(stores[0]!.batch(all))
    expect(cached(cacheDir)).toHaveLength(3)
  })

  it('tells wrong rows and absent files before it reads any, then unreadable files together', async () => {
    const folder = folderWith({
      'train.csv': 'filename,ground_truth\ngood.png,A\nempty.png,A\nabsent.png,B\nhalf.png,B\nnote.png,B\ngood.png,B\n',
      'good.png': grey10!,
      'empty.png': '',
      'half.png': grey20!.subarray(0, 60),
      'note.png': 'no photo',
    })
    const manifest = openDataset(folder, { problems: 'collect' })
    const at = (name: string) => join(folder, name)
    const cacheDir = folderWith({})
    const early = await rejection(openPixelStore(manifest, tiny, { cacheDir }))
    expect(early.split('\n')).toEqual([
      `InputError: ${folder}: 2 problems`,
      "  train.csv row 7 'good.png': one file with two identities, 'B' here and 'A' in row 2",
      `  train.csv row 4 'absent.png': ${at('absent.png')}: no such file`,
      'hint: photos that cannot be read are left out with `skipUnreadable`',
    ])
    expect(cached(cacheDir)).toEqual([])
    const message = await rejection(openPixelStore({ ...manifest, problems: [] }, tiny, { cacheDir }))
    expect(message.split('\n')).toEqual([
      `InputError: ${folder}: 4 problems`,
      `  train.csv row 3 'empty.png': ${at('empty.png')}: the file is empty (0 bytes)`,
      `  train.csv row 4 'absent.png': ${at('absent.png')}: no such file`,
      expect.stringContaining(`  train.csv row 5 'half.png': ${at('half.png')}: truncated or damaged`),
      `  train.csv row 6 'note.png': ${at('note.png')}: not an image, or of a format that cannot be read`,
      'hint: photos that cannot be read are left out with `skipUnreadable`',
      'hint: JPEG, PNG, WebP, TIFF, GIF and AVIF can be read',
    ])
    // rows are wrong whether or not files may be skipped
    const skipping = await rejection(openPixelStore(manifest, tiny, { cacheDir: folderWith({}), skipUnreadable: true }))
    expect(skipping.split('\n')[0]).toBe(`InputError: ${folder}: 1 problem`)
  })

  it('names the row of a test pair whose photo is absent', async () => {
    const folder = folderWith({
      'test.csv': 'row_id,query_image,gallery_image\n0,a.png,b.png\n',
      'test/a.png': grey10!,
    })
    const opening = openPixelStore(openDataset(folder, { part: 'test' }), tiny, { cacheDir: folderWith({}) })
    expect(await rejection(opening)).toContain(`test.csv row 2 'b.png': ${join(folder, 'test', 'b.png')}: no such file`)
  })

  it('skips what cannot be used when asked to, and lists it', async () => {
    const folder = folderWith({ 'a.png': grey10!, 'b.png': 'no photo', 'c.png': grey30! })
    const options = { cacheDir: folderWith({}), skipUnreadable: true }
    const store = await openPixelStore(openDataset(folder), tiny, options)
    expect(store.photos.map(({ filename }) => filename)).toEqual(['a.png', 'c.png'])
    expect(store.contentHashes).toHaveLength(2)
    expect(store.batch([1]).data[0]).toBe(30)
    expect(store.skipped.map(({ photo, reason }) => [photo.filename, reason])).toEqual([
      ['b.png', `${join(folder, 'b.png')}: not an image, or of a format that cannot be read`],
    ])
    const nothing = openPixelStore(openDataset(folderWith({ 'b.png': 'no photo' })), tiny, options)
    expect(await rejection(nothing)).toContain('no photo is left')
  })

  it('blames the cache, not the photos, where it cannot write', async () => {
    const folder = folderWith({ 'a.png': grey10!, file: '' })
    const options = { cacheDir: join(folder, 'file'), skipUnreadable: true }
    const message = await rejection(openPixelStore(openDataset(folder), tiny, options))
    expect(message).toMatch(/cache: .*\nhint: set ROSETTE_CACHE/)
  })

  it('refuses photos past the limit and boxes outside of them', async () => {
    const folder = folderWith({
      'a.csv': 'filename,bbox\na.png,4 0 2 2\nb.png,0 0 9 9\n',
      'a.png': grey10!,
      'b.png': grey20!,
    })
    const cacheDir = folderWith({})
    const manifest = openDataset(join(folder, 'a.csv'))
    const limited = await rejection(openPixelStore(manifest, tiny, { cacheDir, limitPixels: 11 }))
    expect(limited.match(/more than 11 pixels/g)).toHaveLength(2)
    const outside = await rejection(openPixelStore(manifest, tiny, { cacheDir }))
    expect(outside).toContain("a.csv row 2 'a.png': box: 2×2 at (4, 0) lies outside of a photo of 4×3")
    expect(outside).toContain('1 problem\n')
  })

  it('reports progress and stops when told to', async () => {
    const manifest = openDataset(folderWith({ 'a.png': grey10!, 'b.png': grey20! }))
    const seen: number[][] = []
    const cacheDir = folderWith({})
    await openPixelStore(manifest, tiny, { cacheDir, onProgress: (done, total) => seen.push([done, total]) })
    expect(seen).toEqual([
      [1, 2],
      [2, 2],
    ])
    const signal = AbortSignal.abort(new Error('enough'))
    expect(await rejection(openPixelStore(manifest, tiny, { cacheDir, signal }))).toBe('Error: enough')
  })
})

describe('photos whose files say more than the table', () => {
  it('warns of identical files, and says when their identities differ', async () => {
    const folder = folderWith({
      'A/1.png': grey10!,
      'A/2.png': grey10!,
      'A/3.png': grey20!,
      'B/4.png': grey20!,
      'C/5.png': grey30!,
    })
    const store = await openPixelStore(openDataset(folder), tiny, { cacheDir: folderWith({}) })
    expect(store.warnings).toEqual([
      '2 identities have one photo only: B, C',
      'IDENTICAL FILES UNDER DIFFERENT IDENTITIES (A, B): A/3.png, B/4.png',
      'identical files: A/1.png, A/2.png',
    ])
    expect(store.skipped).toEqual([])
    expect(new Set(store.contentHashes).size).toBe(3)
  })

  it('leaves out what it skipped', async () => {
    const folder = folderWith({ 'a.png': grey10!, 'b.png': 'no photo' })
    const options = { cacheDir: folderWith({}), skipUnreadable: true }
    const { photos, skipped } = await openPixelStore(openDataset(folder), tiny, options)
    expect(photos.map(({ filename }) => filename)).toEqual(['a.png'])
    expect(skipped).toHaveLength(1)
  })
})

it('keeps its cache where the environment says', () => {
  expect(cacheFolder({ ROSETTE_CACHE: '/c', XDG_CACHE_HOME: '/x' })).toBe('/c')
  expect(cacheFolder({ XDG_CACHE_HOME: '/x' })).toBe(join('/x', 'rosette'))
  expect(cacheFolder({})).toBe(join(homedir(), '.cache', 'rosette'))
})
