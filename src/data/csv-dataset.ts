import { basename, dirname } from 'node:path'
import { check } from '../base/index.ts'
import { findColumns, parseBox } from './columns.ts'
import { readCsv } from './csv.ts'
import type { Manifest, Photo, Problem } from './manifest.ts'
import type { ResolvedOpenOptions } from './open.ts'
import { type PhotoFinder, photoFinder } from './photo-finder.ts'

/** Photos listed in a CSV, and what is wrong with its rows. */
export interface Listed {
  readonly photos: readonly Photo[]
  readonly problems: readonly Problem[]
  readonly warnings: readonly string[]
}

/** A CSV dataset, its file names inside `images` or the CSV's own folder. */
export function openCsv(path: string, options: ResolvedOpenOptions): Manifest {
  const folder = options.images ?? dirname(path)
  return { kind: 'csv', source: path, ...listPhotos(path, options, photoFinder([folder], folder)) }
}

/** The photos of a CSV, `finder` telling where each lies. @throws InputError for missing columns. */
export function listPhotos(
  path: string,
  { columns: mapping, requireIdentity }: Pick<ResolvedOpenOptions, 'columns' | 'requireIdentity'>,
  finder: PhotoFinder,
): Listed {
  const file = basename(path)
  const table = readCsv(path)
  const columns = findColumns(path, table, mapping ?? {})
  check(
    !requireIdentity || columns.identity !== undefined,
    `${path}: no column of identities`,
    `its columns are ${table.header.join(', ')}; name it with --columns identity=…`,
  )
  const used = new Set(Object.values(columns))
  const others = table.header.flatMap((name, i) => (used.has(i) ? [] : [[name, i] as const]))
  const photos: Photo[] = []
  const problems: Problem[] = []
  table.rows.forEach((cells, i) => {
    const row = table.numbers[i]!
    const where = `${file} row ${row}`
    const cell = (field: 'filename' | 'identity' | 'encounter' | 'timestamp' | 'flank' | 'camera') =>
      columns[field] === undefined ? undefined : cells[columns[field]]
    const filename = cell('filename') ?? ''
    if (filename === '') {
      problems.push({ where, what: 'no file name' })
      return
    }
    const named = `${where} '${filename}'`
    const box = parseBox(cells, columns)
    if (typeof box === 'string') problems.push({ where: named, what: box })
    const place = finder.find(filename)
    if ('what' in place) {
      problems.push({ where: named, ...place })
      return
    }
    photos.push({
      filename: filename.replaceAll('\\', '/'),
      path: place.path,
      identity: cell('identity'),
      encounter: cell('encounter'),
      timestamp: cell('timestamp'),
      flank: cell('flank'),
      camera: cell('camera'),
      box: typeof box === 'string' ? undefined : box,
      extra: Object.fromEntries(others.map(([name, c]) => [name, cells[c]!])),
      csv: file,
      row,
    })
  })
  return { photos, problems, warnings: finder.warnings() }
}
