import { InputError } from '../base/index.ts'
import type { Photo } from '../data/index.ts'
import { contradictionIn, type RowPair } from '../retrieval/index.ts'
import type { DecisionWord } from './decisions.ts'

/** A decision by the rows of its photos. */
export interface DecidedRows {
  readonly a: number
  /** Undefined for new. */
  readonly b: number | undefined
  readonly decision: DecisionWord
  readonly row: number
}

/** What says that two photos show one animal, or two. */
interface Fact {
  readonly pair: RowPair
  readonly words: string
}

/**
 * Nothing where all decisions can be true: of photos from row `galleryFrom` on their identities are true as well. @throws InputError with the rows that
 * contradict each other, or the gallery.
 */
export function checkAgree(
  path: string,
  decisions: readonly DecidedRows[],
  photos: readonly Photo[],
  galleryFrom: number,
): void {
  const known = knownIn(decisions, photos, galleryFrom)
  const together = [...decidedFacts(decisions, 'same'), ...ofOneName(known)]
  const apart = [...decidedFacts(decisions, 'different'), ...newFacts(decisions, photos, known), ...ofTwoNames(known)]
  const pairsOf = (facts: readonly Fact[]) => facts.map(({ pair }) => pair)
  const found = contradictionIn({ together: pairsOf(together), apart: pairsOf(apart) })
  if (found === undefined) return
  const steps = found.chain.slice(1).map((to, i) => factOf(together, [found.chain[i]!, to], photos))
  throw new InputError(
    `${path}: decisions contradict each other: ${factOf(apart, found.apart, photos)}, but ${steps.join(', ')}`,
    'look at these photos again, and correct or remove one of the rows',
  )
}

/** What is said of a pair, its photos in the order of the pair. */
function factOf(facts: readonly Fact[], [a, b]: RowPair, photos: readonly Photo[]): string {
  const { words } = facts.find(({ pair }) => pair.includes(a) && pair.includes(b))!
  return words.replace('…', () => `${photos[a]!.filename} and ${photos[b]!.filename}`)
}

function decidedFacts(decisions: readonly DecidedRows[], word: 'same' | 'different'): Fact[] {
  return decisions.flatMap(({ a, b, decision, row }): Fact[] =>
    decision !== word || b === undefined
      ? []
      : [{ pair: [a, b], words: `… are ${word === 'same' ? 'the same' : word} (row ${row})` }],
  )
}

/** Photos of the gallery that decisions name, by identity. */
function knownIn(
  decisions: readonly DecidedRows[],
  photos: readonly Photo[],
  galleryFrom: number,
): ReadonlyMap<string, readonly number[]> {
  const known = new Map<string, number[]>()
  for (const row of new Set(decisions.flatMap(({ a, b }) => (b === undefined ? [a] : [a, b])))) {
    const { identity } = photos[row]!
    if (row >= galleryFrom && identity !== undefined) known.set(identity, [...(known.get(identity) ?? []), row])
  }
  return known
}

function ofOneName(known: ReadonlyMap<string, readonly number[]>): Fact[] {
  return [...known].flatMap(([name, [first, ...others]]) =>
    others.map((other): Fact => ({ pair: [first!, other], words: `… are ${name} in the gallery` })),
  )
}

function ofTwoNames(known: ReadonlyMap<string, readonly number[]>): Fact[] {
  const names = [...known]
  return names.flatMap(([name, [first]], i) =>
    names
      .slice(i + 1)
      .map(
        ([other, [second]]): Fact => ({ pair: [first!, second!], words: `… are ${name} and ${other} in the gallery` }),
      ),
  )
}

function newFacts(
  decisions: readonly DecidedRows[],
  photos: readonly Photo[],
  known: ReadonlyMap<string, readonly number[]>,
): Fact[] {
  return decisions
    .filter(({ decision }) => decision === 'new')
    .flatMap(({ a, row }) =>
      [...known].map(
        ([name, [first]]): Fact => ({
          pair: [a, first!],
          words: `${photos[a]!.filename} shows nobody of the gallery (row ${row}), of which ${photos[first!]!.filename} shows ${name}`,
        }),
      ),
    )
}
