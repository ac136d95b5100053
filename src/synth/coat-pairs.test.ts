import { describe, expect, it } from 'vitest'
import { InputError, Rng } from '../base/index.ts'
import { coatChannels } from './coat.ts'
import { coatPairs } from './coat-pairs.ts'
import { type CoatPhoto, correspondingPixels, mirroredCoat } from './coat-photo.ts'
import { paintPattern, patternFamilies } from './pattern.ts'

const sizePx = 64
const pairs = coatPairs({ seed: 'test', sizePx })
const all = Array.from({ length: sizePx * sizePx }, (_, i) => i)

const brightness = ({ image: { data } }: CoatPhoto, i: number) =>
  (data[4 * i]! + data[4 * i + 1]! + data[4 * i + 2]!) / 3

/** Pearson's correlation of what corresponding pixels show. */
function correlation(a: CoatPhoto, b: CoatPhoto, links: readonly { from: number; to: number }[]): number {
  const [xs, ys] = [links.map(({ from }) => brightness(a, from)), links.map(({ to }) => brightness(b, to))]
  const mean = (v: readonly number[]) => v.reduce((sum, x) => sum + x, 0) / v.length
  const [mx, my] = [mean(xs), mean(ys)]
  const covariance = mean(xs.map((x, i) => (x - mx) * (ys[i]! - my)))
  return covariance / Math.sqrt(mean(xs.map((x) => (x - mx) ** 2)) * mean(ys.map((y) => (y - my) ** 2)))
}

describe('coatPairs', () => {
  it('shows one place of the coat at corresponding pixels: coordinates within a pixel, and marks that agree', () => {
    const correlations = [0, 3, 6, 9].map((index) => {
      const [a, b] = pairs.rivals(index, 0.3)[0].photos
      const links = correspondingPixels(a, b, all)
      expect(links.length).toBeGreaterThan(0.15 * all.length)
      for (const { from, to } of links) {
        expect(Number.isNaN(a.coat[2 * from]!)).toBe(false)
        const away = Math.hypot(a.coat[2 * from]! - b.coat[2 * to]!, a.coat[2 * from + 1]! - b.coat[2 * to + 1]!)
        expect(away * b.unitPx).toBeLessThanOrEqual(1.0001)
      }
      // links that are off by six pixels show other places
      const shifted = links.filter(({ to }) => to + 6 < all.length).map(({ from, to }) => ({ from, to: to + 6 }))
      expect(correlation(a, b, links)).toBeGreaterThan(correlation(a, b, shifted))
      return correlation(a, b, links)
    })
    expect(Math.min(...correlations)).toBeGreaterThan(0.25)
    expect(correlations.reduce((sum, c) => sum + c, 0) / correlations.length).toBeGreaterThan(0.5)
  })

  it('has no correspondences between an animal and its rival, or its mirror image', () => {
    const mirrored = new Set<boolean>()
    for (let index = 0; index < 6; index++) {
      const [own, rival] = pairs.rivals(index, 0)
      expect(rival.family).toBe(own.family)
      mirrored.add(rival.photos[0].animal.endsWith(', mirrored'))
      for (const photo of rival.photos) expect(correspondingPixels(own.photos[0], photo, all)).toEqual([])
      expect(correspondingPixels(rival.photos[0], rival.photos[1], all).length).toBeGreaterThan(100)
    }
    expect(mirrored).toEqual(new Set([true, false]))
    const photo = pairs.rivals(1, 0)[0].photos[0]
    const turned = mirroredCoat(photo)
    expect(brightness(turned, 5)).toBe(brightness(photo, sizePx - 6))
    expect(turned.coat[2 * (3 * sizePx)]).toBe(photo.coat[2 * (4 * sizePx - 1)])
    expect(mirroredCoat(turned).image.data).toEqual(photo.image.data)
  })

  it('tells nothing of a coat where there is none: background and plants in front', () => {
    const photo = pairs.rivals(2, 1)[0].photos[0]
    let background = 0
    for (const i of all) {
      if (photo.image.data[4 * i + 3]! >= 127) continue
      background++
      expect(photo.coat[2 * i]).toBeNaN()
    }
    expect(background).toBeGreaterThan(100)
  })

  it('is the same in any order and for a new studio, and other for another seed', () => {
    const again = coatPairs({ seed: 'test', sizePx })
    const pixels = (from: typeof pairs, index: number) => Buffer.from(from.rivals(index, 0.5)[1].photos[1].image.data)
    const [late, early] = [pixels(again, 10), pixels(again, 7)]
    expect([pixels(pairs, 7), pixels(pairs, 10)]).toEqual([early, late])
    expect(pixels(coatPairs({ seed: 'other', sizePx }), 7)).not.toEqual(early)
  })

  it('refuses a size that shows nothing', () => {
    expect(() => coatPairs({ seed: 0, sizePx: 8 })).toThrow(InputError)
  })
})

describe('paintPattern', () => {
  it.each(patternFamilies)('%s: marks cover some of the coat, one individual unlike another', (family) => {
    const inkOf = (seed: number) => {
      const { data } = paintPattern(family, new Rng(seed), 40)
      return data.filter((_, i) => i % coatChannels !== 3).map((v) => Number(v > 25))
    }
    const [one, two] = [inkOf(1), inkOf(2)]
    const share = one.reduce((sum, v) => sum + v, 0) / one.length
    expect(share).toBeGreaterThan(0.02)
    expect(share).toBeLessThan(0.7)
    const differing = one.reduce((sum, v, i) => sum + Number(v !== two[i]), 0)
    expect(differing / one.length).toBeGreaterThan(0.03)
    expect(inkOf(1)).toEqual(one)
  })
})
