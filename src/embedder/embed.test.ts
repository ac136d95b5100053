import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { temporaryFolder } from '../../test/model-fixture.ts'
import type { Manifest, Photo, Skipped } from '../data/index.ts'
import { encodePng, geometry } from '../images/index.ts'
import { type EmbeddedPhotos, embedBatches, embedPhotos } from './embed.ts'
import type { Embedder } from './embedder.ts'

/** An embedder of two numbers: the photo's grey, and 255 less it. */
function grey(batchSize: number, seen: number[] = []): Embedder {
  return {
    name: 'grey',
    source: 'grey.onnx',
    run: undefined,
    geometries: [geometry({ widthPx: 1, heightPx: 1 })],
    size: 2,
    fingerprint: async () => '',
    tta: 'none',
    batchSize,
    lanes: 1,
    embed: async (photos) => {
      seen.push(photos.length)
      return Float32Array.from(photos.flatMap(([view]) => [view![0] === 13 ? Number.NaN : view![0]!, 255 - view![0]!]))
    },
    release: async () => {},
  }
}

/** As many batches as the iterator gives, handed to `take` one after the other. */
async function each(
  batches: AsyncIterable<EmbeddedPhotos>,
  take: (batch: EmbeddedPhotos) => void,
): Promise<readonly Skipped[]> {
  const skipped: Skipped[] = []
  for await (const batch of batches) {
    take(batch)
    skipped.push(...batch.skipped)
  }
  return skipped
}

/** Photos of these greys; a grey of −1 is no image. */
async function photosOf(...greys: number[]): Promise<Photo[]> {
  const folder = temporaryFolder()
  return Promise.all(
    greys.map(async (value, i) => {
      const path = join(folder, `${i}.png`)
      const data = Uint8Array.from({ length: 16 }, (_, k) => (k % 4 === 3 ? 255 : value))
      writeFileSync(path, value < 0 ? 'no image' : await encodePng({ width: 2, height: 2, data }))
      return { filename: `${i}.png`, path, extra: {} }
    }),
  )
}

test('rows in the order of the photos, in batches, with the hash of each file', async () => {
  const photos = await photosOf(10, 20, 30, 40, 50)
  const seen: number[] = []
  const progress: string[] = []
  const prepared: string[] = []
  const found = await embedPhotos(grey(2, seen), photos, {
    onProgress: (done, total) => progress.push(`${done}/${total}`),
    onPrepare: (stage, done, total) => prepared.push(`${stage} ${done}/${total}`),
  })
  expect(prepared).toEqual([0, 1, 2, 3, 4, 5].map((done) => `checking ${done}/5`))
  expect([...found.embeddings.data]).toEqual([10, 245, 20, 235, 30, 225, 40, 215, 50, 205])
  expect([found.embeddings.count, found.embeddings.dim]).toEqual([5, 2])
  expect(seen).toEqual([2, 2, 1])
  expect(progress).toEqual(['2/5', '4/5', '5/5'])
  expect(found.photos).toEqual(photos)
  expect(found.contentHashes[0]).toMatch(/^[0-9a-f]{64}$/)
  expect(new Set(found.contentHashes).size).toBe(5)
  expect(createHash('sha256').update('').digest('hex')).not.toBe(found.contentHashes[0])
})

test('as many batches under way as the model has lanes, and one that waits; taken in their order', async () => {
  const log: string[] = []
  const ends: (() => void)[] = []
  const slow: Embedder = {
    ...grey(1),
    lanes: 2,
    embed: async ([photo]) => {
      const grey = photo![0]![0]!
      log.push(`begun ${grey}`)
      await new Promise<void>((resolve) => ends.push(resolve))
      return Float32Array.of(grey, 0)
    },
  }
  const until = (line: string) => vi.waitFor(() => expect(log).toContain(line))
  const photos = await photosOf(1, 2, 3, 4)
  const work = each(embedBatches(slow, photos), ({ data }) => void log.push(`taken ${data[0]}`))
  await until('begun 3')
  ends[1]!() // it waits for the first
  ends[0]!()
  await until('begun 4')
  ends[2]!()
  await until('taken 3')
  ends[3]!()
  expect(await work).toEqual([])
  expect(log.slice(0, 4)).toEqual(['begun 1', 'begun 2', 'begun 3', 'taken 1']) // the fourth not before one is taken
  expect(log.filter((line) => line.startsWith('taken'))).toEqual([1, 2, 3, 4].map((grey) => `taken ${grey}`))
})

test('a batch that fails is told at its place, and nothing after it is taken', async () => {
  const taken: number[] = []
  const failing: Embedder = {
    ...grey(1),
    lanes: 3,
    embed: async ([photo]) => {
      const grey = photo![0]![0]!
      if (grey === 2) throw new Error('the lane has ended')
      return Float32Array.of(grey, 0)
    },
  }
  const work = each(embedBatches(failing, await photosOf(1, 2, 3, 4)), ({ data }) => void taken.push(data[0]!))
  await expect(work).rejects.toThrow('the lane has ended')
  expect(taken).toEqual([1])
})

test('problems of the list are told before a photo is read, what cannot be read all at once, and nothing more is embedded', async () => {
  const photos = await photosOf(-1, 20, 30, -1)
  const manifest: Manifest = {
    kind: 'csv',
    source: 'x.csv',
    photos,
    warnings: [],
    problems: [{ where: 'x.csv row 9', what: 'no file name' }],
  }
  const seen: number[] = []
  await expect(embedPhotos(grey(2, seen), manifest)).rejects.toThrow(
    /^x\.csv: 1 problem\n {2}x\.csv row 9: no file name$/,
  )
  await expect(embedPhotos(grey(2, seen), { ...manifest, problems: [] })).rejects.toThrow(
    /^x\.csv: 2 problems\n {2}0\.png: .*not an image.*\n {2}3\.png: .*not an image/,
  )
  expect(seen).toEqual([])
})

test('a file that is no photo, or missing, is met before anything is embedded', async () => {
  const photos = await photosOf(10, 20, 30, -1)
  const seen: number[] = []
  await expect(embedPhotos(grey(2, seen), photos)).rejects.toThrow('3.png: ')
  const gone = { filename: 'gone.png', path: join(temporaryFolder(), 'gone.png'), extra: {} }
  await expect(embedPhotos(grey(2, seen), [...photos.slice(0, 3), gone])).rejects.toThrow('no such file')
  expect(seen).toEqual([])
})

test('skipped on request, and listed', async () => {
  const found = await embedPhotos(grey(2), await photosOf(-1, 20, 30, -1, 50), { skipUnreadable: true })
  expect([...found.embeddings.data]).toEqual([20, 235, 30, 225, 50, 205])
  expect(found.photos.map(({ filename }) => filename)).toEqual(['1.png', '2.png', '4.png'])
  expect(found.skipped.map(({ photo, reason }) => [photo.filename, /not an image/.test(reason)])).toEqual([
    ['0.png', true],
    ['3.png', true],
  ])
  await expect(embedPhotos(grey(2), await photosOf(-1), { skipUnreadable: true })).rejects.toThrow('no photo is left')
})

test('an embedding that is not finite is refused by the photo’s name', async () => {
  await expect(embedPhotos(grey(4), await photosOf(10, 13))).rejects.toThrow('grey.onnx: gives NaN for 1.png')
})

test('stops where it is told to', async () => {
  const stop = new AbortController()
  const batches: number[] = []
  const work = each(embedBatches(grey(1), await photosOf(1, 2, 3, 4), { signal: stop.signal }), ({ photos }) => {
    batches.push(photos.length)
    stop.abort(new Error('enough'))
  })
  await expect(work).rejects.toThrow('enough')
  expect(batches).toEqual([1])
})
