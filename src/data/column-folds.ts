import { check, counted } from '../base/index.ts'
import { describePhoto, type Photo, shortList } from './manifest.ts'
import type { Split } from './split.ts'
import { splitSideOf } from './split-column.ts'

/**
 * The folds of the table's own column, in order of their names (numbers by value): fold k validates on the photos that name it and
 * trains on all others. A photo that names none trains in each, and one with a proposed identity validates in none: give it the photos to train with (`photosToTrainWith`), none to test on. @throws InputError where there are not two folds, and
 * where some cells name a side of a split (`test`) beside them.
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
  checkFoldNames(photos)
  return names.map((name) => ({
    train: photos.flatMap(({ fold }, i) => (fold === name ? [] : [i])),
    validation: photos.flatMap(({ fold, proposed }, i) => (fold === name && proposed !== true ? [i] : [])),
  }))
}

/**
 * A word for test photos among folds would be one more fold, on whose photos all others train; where something else divides, they would train too.
 * @throws InputError naming it.
 */
export function checkFoldNames(photos: readonly Photo[]): void {
  const { what, hint } = wordAmongFolds(photos) ?? {}
  check(what === undefined, `${what}`, hint)
}

/** A side of a split that some cells of the column for the fold name, and what to do about it; undefined where none does. */
export function wordAmongFolds(photos: readonly Photo[]): { readonly what: string; readonly hint: string } | undefined {
  const names = [...new Set(photos.flatMap(({ fold }) => fold ?? []))]
  const others = names.filter((name) => splitSideOf(name) !== undefined)
  if (others.length === 0 || others.length === names.length) return undefined
  const [other] = others
  const count = photos.filter(({ fold }) => fold === other).length
  const folds = names.filter((name) => !others.includes(name))
  return {
    what: `folds: expected a fold in the column for the fold, as ${shortList(folds)}, got '${other}' for ${counted(count, 'photo')}`,
    hint: 'leave the cell empty where a photo is to train in every fold; photos to test on are named by test in a column for the split; `columns: {"fold":"-"}` takes no column for the fold',
  }
}
