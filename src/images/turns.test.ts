import { expect, test } from 'vitest'
import { decodeImage } from './decode.ts'
import { encodeJpeg } from './encode.ts'
import { Turns } from './turns.ts'

const width = 400
const height = 300
/** A photo of noise: its data are long enough that several are decoded at the same time. */
const photo = await encodeJpeg({
  width,
  height,
  data: Uint8Array.from({ length: 4 * width * height }, (_, i) => (i % 4 === 3 ? 255 : (i * 2_654_435_761) >>> 24)),
})
const marker = (bytes: Uint8Array, code: number) => bytes.findIndex((v, i) => v === 0xff && bytes[i + 1] === code)
const [tables, cut] = [marker(photo, 0xdb), Math.floor(photo.length / 2)]
/** Some cameras write bytes of nothing before a marker: the decoder warns, and no pixel is lost. */
const odd = Buffer.concat([photo.subarray(0, tables), new Uint8Array(3), photo.subarray(tables)])
/** Cut off and closed again: half of its pixels are lost. */
const closed = Buffer.concat([photo.subarray(0, cut), Uint8Array.of(0xff, 0xd9)])

test('a photo is judged by what the decoder says of it, however many are decoded at the same time', async () => {
  const all = await Promise.allSettled(Array.from({ length: 60 }, (_, i) => decodeImage(i % 2 === 0 ? odd : closed)))
  const whole = all.flatMap(({ status }, i) => (status === 'fulfilled' ? [i] : []))
  expect(whole).toEqual(Array.from({ length: 30 }, (_, i) => 2 * i))
  for (const one of all) if (one.status === 'rejected') expect(String(one.reason)).toContain('premature end')
})

test('who is alone waits for those before, and those behind wait; an error lets the next go on', async () => {
  const turns = new Turns()
  const told: string[] = []
  const work = (name: string) => async () => {
    told.push(`${name} begins`)
    await new Promise((resolve) => setTimeout(resolve, 5))
    told.push(`${name} ends`)
  }
  const failing = turns.alone(async () => {
    await work('first')()
    throw new Error('failed')
  })
  await Promise.allSettled([
    turns.together(work('a')),
    turns.together(work('b')),
    failing,
    turns.alone(work('alone')),
    turns.together(work('c')),
  ])
  await expect(failing).rejects.toThrow('failed')
  expect(told.slice(0, 4)).toEqual(['first begins', 'first ends', 'alone begins', 'alone ends'])
  expect([...told.slice(4)].sort()).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})
