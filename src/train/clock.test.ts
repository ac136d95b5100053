import { expect, test } from 'vitest'
import { StepClock } from './clock.ts'

test('the pace is the mean of the last twenty steps', () => {
  const clock = new StepClock(8)
  expect(clock.tick(500, 10)).toEqual({ imagesPerSecond: 16, remainingMs: 5000 })
  expect(clock.tick(1500, 9)).toEqual({ imagesPerSecond: 8, remainingMs: 9000 })
  for (let i = 0; i < 19; i++) clock.tick(100, 0)
  expect(clock.tick(100, 3)).toEqual({ imagesPerSecond: 80, remainingMs: 300 })
})
