import { check, counted } from '../base/index.ts'
import { type Photo, readTable, shortList } from '../data/index.ts'
import type { RowPair } from '../retrieval/index.ts'
import { checkAgree } from './decisions-agree.ts'
import { photoFinder } from './photo-names.ts'

/** What a person may have decided: of two photos, or (new) of one that shows nobody of the gallery. */
const decisionWords = ['same', 'different', 'cannot tell', 'new'] as const

/** One of same, different, cannot tell, new. */
export type DecisionWord = (typeof decisionWords)[number]

/** What a person decided of two photos, which are named by their files; of one photo that shows nobody of the gallery, the word is new. */
export interface Decision {
  readonly photo: string
  /** Undefined for new. */
  readonly other?: string | undefined
  readonly decision: DecisionWord
  /** Where it stands: its row of the file, the header being row 1. */
  readonly row: number
  /** Whether these are photos of the gallery; undefined where there is none. */
  readonly inGallery?: readonly [photo: boolean, other: boolean] | undefined
}

const columns = ['photo', 'other photo', 'decision'] as const

/**
 * Decisions of a CSV with the columns photo, other photo and decision (same, different, cannot tell, or new with an empty other photo), checked against
 * the photos that they name, and where a gallery is given against whom its photos show. A name is looked for among `photos` first in the column photo,
 * in the gallery first in the column other photo; the end of a path is enough where it fits one photo only.
 * @throws InputError naming file and row for a missing column, another word, a photo that is not there or shows several animals, a photo beside
 * itself, and for decisions that contradict each other or the gallery, which are listed.
 */
export function readDecisions(
  path: string,
  photos: readonly Photo[],
  gallery?: readonly Photo[] | undefined,
): Decision[] {
  const { header, rows, numbers } = readTable(path)
  const named = header.map((name) => name.toLowerCase().replace(/[_-]/g, ' '))
  const [photo, other, decision] = columns.map((name) => named.indexOf(name)) as [number, number, number]
  const missing = columns.filter((name) => !named.includes(name))
  const quoted = (names: readonly string[]) => shortList(names.map((name) => `'${name}'`))
  check(
    missing.length === 0,
    `${path}: expected the columns ${quoted(columns)}, got ${quoted(header)}`,
    'the pages that `html` writes save such a table; the first line holds the names of the columns',
  )
  const all = [...photos, ...(gallery ?? [])]
  const find = photoFinder(photos, gallery ?? [])
  const found = rows.map((cells, i) => {
    const where = `${path}: row ${numbers[i]}`
    const word = wordOf(cells[decision]!, where, gallery !== undefined)
    const rowOf = (name: string, from: 'first' | 'second') => {
      const own = find(name, from)
      const table = gallery === undefined ? 'out' : 'csv'
      check(
        own.length > 0,
        `${where}: no photo is called '${name}'`,
        `photos are called as in the table of \`${table}\``,
      )
      const names = new Set(own.map((row) => all[row]!.filename))
      check(names.size === 1, `${where}: '${name}' may be ${shortList([...names])}`, 'write more of its path')
      check(own.length === 1, `${where}: '${name}' shows ${counted(own.length, 'animal')}, and a decision is about one`)
      return own[0]!
    }
    const a = rowOf(cells[photo]!, 'first')
    if (word === 'new') {
      check(cells[other] === '', `${where}: new is said of one photo, got the other photo '${cells[other]}'`)
      return { a, b: undefined, decision: word, row: numbers[i]! }
    }
    const b = rowOf(cells[other]!, 'second')
    check(a !== b, `${where}: expected two photos, got '${cells[photo]}' twice`)
    return { a, b, decision: word, row: numbers[i]! }
  })
  checkAgree(path, found, all, photos.length)
  const nameOf = (row: number) => all[row]!.filename
  return found.map(({ a, b, ...rest }) => ({
    photo: nameOf(a),
    ...(b === undefined ? {} : { other: nameOf(b) }),
    ...rest,
    ...(gallery && { inGallery: [a >= photos.length, b !== undefined && b >= photos.length] as const }),
  }))
}

/** One file serves every command, so that new is read everywhere; it is a word to choose only where there is a gallery. */
function wordOf(cell: string, where: string, isNewKnown: boolean): DecisionWord {
  const word = cell.toLowerCase().replace(/[_-]/g, ' ')
  const found = decisionWords.find((known) => known === word)
  const expected = decisionWords.filter((known) => known !== 'new' || isNewKnown)
  check(found !== undefined, `${where}: decision: expected ${expected.join(', ')}, got '${cell}'`)
  return found
}

/** Pairs of rows that decisions join or keep apart. Decisions about photos that were left out are left out too. */
export function decidedPairs(
  decisions: readonly Decision[],
  photos: readonly Pick<Photo, 'filename'>[],
): { readonly together: readonly RowPair[]; readonly apart: readonly RowPair[] } {
  const rowsOf = new Map<string, number>()
  photos.forEach(({ filename }, i) => {
    if (!rowsOf.has(filename)) rowsOf.set(filename, i)
  })
  const pairs = (word: DecisionWord) =>
    decisions.flatMap(({ photo, other, decision }): RowPair[] => {
      const [a, b] = [rowsOf.get(photo), other === undefined ? undefined : rowsOf.get(other)]
      return decision !== word || a === undefined || b === undefined ? [] : [[a, b]]
    })
  return { together: pairs('same'), apart: pairs('different') }
}
