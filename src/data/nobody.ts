import {
  doubtfulLabels,
  doubtfulStems,
  doubtfulWords,
  nobodyInitials,
  nobodyMarks,
  nobodyWords,
} from './nobody-words.ts'

/** A test of labels: true where a cell or a folder's name stands for nobody. */
export type IsNobody = (label: string) => boolean

/** Words of a user that stand for nobody: beside the usual ones, or alone. */
export type NobodyWords = readonly string[] | { readonly only: readonly string[] }

/**
 * The test for the usual words and those that a user gave, or for these alone. Words of a user are equal to a label after NFKC and case
 * folding, `_` and spaces being one; usual words also with other marks between and around their letters, as is a label of marks alone
 * (`?`, `--`). An empty label is nobody in any case.
 */
export function nobodyTest(given: NobodyWords = []): IsNobody {
  const isAlone = 'only' in given
  const wanted = new Set((isAlone ? given.only : given).map(plain))
  return (label) => label.trim() === '' || wanted.has(plain(label)) || (!isAlone && isUsualNobody(label))
}

/** True for the usual words for nobody (docs/data.md), and for labels without a letter, digit or symbol. */
export function isUsualNobody(label: string): boolean {
  const letters = lettersOf(label).join('')
  return letters === '' || usual.has(letters) || marked.has(withoutSpaces(label))
}

/** Shorter words beside a number are initials: `NA-01` is somebody's. */
const leastBesideNumber = 4

/**
 * True for a label that says of its animal that it is not known, or not for certain, and may be its name all the same: a word for nobody
 * beside other words or a number (`unknown_2`, `unid1`, `no id 3`), a label with a question mark (`?1`, `Ana?`), and words that rather name a pile
 * of photos than an animal (`New`, `others`). It is worth a question.
 */
export function isDoubtful(label: string): boolean {
  if (isUsualNobody(label) || /[?¿？]/.test(label)) return true
  const words = lettersOf(label).flatMap((word) => word.split(/\p{N}+/u).filter((part) => part !== ''))
  const letters = words.join('')
  return (
    doubtfulWhole.has(lettersOf(label).join('')) ||
    marked.has(withoutSpaces(label).replace(/[\p{N}_-]+$/u, '')) ||
    (letters.length >= leastBesideNumber && usual.has(letters)) ||
    words.some((word) => doubtful.has(word)) ||
    doubtfulStems.some((stem) => letters.includes(stem))
  )
}

const usual = new Set(nobodyWords.map((word) => lettersOf(word).join('')))
const marked = new Set(nobodyMarks)
const doubtfulWhole = new Set([...nobodyInitials, ...doubtfulLabels])
const doubtful = new Set(doubtfulWords.flatMap(lettersOf))

function withoutSpaces(label: string): string {
  return fold(label).replace(/\s+/g, '')
}

/** The words of a label, without accents and marks. Emoji and other symbols are letters here: somebody's animal may be 🐆. */
function lettersOf(label: string): string[] {
  return fold(label)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .split(/[\p{P}\p{Z}\p{Cf}\p{Cc}<>|~^`´=+]+/u)
    .filter((word) => word !== '')
}

function plain(label: string): string {
  return fold(label)
    .replace(/[\s_]+/g, ' ')
    .trim()
}

/** NFKC and case folding: `ß` is `ss`, `ﬁ` is `fi`. */
export function fold(label: string): string {
  return label.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC').trim()
}
