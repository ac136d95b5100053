import { keyOf } from './column-names.ts'
import type { Table } from './csv.ts'
import { groupedSplit } from './grouped-split.ts'
import { type Photo, type Problem, type SplitSide, shortList, type TestPart } from './manifest.ts'
import { nobodyTest } from './nobody.ts'
import type { SplitKind } from './photo-groups.ts'
import type { Split, SplitOptions } from './split.ts'
import { usualSplitKind } from './usual-split.ts'

const sides: Readonly<Record<SplitSide, readonly string[]>> = {
  train: words(
    'train training trn tr trainset trainingset entrenamiento treino treinamento entrainement apprentissage addestramento',
  ),
  validation: words(
    'val valid validation validate vali vld dev development valset validationset validacion validacao validierung',
  ),
  test: words(
    'test testing tst te eval evaluation testset holdout heldout query gallery querygallery database prueba teste',
  ),
  none: words('unused ignore ignored exclude excluded discard skip none'),
}

const sideOf = new Map(Object.entries(sides).flatMap(([side, names]) => names.map((name) => [name, side as SplitSide])))
const isNothing = nobodyTest()

/**
 * The side that a cell names, also by one word of several (`test_open`, `Public Test`, `train-1`); undefined for words that name none, or two. An
 * empty cell, and a word for nothing, are 'none'.
 */
export function splitSideOf(cell: string): SplitSide | undefined {
  if (isNothing(cell)) return 'none'
  const whole = sideOf.get(keyOf(cell))
  if (whole !== undefined) return whole
  const parts = cell.replace(/(\p{Ll})(?=\p{Lu})/gu, '$1 ').split(/[^\p{L}]+/u)
  const named = new Set(parts.flatMap((part) => sideOf.get(keyOf(part)) ?? []))
  return named.size === 1 ? [...named][0] : undefined
}

const parts: Readonly<Record<string, TestPart>> = { query: 'query', gallery: 'gallery', database: 'gallery' }

/** Whether a cell names queries or their gallery, as the field's data sets do (Market-1501: train, query, gallery). */
export function partOf(cell: string): Pick<Photo, 'part'> {
  const part = parts[keyOf(cell)]
  return part === undefined ? {} : { part }
}

/** Test photos as queries and the gallery that they are ranked against; undefined unless each of them is one or the other, and there are both. */
export function queriesAndGallery(
  photos: readonly Photo[],
): { readonly queries: Photo[]; readonly gallery: Photo[] } | undefined {
  const of = (part: TestPart) => photos.filter((photo) => photo.part === part)
  const [queries, gallery] = [of('query'), of('gallery')]
  const all = queries.length + gallery.length === photos.length
  return all && queries.length > 0 && gallery.length > 0 ? { queries, gallery } : undefined
}

/** True for cells that are a split: one at least names a side, and most do. */
export function isSplit(cells: readonly string[]): boolean {
  const given = cells.map(splitSideOf).filter((side) => side !== 'none')
  const known = given.filter((side) => side !== undefined).length
  return known > 0 && known * 2 > given.length
}

/** True for cells that are a split whatever their column is called: training and another side, and nothing else but cells that say nothing. */
export function isWholeSplit(cells: readonly string[]): boolean {
  const words = [...new Set(cells)].filter((cell) => !isNothing(cell))
  const named = new Set(words.map((word) => sideOf.get(keyOf(word))))
  return named.has('train') && (named.has('validation') || named.has('test')) && !named.has(undefined)
}

/** Columns that say yes or no of one side of a split. */
const oneSided = /^(is|for|in|use)?(train(ing)?|test(ing)?|val(idation)?|holdout|query|gallery)(set)?$/
const yesOrNo = /^(true|false|yes|no|y|n|t|f|[01](\.0)?)$/i

/** A column that is called a split and does not say one, or is one of yes and no: told, since its photos are then split by lot. */
export function unreadSplit({ header, rows }: Table, taken: number | undefined): string[] {
  const wordsOf = (c: number) =>
    [...new Set(rows.map((cells) => cells[c]!))].filter((word) => yesOrNo.test(word) || !isNothing(word))
  const column = header.findIndex(
    (name, c) =>
      keyOf(name) === 'split' || (oneSided.test(keyOf(name)) && wordsOf(c).every((word) => yesOrNo.test(word))),
  )
  if (taken !== undefined || column === -1) return []
  const words = wordsOf(column)
  if (words.length === 0) return []
  return [
    `column '${header[column]}' is not used: expected train, validation or test in it, got ${shortList(words.map((word) => `'${word}'`))}`,
  ]
}

/** A cell of a split's column that names no side. */
export function splitProblem(where: string, cell: string): Problem {
  return {
    where,
    what: `expected train, validation or test in the column of the split, got '${cell}'`,
    hint: 'leave the cell empty where the photo is on no side; `columns: {"split":"-"}` takes no column for the split',
  }
}

/** How many photos are on each side, in words; nothing where no photo says. */
export function splitCounts(photos: readonly Photo[]): string[] {
  if (!hasSplit(photos)) return []
  const count = (side: SplitSide) => photos.filter(({ split }) => split === side).length
  const part = (name: TestPart) => photos.filter((photo) => photo.part === name).length
  const apart =
    part('query') + part('gallery') === 0 ? '' : ` (${part('query')} to ask about, ${part('gallery')} as the gallery)`
  const told = (['train', 'validation', 'test', 'none'] as const).flatMap((side) =>
    count(side) === 0 ? [] : [`${count(side)} ${side === 'none' ? 'on no side' : side}${side === 'test' ? apart : ''}`],
  )
  return [`split ${told.join(' + ')}`]
}

/** True where a table says of photos on which side of a split they are. */
export function hasSplit(photos: readonly Photo[]): boolean {
  return photos.some(({ split }) => split !== undefined)
}

/**
 * The photos that a run may see, of photos with a split of their table: those on no side are left out, and those to test on too, unless
 * `validation` is the column's and no photo is to validate on.
 */
export function photosToTrainWith(
  photos: readonly Photo[],
  validation: SplitKind | 'column' | 'none' | 'given',
): Photo[] {
  if (!hasSplit(photos)) return [...photos]
  const seen: readonly SplitSide[] =
    validation === 'column' && testsValidate(photos) ? ['train', 'test'] : ['train', 'validation']
  return photos.filter(({ split = 'none' }) => seen.includes(split))
}

/** True where a table has photos to test on and none to validate on. */
export function testsValidate(photos: readonly Photo[]): boolean {
  return photos.some(({ split }) => split === 'test') && photos.every(({ split }) => split !== 'validation')
}

/** True where a table names photos to train on and none to validate or test on: which of them validate is left to rosette. */
export function trainsOnly(photos: readonly Photo[]): boolean {
  return (
    photos.some(({ split }) => split === 'train') &&
    photos.every(({ split = 'none' }) => split === 'train' || split === 'none')
  )
}

/** The split of the table: its photos to train on train, all others validate; where there are none, some of each individual's do (whole encounters, where they are known). */
export function columnSplit(photos: readonly Photo[], options: SplitOptions): Split {
  const rows = (train: boolean) => photos.flatMap(({ split }, i) => ((split === 'train') === train ? [i] : []))
  const validation = rows(false)
  if (validation.length > 0) return { train: rows(true), validation }
  return groupedSplit(photos, { ...options, kind: usualSplitKind(photos, options) })
}

function words(text: string): string[] {
  return text.split(' ')
}
