import { expect, test } from 'vitest'
import { paintAll } from './painters.ts'
import { studio } from './studio.ts'

/** As many photos as threads of their own are begun for. */
const many = studio({ identities: 5, photosPerIdentity: 16, testPhotosPerIdentity: 4, widthPx: 64, heightPx: 48 })

async function painted(threads: number): Promise<Map<string, Uint8Array>> {
  const photos = new Map<string, Uint8Array>()
  await paintAll(many, (photo, png) => photos.set(photo.filename, png), { threads })
  return photos
}

test('photos have the same bytes, however many threads paint them', async () => {
  const [one, two] = [await painted(1), await painted(2)]
  expect(one.size).toBe(100)
  expect([...two.keys()].sort()).toEqual([...one.keys()].sort())
  for (const [name, png] of one) expect(Buffer.from(two.get(name)!).equals(png), name).toBe(true)
})

test('who stops it gets the reason, and so does who cannot write', async () => {
  const stop = new AbortController()
  let count = 0
  const stopping = () => {
    count++
    stop.abort(new Error('asked to stop'))
  }
  await expect(paintAll(many, stopping, { threads: 2, signal: stop.signal })).rejects.toThrow('asked to stop')
  expect(count).toBeLessThan(3)
  const full = () => {
    throw new Error('no space left')
  }
  await expect(paintAll(many, full, { threads: 2 })).rejects.toThrow('no space left')
  await expect(paintAll(many, full, { threads: 1 })).rejects.toThrow('no space left')
})
