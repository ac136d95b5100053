import { type ColumnNames, columnNames, type Field, keyOf, mayBeIdentity } from './column-names.ts'
import type { Table } from './csv.ts'
import { nobodyTest } from './nobody.ts'
import { saysProposed } from './proposed.ts'
import { isSplit, isWholeSplit } from './split-column.ts'

/** The column that holds a field, or several between which only a person can choose. */
export type Choice = { readonly column: number } | { readonly between: readonly number[] }

/** A column that may hold a field, and what is in it: for each row the number of its value, −1 where it says nothing. */
interface Candidate {
  readonly column: number
  readonly doubtful: boolean
  readonly rows: Int32Array
  readonly values: number
  readonly filled: number
}

/** Fields for which a wrong column becomes a wrong number: two columns that say different things are a question. */
const asked: ReadonlySet<Field> = new Set(['identity', 'encounter', 'split', 'fold'])

/**
 * The column of a field by its name and what is in it. Of several that group the photos alike (an animal's name and its number) the
 * one with the most filled cells is taken; several that group them differently are a question, where that matters. A doubtful name
 * (`name`, `label`) asks likewise where another column may be an individual's.
 */
export function chooseColumn(field: Field, table: Table, taken: ReadonlySet<number>): Choice | undefined {
  const found = candidatesOf(field, table, taken)
  if (found.length < 2 || !asked.has(field)) return found[0]
  const likely = found.filter((candidate) => tells(candidate))
  if (likely.length === 0) return found[0]
  const sure = likely.filter(({ doubtful }) => !doubtful)
  // an encounter is one thing, a burst or a trap's event another: only where nothing else is there are they taken
  const rivals = field === 'identity' || sure.length === 0 ? likely : sure
  const [first, ...others] = rivals
  if (others.some((other) => !agree(first!, other))) return { between: rivals.map(({ column }) => column) }
  const best = sure.length > 0 ? sure : rivals
  return best.reduce((a, b) => (b.filled > a.filled ? b : a))
}

/** How many rows tell which column has the file names. */
const rowsToTry = 100

/**
 * The column of file names: of several the one whose names are files. Where none is (the photos may lie elsewhere), the first by
 * name; where two lead to different files, a question.
 */
export function columnOfFiles(
  table: Table,
  taken: ReadonlySet<number>,
  fileOf: (name: string) => string | undefined,
): Choice | undefined {
  const found = candidatesOf('filename', table, taken)
  if (found.length < 2) return found[0]
  const rows = table.rows.slice(0, rowsToTry)
  const files = found.map(({ column }) =>
    rows.map((cells) => (cells[column] === '' ? undefined : fileOf(cells[column]!))),
  )
  const hits = files.map((paths) => paths.filter((path) => path !== undefined).length)
  const most = Math.max(...hits)
  const best = hits.indexOf(most)
  const rivals = found.filter((_, i) => {
    const differs = files[i]!.some((path, row) => path !== files[best]![row])
    return i === best || (hits[i] === most && most > 0 && differs)
  })
  return rivals.length === 1 ? found[best] : { between: rivals.map(({ column }) => column) }
}

/** By name, the usual ones first; of a doubtful name for an individual also columns whose names may mean one. */
function candidatesOf(field: Field, { header, rows }: Table, taken: ReadonlySet<number>): Candidate[] {
  const { usual, doubtful = [] }: ColumnNames = columnNames[field]
  const keys = header.map(keyOf)
  const at = (name: string) => keys.flatMap((key, column) => (key === name && !taken.has(column) ? [column] : []))
  const read = (column: number, isDoubtful: boolean) => readColumn(rows, column, isDoubtful)
  const found = [
    ...usual.flatMap(at).map((column) => read(column, false)),
    ...doubtful.flatMap(at).map((column) => read(column, true)),
  ]
  if (field === 'proposed') return found.filter(({ column }) => saysProposed(rows.map((cells) => cells[column]!)))
  if (field === 'fold') return found.filter(({ column }) => !isSplit(rows.map((cells) => cells[column]!)))
  if (field === 'split') {
    const named = found.filter(({ column }) => isSplit(rows.map((cells) => cells[column]!)))
    if (named.length > 0) return named
    const untold = header.flatMap((_, column) => (taken.has(column) ? [] : [column]))
    return untold
      .filter((column) => isWholeSplit(rows.map((cells) => cells[column]!)))
      .map((column) => read(column, false))
  }
  if (field !== 'identity' || found.some((candidate) => !candidate.doubtful)) return found
  // `Image,Id` of a competition; a number of each row says nothing
  if (found.length === 0)
    return at('id')
      .map((column) => read(column, true))
      .filter(tells)
  const known = new Set(found.map(({ column }) => column))
  const others = header.flatMap((name, column) =>
    mayBeIdentity(name) && !taken.has(column) && !known.has(column) ? [column] : [],
  )
  return [...found, ...others.map((column) => read(column, true))]
}

const isNothing = nobodyTest()

function readColumn(rows: Table['rows'], column: number, doubtful: boolean): Candidate {
  const numbers = new Map<string, number>()
  const numberOf = (cell: string) => {
    if (isNothing(cell)) return -1
    const known = numbers.get(cell)
    if (known === undefined) numbers.set(cell, numbers.size)
    return known ?? numbers.size - 1
  }
  const found = Int32Array.from(rows, (cells) => numberOf(cells[column]!))
  return { column, doubtful, rows: found, values: numbers.size, filled: found.filter((value) => value >= 0).length }
}

/** A column with one value for all tells nothing apart; nor does a doubtful one with another value in each row. */
function tells({ doubtful, values, filled }: Candidate): boolean {
  return values > 1 && !(doubtful && values === filled)
}

/** True where each value of one goes with one value of the other, in the rows that have both; there must be some. */
function agree(a: Candidate, b: Candidate): boolean {
  const [forth, back] = [new Map<number, number>(), new Map<number, number>()]
  for (let row = 0; row < a.rows.length; row++) {
    const [x, y] = [a.rows[row]!, b.rows[row]!]
    if (x < 0 || y < 0) continue
    if ((forth.get(x) ?? y) !== y || (back.get(y) ?? x) !== x) return false
    forth.set(x, y)
    back.set(y, x)
  }
  return forth.size > 0
}
