import { check, InputError } from '../base/index.ts'
import { type Photo, readTable, shortList } from '../data/index.ts'
import { contradictionIn, type RowPair } from '../retrieval/index.ts'

/** What a person may have decided of two photos. */
const decisionWords = ['same', 'different', 'cannot tell'] as const

/** One of same, different, cannot tell. */
export type DecisionWord = (typeof decisionWords)[number]

/** What a person decided of two photos, which are named by their files. */
export interface Decision {
  readonly photo: string
  readonly other: string
  readonly decision: DecisionWord
  /** Where it stands: its row of the file, the header being row 1. */
  readonly row: number
}

const columns = ['photo', 'other photo', 'decision'] as const

/**
 * Decisions of a CSV with the columns photo, other photo and decision (same, different or cannot tell), checked against the photos that they name.
 * @throws InputError naming file and row for a missing column, another word, a photo that is not there or shows several animals, a photo beside
 * itself, and for decisions that contradict each other, which are listed.
 */
export function readDecisions(path: string, photos: readonly Photo[]): Decision[] {
  const { header, rows, numbers } = readTable(path)
  const named = header.map((name) => name.toLowerCase().replace(/[_-]/g, ' '))
  const [photo, other, decision] = columns.map((name) => named.indexOf(name)) as [number, number, number]
  const missing = columns.filter((name) => !named.includes(name))
  check(missing.length === 0, `${path}: expected the columns ${columns.join(', ')}, got no ${shortList(missing)}`)
  const rowsOf = rowsByName(photos)
  const decisions = rows.map((cells, i): Decision => {
    const where = `${path}: row ${numbers[i]}`
    const [a, b, word] = [cells[photo]!, cells[other]!, cells[decision]!.toLowerCase().replace(/[_-]/g, ' ')]
    const found = decisionWords.find((known) => known === word)
    check(found !== undefined, `${where}: decision: expected ${decisionWords.join(', ')}, got '${cells[decision]}'`)
    for (const name of [a, b]) {
      const count = rowsOf.get(name)?.length ?? 0
      check(count > 0, `${where}: no photo is called '${name}'`, 'photos are called as in the table of `out`')
      check(count === 1, `${where}: '${name}' shows ${count} animals, and a decision is about one`)
    }
    check(a !== b, `${where}: expected two photos, got '${a}' twice`)
    return { photo: a, other: b, decision: found, row: numbers[i]! }
  })
  checkAgree(path, decisions, photos, rowsOf)
  return decisions
}

/** Pairs of rows that decisions join or keep apart. Decisions about photos that were left out are left out too. */
export function decidedPairs(
  decisions: readonly Decision[],
  photos: readonly Pick<Photo, 'filename'>[],
): { readonly together: readonly RowPair[]; readonly apart: readonly RowPair[] } {
  const rowsOf = rowsByName(photos)
  const pairs = (word: DecisionWord) =>
    decisions.flatMap(({ photo, other, decision }): RowPair[] => {
      const [[a], [b]] = [rowsOf.get(photo) ?? [], rowsOf.get(other) ?? []]
      return decision !== word || a === undefined || b === undefined ? [] : [[a, b]]
    })
  return { together: pairs('same'), apart: pairs('different') }
}

/** @throws InputError with the rows that contradict each other. */
function checkAgree(
  path: string,
  decisions: readonly Decision[],
  photos: readonly Photo[],
  rowsOf: ReadonlyMap<string, readonly number[]>,
): void {
  const found = contradictionIn(decidedPairs(decisions, photos))
  if (found === undefined) return
  const about = (word: DecisionWord, a: number, b: number) => {
    const pair = new Set([a, b])
    const isPair = (one: Decision) =>
      one.decision === word && [one.photo, one.other].every((name) => pair.has(rowsOf.get(name)![0]!))
    return decisions.find(isPair)!.row
  }
  const name = (row: number) => photos[row]!.filename
  const [a, b] = found.apart
  const steps = found.chain.slice(1).map((to, i) => {
    const from = found.chain[i]!
    return `${name(from)} and ${name(to)} are the same (row ${about('same', from, to)})`
  })
  throw new InputError(
    `${path}: decisions contradict each other: ${name(a)} and ${name(b)} are different (row ${about('different', a, b)}), but ${steps.join(', ')}`,
    'look at these photos again, and correct or remove one of the rows',
  )
}

function rowsByName(photos: readonly Pick<Photo, 'filename'>[]): ReadonlyMap<string, readonly number[]> {
  const rows = new Map<string, number[]>()
  photos.forEach(({ filename }, i) => {
    const own = rows.get(filename)
    if (own === undefined) rows.set(filename, [i])
    else own.push(i)
  })
  return rows
}
