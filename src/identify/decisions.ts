import { check, counted } from '../base/index.ts'
import { type Photo, readTable, shortList } from '../data/index.ts'
import type { RowPair } from '../retrieval/index.ts'
import { checkAgree, type DecidedRows } from './decisions-agree.ts'
import { photoFinder, shortNames, shownNames } from './photo-names.ts'

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

/** What a file of decisions says of the photos that it is read for, and the rows that say nothing of them. */
export interface ReadDecisions {
  readonly decisions: readonly Decision[]
  /** Rows about photos that are not asked about, or that are not there any more: as they are written, for the next file. */
  readonly ofOthers: readonly Decision[]
}

/** No file of decisions. */
export const noDecisions: ReadDecisions = { decisions: [], ofOthers: [] }

/**
 * Decisions of a CSV with the columns photo, other photo and decision (same, different, cannot tell, or new with an empty other photo), checked against
 * the photos that they name, and where a gallery is given against whom its photos show. A name is looked for among `photos` first in the column photo,
 * in the gallery first in the column other photo; the end of a path is enough where it fits one photo only. Rows about other photos are
 * kept apart: one file serves many questions.
 * @throws InputError naming file and row for a missing column, another word, a name that fits several photos, a photo that shows several animals or
 * stands beside itself, and for decisions that contradict each other or the gallery, which are listed.
 */
export function readDecisions(
  path: string,
  photos: readonly Photo[],
  gallery?: readonly Photo[] | undefined,
): ReadDecisions {
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
  const find = photoFinder(photos, gallery ?? [], gallery === undefined ? shownNames : shortNames)
  const ofOthers: Decision[] = []
  const found = rows.flatMap((cells, i): DecidedRows[] => {
    const row = numbers[i]!
    const where = `${path}: row ${row}`
    const word = wordOf(cells[decision]!, where, gallery !== undefined)
    const names = [cells[photo]!, cells[other]!] as const
    const isOfOne = word === 'new'
    check(!isOfOne || names[1] === '', `${where}: new is said of one photo, got the other photo '${names[1]}'`)
    check(
      names[0] !== '' && (isOfOne || names[1] !== ''),
      `${where}: expected the names of ${isOfOne ? 'a photo' : 'two photos'}, got ''`,
    )
    const fits = isOfOne ? [find(names[0], 'first')] : [find(names[0], 'first'), find(names[1], 'second')]
    if (fits.some((own) => own.length === 0) || fits.flat().every((own) => own >= photos.length)) {
      ofOthers.push({ photo: names[0], ...(isOfOne ? {} : { other: names[1] }), decision: word, row })
      return []
    }
    const [a, b] = fits.map((own, side) => {
      const called = new Set(own.map((row) => all[row]!.filename))
      check(called.size === 1, `${where}: '${names[side]}' may be ${shortList([...called])}`, 'write more of its path')
      check(
        own.length === 1,
        `${where}: '${names[side]}' shows ${counted(own.length, 'animal')}, and a decision is about one`,
      )
      return own[0]!
    })
    check(a !== b, `${where}: expected two photos, got '${names[0]}' twice`)
    return [{ a: a!, b, decision: word, row }]
  })
  checkAgree(path, found, all, photos.length)
  const nameOf = (row: number) => all[row]!.filename
  const decisions = found.map(({ a, b, ...rest }) => ({
    photo: nameOf(a),
    ...(b === undefined ? {} : { other: nameOf(b) }),
    ...rest,
    ...(gallery && { inGallery: [a >= photos.length, b !== undefined && b >= photos.length] as const }),
  }))
  return { decisions, ofOthers }
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
