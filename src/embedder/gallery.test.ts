import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { rejection } from '../../test/dataset-fixture.ts'
import { temporaryFolder, tinyKaggle, tinyRun, tinyTensors } from '../../test/model-fixture.ts'
import { openDataset } from '../data/index.ts'
import { embedPhotos, type PhotoEmbeddings } from './embed.ts'
import { embedCached } from './embed-cached.ts'
import type { Embedder } from './embedder.ts'
import { appended, galleryModel, isGallery, readGallery, writeGallery } from './gallery.ts'
import { findGallery, loadGallery } from './gallery-source.ts'
import { openModel } from './open.ts'

let data = ''
let embedder: Embedder
let other: Embedder
let embedded: PhotoEmbeddings

beforeAll(async () => {
  data = await tinyKaggle()
  embedder = await openModel(tinyRun(), { threads: 1 })
  other = await openModel(tinyRun({ checkpoints: { best: tinyTensors(1) } }), { threads: 1 })
  embedded = await embedPhotos(embedder, openDataset(data))
  return async () => {
    await embedder.release()
    await other.release()
  }
})

const thrown = (work: () => unknown) => rejection((async () => work())())

/** The embedder, counting the photos that pass through it. */
function counting(): { readonly embedder: Embedder; photos: number } {
  const counted = { photos: 0, embedder }
  counted.embedder = {
    ...embedder,
    embed: (photos) => {
      counted.photos += photos.length
      return embedder.embed(photos)
    },
  }
  return counted
}

describe('a gallery on disk', () => {
  test('comes back as it was written: numbers, labels, hashes, boxes', async () => {
    const folder = join(temporaryFolder(), 'gallery')
    const box = { x: 1, y: 2, width: 20, height: 10.5 }
    const outline = { kind: 'runs', counts: '9220?', width: 8, height: 4, orientation: 1 } as const
    const mask = { path: 'coco.json', sha256: 'a'.repeat(64), outline }
    const photos = embedded.photos.map((photo, i) =>
      i === 3 ? { ...photo, flank: 'left', box, mask, extra: { a: 'b' } } : photo,
    )
    writeGallery(folder, await galleryModel(embedder), { ...embedded, photos })
    const read = readGallery(folder, { model: await galleryModel(embedder), images: join(data, 'train', 'train') })
    expect(read.embeddings).toEqual(embedded.embeddings)
    expect(read.contentHashes).toEqual(embedded.contentHashes)
    expect(read.photos.map(({ filename, identity, encounter, path }) => [filename, identity, encounter, path])).toEqual(
      photos.map(({ filename, identity, encounter, path }) => [filename, identity, encounter, path]),
    )
    expect(read.photos[3]).toMatchObject({ flank: 'left', box, mask, extra: { a: 'b' } })
    expect(readGallery(folder).photos[0]!.path).toBe('train_0001.png')
    expect(isGallery(folder) && !isGallery(data)).toBe(true)
  })

  test('another model is refused, by name', async () => {
    const folder = join(temporaryFolder(), 'gallery')
    writeGallery(folder, await galleryModel(embedder), embedded)
    const source = findGallery(folder, {})
    expect(await rejection(loadGallery(other, source, {}))).toMatch(
      /gallery: its embeddings were made by tiny \([0-9a-f]{12}, with flip averaging\), and this model is tiny \(/,
    )
    expect(await rejection(loadGallery(other, source, {}))).toContain(
      '; two models may have one name: those of another checkpoint, precision or training',
    )
    const plain = await openModel(embedder.run!, { threads: 1, tta: 'none' })
    const mixed = await rejection(loadGallery(plain, source, {}))
    expect(mixed).toContain('this model is tiny')
    expect(mixed).toContain(
      'hint: embeddings of two models cannot be compared: ask with the model that made the gallery',
    )
    await plain.release()
    expect((await loadGallery(embedder, source, {})).photos).toHaveLength(12)
    expect(await thrown(() => findGallery(folder, { columns: { identity: 'who' } }))).toContain(
      'has no columns to name',
    )
  })

  test('grows by what it has not, and leaves no old file', async () => {
    const folder = join(temporaryFolder(), 'gallery')
    const model = await galleryModel(embedder)
    const first = { ...embedded, embeddings: { ...embedded.embeddings }, photos: embedded.photos.slice(0, 5) }
    first.embeddings = { count: 5, dim: embedder.size, data: embedded.embeddings.data.slice(0, 5 * embedder.size) }
    writeGallery(folder, model, { ...first, contentHashes: embedded.contentHashes.slice(0, 5) })
    const grown = appended(readGallery(folder), embedded)
    writeGallery(folder, model, grown.gallery)
    expect([grown.known, readGallery(folder).photos.length, readdirSync(folder).length]).toEqual([5, 12, 3])
    expect(readGallery(folder).embeddings).toEqual(embedded.embeddings)
  })

  test('takes the name of a photo that had none, and refuses another name', () => {
    const nameless = embedded.photos.map((photo, i) => (i === 1 ? { ...photo, identity: undefined } : photo))
    const { gallery, known, named } = appended({ ...embedded, photos: nameless }, embedded)
    expect([known, named, gallery.photos]).toEqual([12, 1, embedded.photos])
    const measured = embedded.photos.map((photo) => ({ ...photo, extra: { sex: 'f', site: 'north' } }))
    const sited = embedded.photos.map((photo) => ({ ...photo, extra: { site: 'south' } }))
    const { photos } = appended({ ...embedded, photos: sited }, { ...embedded, photos: measured }).gallery
    expect(photos[0]!.extra).toEqual({ sex: 'f', site: 'south' }) // what the gallery knows stays
    const renamed = embedded.photos.map((photo, i) => (i === 2 ? { ...photo, identity: 'somebody else' } : photo))
    const { filename, identity } = embedded.photos[2]!
    expect(() => appended(embedded, { ...embedded, photos: renamed })).toThrow(
      `${filename}: it is '${identity}' in the gallery, as ${filename}, and 'somebody else' in what is added`,
    )
  })

  test('damage is told, never used', async () => {
    const folder = join(temporaryFolder(), 'gallery')
    writeGallery(folder, await galleryModel(embedder), embedded)
    const file = readdirSync(folder).find((name) => name.endsWith('.npy'))!
    const bytes = readFileSync(join(folder, file))
    bytes[bytes.length - 1]! ^= 1
    writeFileSync(join(folder, file), bytes)
    const asWritten = relative(process.cwd(), folder)
    expect(await thrown(() => readGallery(asWritten))).toBe(
      `InputError: ${join(asWritten, file)}: damaged: its contents are not those that gallery.json was written with\n` +
        'hint: make the gallery anew from its photos: `writeGallery(' +
        `${JSON.stringify(asWritten)})\``,
    )
    rmSync(join(folder, file))
    expect(await thrown(() => readGallery(asWritten))).toContain(`InputError: ${join(asWritten, file)}: missing, and`)
    writeFileSync(join(folder, file), bytes)
    const index = join(folder, 'gallery.json')
    const whole = readFileSync(index, 'utf8')
    writeFileSync(index, whole.replace(/"fingerprint": "./, '"fingerprint": "f'))
    expect(await thrown(() => readGallery(folder))).toContain(`${index}: sha256: does not fit what the file says`)
    for (const name of ['../photos.json', '/etc/passwd', 'a/b.json']) {
      writeFileSync(index, readFileSync(index, 'utf8').replace(/"file": "[^"]*json"/, `"file": "${name}"`))
      expect(await thrown(() => readGallery(folder))).toContain('expected a plain file name')
    }
  })
})

describe('embeddings that are kept', () => {
  test('a photo is embedded once, whatever it is called, and comes back bit for bit', async () => {
    const cacheDir = temporaryFolder()
    const once = counting()
    expect((await embedCached(once.embedder, openDataset(data), { cacheDir })).embeddings).toEqual(embedded.embeddings)
    expect(once.photos).toBe(12)
    const again = counting()
    const folder = join(temporaryFolder(), 'Abril')
    mkdirSync(folder)
    copyFileSync(join(data, 'train', 'train', 'train_0002.png'), join(folder, 'renamed.png'))
    const known = await embedCached(again.embedder, openDataset(folder), { cacheDir })
    expect(again.photos).toBe(0)
    expect([...known.embeddings.data]).toEqual([...embedded.embeddings.data.slice(embedder.size, 2 * embedder.size)])
    const others = await embedCached(other, openDataset(folder), { cacheDir })
    expect([...others.embeddings.data]).not.toEqual([...known.embeddings.data])
  })

  test('what depends on its neighbours in a batch is not kept', async () => {
    const cacheDir = temporaryFolder()
    const rounding = { ...embedder, warnings: ['numbers depend on the batch'] }
    expect((await embedCached(rounding, openDataset(data), { cacheDir })).embeddings).toEqual(embedded.embeddings)
    expect(readdirSync(cacheDir)).toEqual([])
  })

  test('a damaged entry is made again; a photo with a box is another', async () => {
    const cacheDir = temporaryFolder()
    const manifest = openDataset(data)
    await embedCached(embedder, manifest, { cacheDir })
    const entries = readdirSync(cacheDir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.f32'))
    expect(entries).toHaveLength(12)
    for (const entry of entries.slice(0, 3)) {
      const path = join(cacheDir, entry)
      writeFileSync(path, Buffer.alloc(readFileSync(path).length))
    }
    const again = counting()
    expect((await embedCached(again.embedder, manifest, { cacheDir })).embeddings).toEqual(embedded.embeddings)
    expect(again.photos).toBe(3)
    const boxed = manifest.photos.slice(0, 2).map((photo) => ({ ...photo, box: { x: 0, y: 0, width: 20, height: 20 } }))
    const cropped = counting()
    await embedCached(cropped.embedder, { ...manifest, photos: boxed }, { cacheDir })
    expect(cropped.photos).toBe(2)
  })

  test('what cannot be read is told by name, or skipped beside what is known', async () => {
    const cacheDir = temporaryFolder()
    const folder = temporaryFolder()
    copyFileSync(join(data, 'train', 'train', 'train_0001.png'), join(folder, 'a.png'))
    await embedCached(embedder, openDataset(folder), { cacheDir })
    writeFileSync(join(folder, 'b.png'), 'no image')
    const manifest = openDataset(folder)
    expect(await rejection(embedCached(embedder, manifest, { cacheDir }))).toMatch(/1 problem\n {2}b\.png: /)
    const kept = await embedCached(embedder, manifest, { cacheDir, skipUnreadable: true })
    expect([kept.photos.map(({ filename }) => filename), kept.skipped.length]).toEqual([['a.png'], 1])
    expect(existsSync(cacheDir)).toBe(true)
  })
})
