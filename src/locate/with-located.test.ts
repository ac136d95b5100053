import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { brightBoxDetector, brightnessSegmenter, brightPhoto, constantOutputs } from '../../test/locator-fixture.ts'
import { type Manifest, openDataset } from '../data/index.ts'
import type { Located } from './located.ts'
import { type Locator, openLocator } from './locator.ts'
import { locatePhotos } from './with-located.ts'
import { writeLocated } from './write-located.ts'

/** A locator that counts the photos it looks at. */
async function counting<T>(onnx: string, use: (locator: Locator, looked: () => number) => Promise<T>): Promise<T> {
  const locator = await openLocator(onnx, { threads: 1 })
  let count = 0
  const locate = (image: Parameters<Locator['locate']>[0]): Promise<Located> => {
    count++
    return locator.locate(image)
  }
  try {
    return await use({ ...locator, locate }, () => count)
  } finally {
    await locator.release()
  }
}

/** A folder of photos of nobody known: two animals, one, none, and a file that is no photo. */
async function traps(): Promise<string> {
  return folderWith({
    'a/1.png': await brightPhoto(64, 64, [2, 2, 16, 16], [34, 34, 24, 24]),
    'a/2.png': await brightPhoto(96, 64, [10, 10, 40, 20]),
    'b/3.png': await brightPhoto(64, 64),
  })
}

const boxesOf = ({ photos }: Manifest) =>
  photos.map(({ filename, box, mask }) => [
    filename,
    box === undefined ? undefined : [box.x, box.y, box.width, box.height].map(Math.round),
    mask !== undefined,
  ])

describe('photos with the animals on them', () => {
  test('the largest, or all; photos of nobody stay whole; what was found is told', async () => {
    const manifest = openDataset(await traps())
    await counting(brightnessSegmenter({ output: { margin: 0 } }), async (locator, looked) => {
      const cacheDir = folderWith({})
      const largest = await locatePhotos(locator, manifest, { cacheDir })
      expect(boxesOf(largest)).toEqual([
        ['a/1.png', [34, 34, 24, 24], true],
        ['a/2.png', [10, 10, 40, 20], true],
        ['b/3.png', undefined, false],
      ])
      expect(largest.photos[0]!.extra).toEqual({ detection_confidence: '1.000' })
      expect(largest.note).toBe(
        'drawn: animals found in 2 of 3 photos; 1 without one stays whole (b/3.png); 1 has several',
      )
      expect(looked()).toBe(3)
      // the identities are folders: of a known individual the largest is taken all the same
      const named = await locatePhotos(locator, manifest, { cacheDir, animals: 'all' })
      expect(boxesOf(named)).toHaveLength(3)
      expect(named.note).toContain('1 has several; 1 of these is named, so its largest animal alone is taken')
      const nobodys = { ...manifest, photos: manifest.photos.map(({ identity: _, ...photo }) => photo) }
      const all = await locatePhotos(locator, nobodys, { cacheDir, animals: 'all' })
      expect(boxesOf(all).map(([name, box]) => [name, box])).toEqual([
        ['a/1.png', [34, 34, 24, 24]],
        ['a/1.png', [2, 2, 16, 16]],
        ['a/2.png', [10, 10, 40, 20]],
        ['b/3.png', undefined],
      ])
      expect(looked()).toBe(3) // the rest came from the cache
    })
  })

  test('a network that is not as its description says stops the work: no photo is to blame', async () => {
    const manifest = openDataset(await traps())
    const described = { kind: 'detector', format: 'yolov8', classes: ['puma', 'jaguar'] }
    const broken = [
      [
        constantOutputs({ found: { shape: [1, 2, 8], data: Array(16).fill(0) } }, described),
        'expected an output [1, 6, N]',
      ],
      [constantOutputs({ found: { shape: [1, 6, 1], data: Array(6).fill(Number.NaN) } }, described), 'NaN throughout'],
    ] as const
    for (const [onnx, message] of broken)
      await counting(onnx, async (locator) => {
        await expect(locatePhotos(locator, manifest, { cacheDir: folderWith({}) })).rejects.toThrow(message)
      })
  })

  test('of a class that is named the largest is taken, and a class that the network does not tell is an error', async () => {
    const manifest = openDataset(await traps())
    const rows = [
      [0.5, 0.5, 0.6, 0.6, 0.9, 0, 0],
      [0.3, 0.3, 0.2, 0.2, 0, 0.9, 0],
      [0.7, 0.7, 0.1, 0.1, 0, 0.8, 0],
      [0.5, 0.5, 0.9, 0.9, 0, 0, 0.9],
    ]
    const classes = ['puma', 'jaguar', 'person']
    const described = { kind: 'detector', format: 'yolov8', unit: 'fractions', classes, overlap: null }
    const onnx = constantOutputs({ found: { shape: [1, 4, 7], data: rows.flat() } }, described)
    await counting(onnx, async (locator, looked) => {
      const cacheDir = folderWith({})
      const widths = async (animals: string) =>
        boxesOf(await locatePhotos(locator, manifest, { cacheDir, animals })).map(([, box]) => (box as number[])[2])
      expect(await widths('jaguar')).toEqual([13, 19, 13]) // a fifth of the photo's width, not the puma's three fifths
      expect(await widths('largest')).toEqual([38, 58, 38])
      await expect(locatePhotos(locator, manifest, { cacheDir, animals: 'person' })).rejects.toThrow(
        '`animals`: expected largest, all or a class of drawn, got person\nhint: its animals are puma, jaguar',
      )
      const out = join(folderWith({}), 'found')
      await writeLocated(locator, manifest, { out, cacheDir, animals: 'jaguar' })
      const { images } = JSON.parse(readFileSync(join(out, 'detections.json'), 'utf8'))
      expect(images[0].detections.map(({ conf }: { conf: number }) => conf)).toEqual([0.9, 0.9]) // the person too
      expect(looked()).toBe(3)
    })
    await counting(brightnessSegmenter(), async (locator) => {
      await expect(locatePhotos(locator, manifest, { animals: 'jaguar' })).rejects.toThrow(
        'got jaguar\nhint: a segmenter tells no classes',
      )
    })
  })

  test('photos with a box keep it; a photo that cannot be read is left for whoever reads it', async () => {
    const folder = await traps()
    writeFileSync(join(folder, 'broken.png'), 'no photo')
    writeFileSync(join(folder, 't.csv'), 'file,x,y,width,height\na/1.png,1,2,3,4\nbroken.png,,,,\na/2.png,,,,\n')
    const manifest = openDataset(join(folder, 't.csv'))
    await counting(brightBoxDetector('yolov5'), async (locator, looked) => {
      const located = await locatePhotos(locator, manifest, { cacheDir: folderWith({}) })
      expect(boxesOf(located)).toEqual([
        ['a/1.png', [1, 2, 3, 4], false],
        ['broken.png', undefined, false],
        ['a/2.png', [11, 10, 39, 19], false], // three pixels of it are two of the network's
      ])
      expect(looked()).toBe(1)
      expect(located.note).toBe('drawn: animals found in 1 of 3 photos; 1 keeps the box that it has')
    })
  })

  test('a damaged entry of the cache is made again', async () => {
    const manifest = openDataset(await traps())
    const cacheDir = folderWith({})
    await counting(brightnessSegmenter(), async (locator, looked) => {
      const first = await locatePhotos(locator, manifest, { cacheDir })
      const mask = first.photos[0]!.mask!
      const before = readFileSync(mask.path)
      rmSync(mask.path)
      const [entry] = readdirSync(cacheDir, { recursive: true, encoding: 'utf8' }).filter((name) => /json$/.test(name))
      writeFileSync(join(cacheDir, entry!), readFileSync(join(cacheDir, entry!)).subarray(5))
      const again = await locatePhotos(locator, manifest, { cacheDir })
      expect(again).toEqual(first)
      expect(readFileSync(mask.path)).toEqual(before)
      expect([4, 5]).toContain(looked()) // the two damages may be of one photo
    })
  })
})

describe('a folder of boxes and masks', () => {
  test('is read back as `detections` and `masks`, to the thousandth of a pixel and pixel by pixel', async () => {
    const folder = await traps()
    const manifest = openDataset(folder)
    await counting(brightnessSegmenter(), async (locator) => {
      const cacheDir = folderWith({})
      const out = join(folderWith({}), 'found')
      const written = await writeLocated(locator, manifest, { out, cacheDir })
      expect(written).toMatchObject({ photos: 3, photosWithAnimals: 2, animals: 2, skipped: [] })
      expect(readdirSync(out).sort()).toEqual(['detections.json', 'locate.json', 'masks'])
      const direct = await locatePhotos(locator, manifest, { cacheDir })
      const read = openDataset(folder, { detections: written.detections, masks: written.masks })
      expect(boxesOf(read)).toEqual(boxesOf(direct))
      read.photos.forEach(({ mask }, i) => {
        expect(mask?.sha256).toBe(direct.photos[i]!.mask?.sha256)
      })
    })
  })

  test('with all animals a mask is of all, and people stand in the file beside them', async () => {
    const folder = await traps()
    await counting(brightnessSegmenter({ output: { margin: 0 } }), async (locator) => {
      const out = join(folderWith({}), 'found')
      const others = [{ kind: 'person', box: { x: 16, y: 0, width: 32, height: 64 }, confidence: 0.5 }] as const
      const withPeople = {
        ...locator,
        locate: async (image: Parameters<Locator['locate']>[0]) => ({ ...(await locator.locate(image)), others }),
      }
      await writeLocated(withPeople, openDataset(folder), { out, animals: 'all', cacheDir: folderWith({}) })
      const { images, detection_categories } = JSON.parse(readFileSync(join(out, 'detections.json'), 'utf8'))
      expect(detection_categories).toEqual({ 1: 'animal', 2: 'person', 3: 'vehicle' })
      expect(images[0]).toEqual({
        file: 'a/1.png',
        detections: [
          { category: '1', conf: 1, bbox: [0.53125, 0.53125, 0.375, 0.375] },
          { category: '1', conf: 1, bbox: [0.03125, 0.03125, 0.25, 0.25] },
          { category: '2', conf: 0.5, bbox: [0.25, 0, 0.5, 1] },
        ],
      })
      const { decodeImage } = await import('../images/index.ts')
      const { data } = await decodeImage(join(out, 'masks', 'a', '1.png'))
      const white = Array.from({ length: 64 * 64 }, (_, i) => data[i * 4]!).filter((value) => value === 255).length
      expect(white).toBe(16 * 16 + 24 * 24)
    })
  })

  test('goes on where it was stopped, and is nobody else’s to replace', async () => {
    const folder = await traps()
    const manifest = openDataset(folder)
    const cacheDir = folderWith({})
    const out = join(folderWith({}), 'found')
    const onnx = brightnessSegmenter()
    await counting(onnx, async (locator, looked) => {
      const stop = new AbortController()
      const halfway = writeLocated(locator, manifest, {
        ...{ out, cacheDir, signal: stop.signal },
        onProgress: (done) => {
          if (done === 1) stop.abort(new Error('stopped'))
        },
      })
      await expect(halfway).rejects.toThrow('stopped')
      expect(readdirSync(out)).not.toContain('detections.json')
      const before = looked()
      await writeLocated(locator, manifest, { out, cacheDir })
      expect(looked()).toBeLessThanOrEqual(3)
      expect(before).toBeGreaterThanOrEqual(1)
      await expect(writeLocated(locator, manifest, { out, cacheDir, animals: 'all' })).rejects.toThrow(
        'was written by another model, or with other settings\nhint: choose another name, or add `overwrite`',
      )
      await writeLocated(locator, manifest, { out, cacheDir, animals: 'all', overwrite: true })
      await expect(writeLocated(locator, manifest, { out: folder, cacheDir, overwrite: true })).rejects.toThrow(
        'exists and is no folder of boxes and masks',
      )
    })
  })

  test('photos that cannot be read are an error, or told', async () => {
    const folder = await traps()
    writeFileSync(join(folder, 'a', 'broken.png'), 'no photo')
    await counting(brightnessSegmenter(), async (locator) => {
      const options = { out: join(folderWith({}), 'found'), cacheDir: folderWith({}) }
      await expect(writeLocated(locator, openDataset(folder), options)).rejects.toThrow('a/broken.png: ')
      const { skipped } = await writeLocated(locator, openDataset(folder), { ...options, skipUnreadable: true })
      expect(skipped.map(({ photo }) => photo.filename)).toEqual(['a/broken.png'])
      const read = openDataset(folder, { detections: join(options.out, 'detections.json') })
      expect(read.warnings).toContainEqual('the detector could not read 1 photo: a/broken.png')
    })
  })

  test('two photos that would share a mask', async () => {
    const photo = await brightPhoto(64, 64)
    const folder = folderWith({ 'a.png': photo, 'a.jpg': photo })
    await counting(brightnessSegmenter(), async (locator) => {
      const out = join(folderWith({}), 'found')
      await expect(writeLocated(locator, openDataset(folder), { out })).rejects.toThrow(
        'a.png and a.jpg: both would have the mask a.png',
      )
    })
  })
})
