import { describe, expect, test } from 'vitest'
import { Rng } from './rng.ts'
import { mean, standardDeviation } from './stats.ts'

const draw = (rng: Rng, count: number) => Array.from({ length: count }, () => rng.uint32())

describe('Rng', () => {
  // From an implementation in Python written from the algorithm's description.
  test('draws sfc32 of the hashed seed', () => {
    expect(draw(new Rng(0), 4)).toEqual([2356470015, 1172008082, 1308180179, 831842623])
    expect(draw(new Rng('jaguar'), 4)).toEqual([1040930439, 3717212292, 3665236144, 1548252601])
    expect(draw(new Rng(0).fork('step').fork(3), 2)).toEqual([1211548494, 2529018649])
    expect(new Rng(7).normal()).toBe(-1.6044066201661382)
    expect(new Rng(7).shuffle([0, 1, 2, 3, 4, 5, 6, 7])).toEqual([0, 5, 2, 1, 3, 7, 4, 6])
  })

  test('does not repeat itself', () => {
    const seen = new Set(draw(new Rng(1), 20_000))
    expect(seen.size).toBeGreaterThan(19_990) // 20,000²/2³³ ≈ 0.05 repeats are chance
  })

  test('forks do not depend on what was drawn', () => {
    const fresh = new Rng('run')
    const used = new Rng('run')
    draw(used, 100)
    expect(draw(used.fork('a'), 3)).toEqual(draw(fresh.fork('a'), 3))
  })

  test('forks do not disturb their origin, nor each other', () => {
    const [plain, forked] = [new Rng('run'), new Rng('run')]
    const a = forked.fork('a')
    draw(a, 10)
    expect(draw(forked, 5)).toEqual(draw(plain, 5))
    expect(draw(forked.fork('a'), 3)).not.toEqual(draw(forked.fork('b'), 3))
    expect(draw(forked.fork(1), 3)).not.toEqual(draw(forked.fork(2), 3))
  })

  test('streams of neighbouring names are not correlated', () => {
    const n = 4000
    const [a, b] = [new Rng('x').fork(1), new Rng('x').fork(2)]
    const products = Array.from({ length: n }, () => a.normal() * b.normal())
    expect(Math.abs(mean(products))).toBeLessThan(4 / Math.sqrt(n))
  })

  test('a seed is the same as a number and as text', () => {
    expect(draw(new Rng(12), 2)).toEqual(draw(new Rng('12'), 2))
  })

  test('numbers keep to their ranges and moments', () => {
    const rng = new Rng('moments')
    const uniform = Array.from({ length: 20_000 }, () => rng.uniform(-2, 6))
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(-2)
    expect(Math.max(...uniform)).toBeLessThan(6)
    expect(mean(uniform)).toBeCloseTo(2, 1)
    const normal = Array.from({ length: 20_000 }, () => rng.normal(3, 0.5))
    expect(mean(normal)).toBeCloseTo(3, 1)
    expect(standardDeviation(normal)).toBeCloseTo(0.5, 1)
    const whole = Array.from({ length: 6000 }, () => rng.int(6))
    for (let v = 0; v < 6; v++) expect(whole.filter((w) => w === v).length).toBeGreaterThan(850)
    expect(Math.max(...whole)).toBe(5)
    expect(mean(Array.from({ length: 10_000 }, () => Number(rng.chance(0.3))))).toBeCloseTo(0.3, 1)
    expect([rng.chance(0), rng.chance(1)]).toEqual([false, true])
  })

  test('shuffle keeps every item and leaves its argument', () => {
    const items = Object.freeze([1, 2, 3, 4, 5])
    const shuffled = new Rng(3).shuffle(items)
    expect([...shuffled].sort()).toEqual(items)
    const firsts = Array.from({ length: 5000 }, (_, i) => new Rng(i).shuffle(items)[0])
    for (const item of items) expect(firsts.filter((first) => first === item).length).toBeGreaterThan(850)
    expect(items).toContain(new Rng(4).pick(items))
  })
})
