import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { check, settlePath } from '../base/index.ts'
import { readTable, type Table } from './csv.ts'
import { checkProblems, type Problem } from './manifest.ts'

/** A competition's pairs: pair i asks how similar `filenames[queryIndex[i]]` and `filenames[galleryIndex[i]]` are. */
export interface TestPairs {
  readonly rowIds: readonly string[]
  readonly queryIndex: Int32Array
  readonly galleryIndex: Int32Array
  /** Each photo once, in the order in which the file first names it. */
  readonly filenames: readonly string[]
}

const columnNames = ['row_id', 'query_image', 'gallery_image'] as const

/**
 * Reads `test.csv`, or the `test.csv` of a Kaggle folder. It does not look whether the photos exist: `openDataset` with part
 * `test` followed by `openPixelStore` does, naming the row.
 * @throws InputError for missing columns, empty cells, repeated row ids and a file without pairs.
 */
export function readTestPairs(path: string): TestPairs {
  return readPairs(path).pairs
}

/** The pairs with the row in which each stands, and for each photo the first row that names it; the header is row 1. */
export function readPairs(path: string): {
  readonly pairs: TestPairs
  readonly rowNumbers: Int32Array
  readonly firstRow: readonly number[]
} {
  settlePath(path)
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'test.csv') : path
  const table = readTable(file)
  const [rowId, query, gallery] = pairColumns(file, table)
  const { rows, numbers } = table
  check(rows.length > 0, `${file}: no pairs`)
  const indexOf = new Map<string, number>()
  const firstRow: number[] = []
  const photo = (name: string, i: number) => {
    const known = indexOf.get(name)
    if (known !== undefined) return known
    indexOf.set(name, firstRow.length)
    return firstRow.push(numbers[i]!) - 1
  }
  const queryIndex = new Int32Array(rows.length)
  const galleryIndex = new Int32Array(rows.length)
  const rowOf = new Map<string, number>()
  const problems: Problem[] = []
  rows.forEach((cells, i) => {
    const id = cells[rowId]!
    const earlier = rowOf.get(id)
    if (earlier === undefined) rowOf.set(id, i)
    else
      problems.push({ where: `row ${numbers[i]}`, what: `row_id '${id}' is that of row ${numbers[earlier]} already` })
    if (id === '' || cells[query] === '' || cells[gallery] === '')
      problems.push({ where: `row ${numbers[i]}`, what: 'an empty cell' })
    queryIndex[i] = photo(cells[query]!, i)
    galleryIndex[i] = photo(cells[gallery]!, i)
  })
  checkProblems(file, problems)
  const pairs = { rowIds: [...rowOf.keys()], queryIndex, galleryIndex, filenames: [...indexOf.keys()] }
  return { pairs, rowNumbers: numbers, firstRow }
}

function pairColumns(file: string, { header }: Table): [number, number, number] {
  const missing = columnNames.filter((name) => !header.includes(name))
  check(missing.length === 0, `${file}: no column ${missing.join(', ')}`, `its columns are ${header.join(', ')}`)
  const [rowId, query, gallery] = columnNames.map((name) => header.indexOf(name))
  return [rowId!, query!, gallery!]
}
