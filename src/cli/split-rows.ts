import { join } from 'node:path'
import type { Cell } from '../base/index.ts'
import { type Manifest, readTable } from '../data/index.ts'
import { photoRows } from './photo-rows.ts'

/** A column to add to a table: a cell for each photo of the manifest, '' where it says nothing. */
export interface AddedColumn {
  readonly field: 'split' | 'fold'
  readonly cells: readonly string[]
}

/**
 * The manifest's table with one more column, the header first. The rows and columns of a table that rosette read stay as they are
 * written, also rows of no photo; a column that held the field before is called `…_before`. Of photos without a table: their names and
 * what is known of them.
 */
export function withColumn(manifest: Manifest, { field, cells }: AddedColumn): Cell[][] {
  const path = tableOf(manifest)
  if (path === undefined) {
    const [header = [], ...rows] = photoRows(manifest.photos)
    return [[...header, field], ...rows.map((row, i) => [...row, cells[i]!])]
  }
  const { header, rows, numbers } = readTable(path)
  const cellOf = new Map(manifest.photos.map(({ row }, i) => [row, cells[i]!]))
  const old = [manifest.reading?.columns[field], field]
  const names = header.map((name) => (old.includes(name) ? `${name}_before` : name))
  return [[...names, field], ...rows.map((row, i) => [...row, cellOf.get(numbers[i]!) ?? ''])]
}

/** The one file that lists the photos, a row each; undefined where there is none such. */
function tableOf({ kind, source, photos }: Manifest): string | undefined {
  if (kind !== 'csv' && kind !== 'kaggle') return undefined
  const rows = new Set(photos.map(({ row }) => row))
  if (rows.size < photos.length || rows.has(undefined)) return undefined
  return kind === 'csv' ? source : join(source, 'train.csv')
}

/** The one folder from which all photos' names lead to their files, undefined where there is none. */
export function imagesFolder({ photos }: Manifest): string | undefined {
  const roots = new Set(
    photos.map(({ path, filename }) => {
      const normal = path.replaceAll('\\', '/')
      return normal.endsWith(`/${filename}`) ? normal.slice(0, -filename.length - 1) : undefined
    }),
  )
  return roots.size === 1 ? [...roots][0] : undefined
}
