import { basename, dirname } from 'node:path'
import { check, counted, optionText } from '../base/index.ts'
import { findBoxColumns, photoSizeColumns, unreadBoxes } from './box-columns.ts'
import type { Field } from './column-names.ts'
import { type Columns, findColumns, writtenNames } from './columns.ts'
import { readTable, type Table } from './csv.ts'
import type { Manifest, Photo, Problem, TableReading } from './manifest.ts'
import { findMaskColumn, unreadMasks, withMaskColumn } from './masks.ts'
import { nobodyTest } from './nobody.ts'
import type { ResolvedOpenOptions } from './open.ts'
import { type PhotoFinder, photoFinder } from './photo-finder.ts'
import { proposedOf, proposedProblem } from './proposed.ts'
import { readSheet } from './sheets.ts'
import { partOf, splitProblem, splitSideOf, unreadSplit } from './split-column.ts'
import { type PhotoRow, withTableBoxes } from './table-boxes.ts'
import { tableReading } from './table-reading.ts'

/** Photos listed in a CSV, and what is wrong with its rows. */
export interface Listed {
  readonly photos: readonly Photo[]
  readonly problems: readonly Problem[]
  /** What was recognised, a line each. */
  readonly notes: readonly string[]
  readonly warnings: readonly string[]
  readonly reading?: TableReading | undefined
}

const isNothing = nobodyTest()

/** A CSV dataset, its file names inside `images` or the CSV's own folder. */
export function openCsv(path: string, options: ResolvedOpenOptions): Manifest {
  const folder = options.images ?? dirname(path)
  return { kind: 'csv', source: path, ...listPhotos(path, options, photoFinder([folder], folder)) }
}

/** The photos of a CSV, a finder telling where each lies. @throws InputError for missing columns. */
export function listPhotos(
  path: string,
  {
    columns: named,
    requireIdentity,
    boxFormat,
    onSize,
    onFile,
  }: Pick<ResolvedOpenOptions, 'columns' | 'requireIdentity' | 'boxFormat' | 'onSize' | 'onFile'>,
  finder: PhotoFinder,
): Listed {
  const file = basename(path)
  const written = { table: readTable(path), mapping: named ?? {}, made: new Map(), notes: [] }
  const { table, mapping, made, notes } = readSheet(written, finder)
  const columns = findColumns(path, table, { mapping, fileOf: finder.fileOf, made })
  check(
    !requireIdentity || columns.identity !== undefined,
    `${path}: no column of identities`,
    `its columns are ${writtenNames(table.header, made).join(', ')}; name it with ${optionText({ columns: { identity: '…' } })}`,
  )
  const boxes = findBoxColumns(path, table.header, mapping, new Set(Object.values(columns)))
  const mask = findMaskColumn(table, mapping)
  const used = new Set([...Object.values(columns), ...boxes.flatMap((box) => box.columns), mask])
  const sizes = photoSizeColumns(table.header, used)
  const others = table.header.flatMap((name, i) => (used.has(i) ? [] : [[name, i] as const]))
  const rows: PhotoRow[] = []
  const problems: Problem[] = []
  table.rows.forEach((cells, i) => {
    onFile?.('listing', i, table.rows.length)
    const row = table.numbers[i]!
    const where = `${file} row ${row}`
    const cell = (field: Field) => (columns[field] === undefined ? undefined : cells[columns[field]])
    const filename = cell('filename') ?? ''
    if (filename === '') {
      problems.push({ where, what: 'no file name' })
      return
    }
    const named = `${where} '${filename}'`
    const place = finder.find(filename)
    if ('what' in place) {
      problems.push({ where: named, ...place })
      return
    }
    const split = columns.split === undefined ? undefined : splitSideOf(cell('split')!)
    if (columns.split !== undefined && split === undefined) problems.push(splitProblem(named, cell('split')!))
    const proposed = proposedOf(cell('proposed') ?? '')
    const mistake = proposedProblem(named, { cell: cell('proposed') ?? '', split })
    if (mistake !== undefined) problems.push(mistake)
    const photo = {
      filename: filename.replaceAll('\\', '/'),
      path: place.path,
      identity: cell('identity'),
      encounter: cell('encounter'),
      timestamp: cell('timestamp'),
      flank: cell('flank'),
      camera: cell('camera'),
      ...(split === undefined ? {} : { split }),
      ...partOf(split === 'test' ? cell('split')! : ''),
      ...foldOf(cell('fold')),
      ...(proposed === true ? { proposed } : {}),
      extra: Object.fromEntries(others.map(([name, c]) => [name, cells[c]!])),
      csv: file,
      row,
    }
    rows.push({ photo, cells })
  })
  const masked = withMaskColumn(
    rows.map(({ photo, cells }) => ({ photo, name: cells[mask] ?? '' })),
    finder,
    onFile,
  )
  const maskedRows = rows.map(({ cells }, i) => ({ photo: masked.photos[i]!, cells }))
  const boxed = withTableBoxes(maskedRows, {
    where: path,
    boxes,
    sizes,
    boxFormat,
    onSize,
  })
  const reading = tableReading(table.header, made, { columns, boxes, mask, sizes })
  const warnings = [
    ...('split' in mapping ? [] : unreadSplit(table, columns.split)),
    ...unreadBoxes(reading.left, boxes),
    ...unreadMasks(table, reading.left),
    ...finder.warnings(),
    ...boxed.warnings,
  ]
  return {
    ...boxed,
    notes: [...notes, ...paddedLabels(table, columns), ...boxed.notes, ...masked.notes],
    problems: [...problems, ...boxed.problems, ...masked.problems],
    warnings,
    reading,
  }
}

/** The fold that a cell names, none where it is empty or a word for nothing. */
function foldOf(cell: string | undefined): Pick<Photo, 'fold'> {
  return cell === undefined || isNothing(cell) ? {} : { fold: cell.trim() }
}

/** Labels are compared without the spaces around them: said where some have such spaces and some have none. */
function paddedLabels({ header, rows, padded }: Table, columns: Columns): string[] {
  return (['identity', 'encounter'] as const).flatMap((field) => {
    const column = columns[field]
    const count = column === undefined ? 0 : (padded?.[column] ?? 0)
    if (column === undefined || count === 0 || count === rows.length) return []
    return [
      `column '${header[column]}': spaces around the labels of ${count} of ${counted(rows.length, 'row is', 'rows are')} left out`,
    ]
  })
}
