import { expect, test } from 'vitest'
import { similarityText } from './similarity-text.ts'

test.each([
  [0.5, '0.50'],
  [-0.123, '-0.12'],
  [0.9949, '0.99'],
  [0.995, '0.995'],
  [0.9996, '0.9996'],
  [0.99961, '0.9996'],
  [0.99996, '0.99996'],
  [Math.fround(0.9999982), '0.999998'],
  [0.9999999, 'above 0.999999'],
  [1, '1.00'],
])('%d is written as %s', (similarity, text) => {
  expect(similarityText(similarity)).toBe(text)
})
