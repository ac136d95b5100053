import { expect, test } from 'vitest'
import { identicalFiles, identicalFileWarnings, identicalInGalleryWarnings } from './identical.ts'
import type { Photo } from './manifest.ts'

/** Photos as [name, identity]; a name is the file's path. */
function photosOf(...photos: readonly (readonly [string, string | undefined])[]): Photo[] {
  return photos.map(([filename, identity]) => ({ filename, path: filename, identity, extra: {} }))
}

test('a file in several rows is one file, and an unknown individual is none that contradicts', () => {
  const photos = photosOf(['a', 'A'], ['a', 'B'], ['b', undefined], ['c', 'C'])
  expect(identicalFileWarnings(photos, ['1', '1', '1', '2'])).toEqual(['identical files: a, b'])
  expect(identicalFiles(photos, ['1', '1', '2', '3'])).toEqual([])
})

test('what contradicts comes first, whatever the number of the others', () => {
  const same = Array.from({ length: 60 }, (_, i): [string, string] => [`${i}`, 'A'])
  const photos = photosOf(...same, ['x', 'A'], ['y', 'B'])
  const hashes = photos.map((_, i) => `${Math.floor(i / 2)}`)
  const warnings = identicalFileWarnings(photos, hashes)
  expect(warnings[0]).toBe('IDENTICAL FILES UNDER DIFFERENT IDENTITIES (A, B): x, y')
  expect(warnings).toHaveLength(2)
  const lines = warnings[1]!.split('\n')
  expect(lines.slice(0, 2)).toEqual(['identical files, 30 times:', '  0, 1'])
  expect(lines.slice(-2)).toEqual(['  38, 39', '  … and 10 more'])
})

test('many contradictions are one warning, which names them', () => {
  const photos = photosOf(...Array.from({ length: 8 }, (_, i): [string, string] => [`${i}`, i % 2 === 0 ? 'A' : 'B']))
  const warnings = identicalFileWarnings(
    photos,
    photos.map((_, i) => `${Math.floor(i / 2)}`),
  )
  const lines = ['  0, 1 (A, B)', '  2, 3 (A, B)', '  4, 5 (A, B)', '  6, 7 (A, B)']
  expect(warnings).toEqual([['IDENTICAL FILES UNDER DIFFERENT IDENTITIES, 4 times:', ...lines].join('\n')])
})

test('of a gallery only contradictions have lines; the others are counted', () => {
  const same = Array.from({ length: 60 }, (_, i): [string, string] => [`${i}`, 'A'])
  const photos = photosOf(...same, ['x', 'A'], ['y', 'B'], ['z', 'B'])
  const hashes = photos.map((_, i) => `${Math.floor(i / 3)}`)
  expect(identicalInGalleryWarnings(photos, hashes)).toEqual([
    'IDENTICAL FILES UNDER DIFFERENT IDENTITIES (A, B): x, y, z',
    '40 photos of the gallery are the same file as another one of the same individual',
  ])
  expect(identicalInGalleryWarnings(photosOf(['a', 'A'], ['b', 'A']), ['1', '1'])).toEqual([
    '1 photo of the gallery is the same file as another one of the same individual',
  ])
  expect(identicalInGalleryWarnings(photosOf(['a', 'A'], ['b', 'B']), ['1', '2'])).toEqual([])
})
