import { doubtfulWords, nobodyMarks, nobodyWords } from './nobody-words.ts'

/** A test of labels: true where a cell or a folder's name stands for nobody. */
export type IsNobody = (label: string) => boolean

/**
 * The test for the words that a user gave, or for the usual ones. Words of a user are equal to a label after NFKC and case folding,
 * `_` and spaces being one; usual words also with other marks between and around their letters, as is a label of marks alone (`?`,
 * `--`). An empty label is nobody in any case.
 */
export function nobodyTest(given: readonly string[] | undefined): IsNobody {
  if (given === undefined) return isUsualNobody
  const wanted = new Set(given.map(plain))
  return (label) => label.trim() === '' || wanted.has(plain(label))
}

function isUsualNobody(label: string): boolean {
  const letters = lettersOf(label).join('')
  return letters === '' || usual.has(letters) || marked.has(fold(label).replace(/\s+/g, ''))
}

/** True where a label is, or has in it, one of the usual words: it is then worth a question whether it is an animal. */
export function isDoubtful(label: string): boolean {
  return isUsualNobody(label) || lettersOf(label).some((word) => doubtful.has(word))
}

const usual = new Set(nobodyWords.map((word) => lettersOf(word).join('')))
const marked = new Set(nobodyMarks)
const doubtful = new Set(doubtfulWords.flatMap(lettersOf))

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
