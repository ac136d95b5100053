import { check } from '../base/index.ts'
import { describePhoto, type Photo, shortList } from './manifest.ts'
import type { Split } from './split.ts'

/**
 * The folds of the table's own column, in order of their names (numbers by value): fold k validates on the photos that name it and
 * trains on all others. A photo that names none trains in each, and one with a proposed identity validates in none: give it the photos to train with (`photosToTrainWith`), none to test on. @throws InputError where there are not two folds.
 */
export function columnFolds(photos: readonly Photo[]): Split[] {
  const names = [...new Set(photos.flatMap(({ fold }) => fold ?? []))]
  names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  check(
    names.length >= 2,
    names.length === 0
      ? 'folds: no photo has a fold'
      : `folds: all photos name one fold, ${shortList(names)}, expected two or more (${describePhoto(photos[0]!)})`,
    '`columns: {"fold":"…"}` names the column',
  )
  return names.map((name) => ({
    train: photos.flatMap(({ fold }, i) => (fold === name ? [] : [i])),
    validation: photos.flatMap(({ fold, proposed }, i) => (fold === name && proposed !== true ? [i] : [])),
  }))
}
