import { beforeEach, expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import type { Photo } from '../data/index.ts'
import { warnOfOneSided } from './one-sided.ts'

const output = captureOutput()
const photosOf = (count: number, marked: number) =>
  Array.from({ length: count }, (_, i): Photo => {
    const photo = { filename: `${i}.jpg`, path: `/${i}.jpg`, extra: {} }
    return i < marked ? { ...photo, box: { x: 0, y: 0, width: 8, height: 8 } } : photo
  })

beforeEach(() => {
  output.stderr = ''
})

test('animals that are compared with whole photos are told, from either side', () => {
  warnOfOneSided(photosOf(4, 4), photosOf(30, 2))
  expect(output.stderr).toContain('the gallery has none: an animal is compared with whole photos')
  output.stderr = ''
  warnOfOneSided(photosOf(4, 0), photosOf(30, 29))
  expect(output.stderr).toContain('the photos asked about have none: whole photos are compared with animals')
})

test.each([
  [4, 4, 30, 30],
  [4, 0, 30, 0],
  [4, 2, 30, 0],
  [4, 4, 30, 15],
])('%d photos with %d marked and %d with %d are nothing to tell', (asked, here, known, there) => {
  warnOfOneSided(photosOf(asked, here), photosOf(known, there))
  expect(output.stderr).toBe('')
})
