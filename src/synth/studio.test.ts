import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { InputError, Rng } from '../base/index.ts'
import { coatChannels, paintCoat } from './coat.ts'
import type { SyntheticPhoto } from './plan.ts'
import { contactSheet, identitySheet } from './sheet.ts'
import { type Studio, studio } from './studio.ts'
import { coatStyles } from './style.ts'

const small = { identities: 4, photosPerIdentity: 12, testPhotosPerIdentity: 4, widthPx: 128, heightPx: 96 } as const

describe('studio', () => {
  it('gives the same pixels for the same seed in any order, and others for another seed', () => {
    const photos = studio(small).photos.slice(0, 8)
    const once = hashes(studio(small), photos)
    expect(hashes(studio(small), [...photos].reverse()).reverse()).toEqual(once)
    expect(new Set(once).size).toBe(photos.length)
    expect(new Set([...once, ...hashes(studio({ ...small, seed: 1 }), photos)]).size).toBe(2 * photos.length)
  })

  it('shows an animal of sensible size in every photo', () => {
    const from = studio(small)
    for (const photo of from.photos) {
      const { data, width } = from.render(photo)
      let covered = 0
      const columns = new Set<number>()
      for (let i = 0; i < data.length / 4; i++) {
        covered += data[4 * i + 3]! / 255
        if (data[4 * i + 3]! > 127) columns.add(i % width)
      }
      const share = covered / (data.length / 4)
      expect(share, photo.filename).toBeGreaterThan(0.09)
      expect(share, photo.filename).toBeLessThan(0.5)
      expect(columns.size / width, photo.filename).toBeGreaterThan(0.5)
    }
  })

  it('has colour by day and none in the infrared, which is about a fifth of the encounters', () => {
    const from = studio({ ...small, identities: 8 })
    const first = from.photos.filter((p) => p.shot === 0)
    const grey = first.filter((p) => {
      const { data } = from.render(p)
      return data.every((v, i) => i % 4 === 3 || i % 4 === 0 || v === data[i - 1])
    })
    expect(grey.length / first.length).toBeGreaterThan(0.08)
    expect(grey.length / first.length).toBeLessThan(0.36)
  })

  it('rejects counts and sizes that make no dataset', () => {
    expect(() => studio({ identities: 0 })).toThrow(InputError)
    expect(() => studio({ photosPerIdentity: 1.5 })).toThrow('photosPerIdentity')
    expect(() => studio({ widthPx: 8 })).toThrow('widthPx')
  })
})

describe('coats', () => {
  const [one, two] = coatStyles(2, new Rng(1))
  const ink = (style: typeof one, rng: Rng) => paintCoat(style!, rng, 60).data.filter((_, i) => i % coatChannels === 0)

  it('are decided by style and generator alone', () => {
    expect(ink(one, new Rng('left'))).toEqual(ink(one, new Rng('left')))
  })

  it('differ between flanks as much as between individuals', () => {
    const left = ink(one, new Rng('left'))
    const flanks = correlation(left, ink(one, new Rng('right')))
    const individuals = correlation(left, ink(two, new Rng('left of another')))
    // What is left is face, tail tip and the border of the body, alike in all jaguars.
    expect(Math.abs(flanks - individuals)).toBeLessThan(0.15)
    expect(flanks).toBeLessThan(0.5)
  })

  it('have marks over a fifth to a half of the flank', () => {
    for (const style of coatStyles(12, new Rng(2))) {
      const { data, width } = paintCoat(style, new Rng(3), 60)
      const flank: number[] = []
      // Body x −0.4 … 0.3, y −0.15 … 0.3: row (y + 1.1) · 60, column (x + 1.5) · 60.
      for (let row = 57; row < 84; row++)
        for (let column = 66; column < 108; column++) flank.push(data[coatChannels * (row * width + column)]! / 255)
      const share = flank.reduce((sum, v) => sum + v, 0) / flank.length
      expect(share).toBeGreaterThan(0.12)
      expect(share).toBeLessThan(0.6)
    }
  })

  it('are spread over their families and ranges', () => {
    const styles = coatStyles(24, new Rng(4))
    const spacings = styles.map((s) => s.spacing).sort((a, b) => a - b)
    expect(spacings[0]).toBeLessThan(0.18)
    expect(spacings.at(-1)).toBeGreaterThan(0.26)
    expect(styles.filter((s) => s.solid > 0.6).length).toBe(3)
    expect(styles.filter((s) => s.innerSpots >= 3).length).toBe(3)
  })
})

describe('contact sheets', () => {
  const plain = (width: number, height: number, value: number) => ({
    width,
    height,
    data: new Uint8Array(4 * width * height).fill(value),
  })

  it('set photos row by row in the middle of equal cells', () => {
    const sheet = contactSheet([plain(4, 2, 10), plain(2, 2, 20), plain(4, 2, 30)], { columns: 2, gapPx: 1, paper: 0 })
    expect([sheet.width, sheet.height]).toEqual([11, 7])
    const row = (y: number) => Array.from({ length: 11 }, (_, x) => sheet.data[4 * (y * 11 + x)])
    expect(row(1)).toEqual([0, 10, 10, 10, 10, 0, 0, 20, 20, 0, 0])
    expect(row(4)).toEqual([0, 30, 30, 30, 30, 0, 0, 0, 0, 0, 0])
    expect(sheet.data[3]).toBe(255)
  })

  it('have an individual a row', () => {
    const sheet = identitySheet(studio(small), 3, 4)
    expect([sheet.width, sheet.height]).toEqual([4 * 132 + 4, 3 * 100 + 4])
  })

  it('reject having nothing to show', () => {
    expect(() => contactSheet([])).toThrow('no photos')
  })
})

function hashes(from: Studio, photos: readonly SyntheticPhoto[]): string[] {
  return photos.map((p) => createHash('sha256').update(from.render(p).data).digest('hex'))
}

function correlation(a: Uint8Array, b: Uint8Array): number {
  const mean = (v: Uint8Array) => v.reduce((sum, x) => sum + x, 0) / v.length
  const [ma, mb] = [mean(a), mean(b)]
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - ma) * (b[i]! - mb)
    aa += (a[i]! - ma) ** 2
    bb += (b[i]! - mb) ** 2
  }
  return ab / Math.sqrt(aa * bb)
}
