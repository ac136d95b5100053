import { expect, test } from 'vitest'
import { counted } from './counted.ts'

test('one of a thing, and any other number of it', () => {
  expect(counted(1, 'photo')).toBe('1 photo')
  expect(counted(0, 'photo')).toBe('0 photos')
  expect(counted(12, 'query', 'queries')).toBe('12 queries')
  expect(counted(1, 'photo is', 'photos are')).toBe('1 photo is')
})
