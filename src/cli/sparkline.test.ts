import { expect, test } from 'vitest'
import { sparkline } from './sparkline.ts'

test('a falling loss is a falling line', () => {
  expect(sparkline([8, 7, 6, 5, 4, 3, 2, 1], 8)).toBe('█▇▆▅▄▃▂▁')
  expect(sparkline([8, 8, 4.5, 4.5, 1, 1], 3)).toBe('█▅▁')
  expect(sparkline([2, 1], 8)).toBe('█▁')
  expect(sparkline([3, 3, 3], 3)).toBe('▄▄▄')
  expect(sparkline([], 8)).toBe('')
})
