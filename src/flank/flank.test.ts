import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/model-fixture.ts'
import { encodePng, type ImageRGBA } from '../images/index.ts'
import { creatures } from '../synth/index.ts'
import { type FacingNetwork, openFacing } from './facing-network.ts'
import { facingSidePx } from './network.ts'
import { proposalOf } from './proposal.ts'
import { proposeFlanks } from './propose.ts'

let network: FacingNetwork
beforeAll(async () => {
  network = await openFacing({ threads: 1 })
})
afterAll(() => network.release())

const draw = creatures(facingSidePx)

function image(key: string, { difficulty = 1, mirror = false } = {}): ImageRGBA {
  const { pixels } = draw(key, difficulty)
  const data = new Uint8Array(facingSidePx ** 2 * 4).fill(255)
  for (let p = 0; p < facingSidePx ** 2; p++) {
    const x = p % facingSidePx
    const from = 3 * (mirror ? p + facingSidePx - 1 - 2 * x : p)
    data.set(pixels.subarray(from, from + 3), 4 * p)
  }
  return { width: facingSidePx, height: facingSidePx, data }
}

describe('the network of facing', () => {
  test('exchanges left and right for the mirror image, exactly', async () => {
    for (const key of ['a', 'b', 'c']) {
      const [own, mirrored] = [
        await network.shares({ image: image(key) }),
        await network.shares({ image: image(key, { mirror: true }) }),
      ]
      expect(mirrored.left).toBeCloseTo(own.right, 5)
      expect(mirrored.right).toBeCloseTo(own.left, 5)
      expect(mirrored.front).toBeCloseTo(own.front, 5)
      expect(own.left + own.right + own.front + own.back).toBeCloseTo(1, 6)
    }
  })

  test('is right on drawn animals that it was not trained on, more often where it is surer', async () => {
    const asked: { readonly right: boolean; readonly confidence: number }[] = []
    for (let i = 0; asked.length < 120; i++) {
      const [left, right] = draw(`test/${i}`, 0.3).facing
      if (Math.max(left, right) < 0.9) continue
      const shares = await network.shares({ image: image(`test/${i}`, { difficulty: 0.3 }) })
      const { confidence } = proposalOf(shares)
      asked.push({ right: shares.left > shares.right === left > right, confidence })
    }
    const share = (some: typeof asked) => some.filter(({ right }) => right).length / some.length
    expect(share(asked)).toBeGreaterThan(0.8)
    const order = asked.toSorted((a, b) => b.confidence - a.confidence)
    expect(share(order.slice(0, 60))).toBeGreaterThan(0.95)
  })
})

test('what is drawn says how it stands, and where nothing stands every side is as likely', () => {
  const shares = Array.from({ length: 200 }, (_, i) => draw(`labels/${i}`).facing)
  for (const four of shares) expect(four.reduce((a, b) => a + b)).toBeCloseTo(1, 9)
  const likeliest = shares.map((four) => four.indexOf(Math.max(...four)))
  for (const [side, least] of [60, 60, 5, 5].entries())
    expect(likeliest.filter((one) => one === side).length).toBeGreaterThan(least)
  expect(shares.some((four) => four.every((share) => share === 0.25))).toBe(true)
  expect(draw('again')).toEqual(draw('again'))
})

test('a proposal is the likeliest side, or unsure', () => {
  const shares = { left: 0.02, right: 0.9, front: 0.05, back: 0.03 }
  expect(proposalOf(shares, { threshold: 0.9 })).toEqual({ shares, flank: 'right', confidence: 0.9 })
  expect(proposalOf(shares, { threshold: 0.91 })).toEqual({ shares, flank: undefined, confidence: 0.9 })
})

test('whichever byte of a kept proposal is changed, the photo is looked at again', async () => {
  const folder = temporaryFolder()
  const photo = { filename: 'a.png', path: join(folder, 'a.png'), extra: {} }
  writeFileSync(photo.path, await encodePng(image('a')))
  let asked = 0
  const shares = async () => {
    asked++
    return { left: 0.75, right: 0.125, front: 0.0625, back: 0.0625 }
  }
  const cacheDir = join(folder, 'cache')
  const look = async () => [...(await proposeFlanks({ ...network, shares }, [photo], { cacheDir })).proposals.values()]
  const first = await look()
  const [entry] = readdirSync(cacheDir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))
  const path = join(cacheDir, entry!)
  const whole = readFileSync(path)
  const places = Array.from({ length: Math.ceil(whole.length / 3) }, (_, i) => 3 * i)
  for (const at of places) {
    const damaged = Buffer.from(whole)
    damaged[at]! ^= 1
    writeFileSync(path, damaged)
    expect(await look()).toEqual(first)
  }
  expect(asked).toBe(1 + places.length)
  expect(readFileSync(path)).toEqual(whole)
})

test('proposals are kept: a second look asks nothing, and a photo that cannot be read is told', async () => {
  const folder = temporaryFolder()
  const photos = ['a.png', 'b.png', 'broken.png'].map((filename) => ({
    filename,
    path: join(folder, filename),
    extra: {},
  }))
  for (const { path } of photos.slice(0, 2)) writeFileSync(path, await encodePng(image(path)))
  writeFileSync(photos[2]!.path, 'no picture')
  let asked = 0
  const counting: FacingNetwork = {
    ...network,
    shares: (photo) => {
      asked++
      return network.shares(photo)
    },
  }
  const options = { skipUnreadable: true, cacheDir: join(folder, 'cache') }
  const first = await proposeFlanks(counting, photos, options)
  const second = await proposeFlanks(counting, photos, options)
  expect(asked).toBe(2)
  expect([...second.proposals]).toEqual([...first.proposals])
  expect(first.skipped.map(({ photo }) => photo.filename)).toEqual(['broken.png'])
  await expect(proposeFlanks(counting, photos, { cacheDir: join(folder, 'cache') })).rejects.toThrow('broken.png')
})
