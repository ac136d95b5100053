import { expect, test } from 'vitest'
import { mean, Rng } from '../base/index.ts'
import { initialise } from './init.ts'

function deviation(values: readonly number[]): number {
  const middle = mean(values)
  return Math.sqrt(mean(values.map((v) => (v - middle) ** 2)))
}

test('constants fill', () => {
  expect([...initialise([2, 2], { kind: 'constant', value: 0.25 }, new Rng(0)).data]).toEqual([0.25, 0.25, 0.25, 0.25])
})

test('the truncated normal has its deviation, and nothing past 2', () => {
  const small = [...initialise([200, 100], { kind: 'truncatedNormal', standardDeviation: 0.02 }, new Rng('a')).data]
  expect(Math.abs(mean(small))).toBeLessThan(0.001)
  expect(deviation(small) / 0.02).toBeCloseTo(1, 1)
  const wide = [...initialise([200, 100], { kind: 'truncatedNormal', standardDeviation: 3 }, new Rng('b')).data]
  expect(Math.max(...wide.map(Math.abs))).toBeLessThanOrEqual(2)
  expect(Math.max(...wide)).toBeGreaterThan(1.9)
})

test('Xavier is uniform to √(6 / (fan in + fan out)), deviation that over √3', () => {
  const values = [...initialise([100, 4, 7, 7], { kind: 'xavierUniform' }, new Rng('c')).data]
  const bound = Math.sqrt(6 / (4 * 49 + 100))
  expect(Math.max(...values.map(Math.abs)) / bound).toBeGreaterThan(0.99)
  expect(Math.max(...values.map(Math.abs)) / bound).toBeLessThanOrEqual(1)
  expect(deviation(values) / (bound / Math.sqrt(3))).toBeCloseTo(1, 1)
})

test('one stream gives the same numbers, another stream others', () => {
  const draw = (name: string) => initialise([3, 3], { kind: 'truncatedNormal', standardDeviation: 1 }, new Rng(name))
  expect(draw('x')).toEqual(draw('x'))
  expect(draw('x').data).not.toEqual(draw('y').data)
})
