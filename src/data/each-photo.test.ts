import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eachPhoto } from './each-photo.ts'

test('photos come in their order, four at once at most, and are counted when they were taken', async () => {
  let [underWay, most] = [0, 0]
  const make = async (photo: number) => {
    most = Math.max(most, ++underWay)
    await pause(photo % 3)
    underWay--
    return 10 * photo
  }
  const told: string[] = []
  const made: number[] = []
  const photos = Array.from({ length: 40 }, (_, i) => i)
  const onDone = (done: number, total: number) => told.push(`${done}/${total} after ${made.length}`)
  for await (const one of eachPhoto(photos, make, { onDone })) made.push(one)
  expect(made).toEqual(photos.map((photo) => 10 * photo))
  expect(most).toBe(4)
  expect(told).toHaveLength(40)
  expect([told[0], told[39]]).toEqual(['1/40 after 1', '40/40 after 40'])
})

test('who stops asking has begun sixteen at most beyond what was taken, and an abort ends it', async () => {
  const begun: number[] = []
  const make = async (photo: number) => begun.push(photo)
  const photos = Array.from({ length: 100 }, (_, i) => i)
  for await (const _ of eachPhoto(photos, make)) break
  await pause(5)
  expect(begun.length).toBeLessThanOrEqual(17)
  const abort = new AbortController()
  const taken: number[] = []
  const stopped = async () => {
    for await (const one of eachPhoto(photos, async (photo) => photo, { signal: abort.signal })) {
      taken.push(one)
      if (one === 2) abort.abort(new Error('stopped'))
    }
  }
  await expect(stopped()).rejects.toThrow('stopped')
  expect(taken).toEqual([0, 1, 2])
})
