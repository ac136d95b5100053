import type { Photo } from '../data/index.ts'
import type { Decision, DecisionWord } from './decisions.ts'

/** What people decided of a query. */
export interface DecidedQuery {
  /** The individual that it was decided to show. */
  readonly identity?: string | undefined
  /** It was decided to show nobody of the gallery. */
  readonly isNew: boolean
  /** By individual of the gallery what was decided last. */
  readonly of: ReadonlyMap<string, DecisionWord>
  /** Individuals that it was decided not to show, or that another query was decided to show, which shows another animal. */
  readonly ruledOut: readonly string[]
  /** Places of queries that were decided to show another animal. */
  readonly apart: readonly number[]
  /** What says whom it shows, or that it shows nobody known. */
  readonly because?: Decision | undefined
}

const undecided: DecidedQuery = { isNew: false, of: new Map(), ruledOut: [], apart: [] }

/**
 * For each query what decisions say of it, those of queries that were decided to show the same animal included. Of two queries that show different animals
 * one does not show whom the other was decided to show. Decisions about photos that were left out
 * say nothing; that they do not contradict each other `readDecisions` has checked.
 */
export function decidedQueries(
  decisions: readonly Decision[],
  queries: readonly Photo[],
  gallery: readonly Photo[],
): DecidedQuery[] {
  if (decisions.length === 0) return queries.map(() => undecided)
  const identityOf = new Map(gallery.map(({ filename, identity }) => [filename, identity]))
  const said = decisions.map((one) => readAs(one, identityOf))
  const groupOf = sameQueries(said)
  const byGroup = new Map<string, Said[]>()
  for (const one of said)
    if (one.query !== undefined) {
      const group = groupOf(one.query)
      byGroup.set(group, [...(byGroup.get(group) ?? []), one])
    }
  const apart = groupsApart(said, groupOf)
  const found = new Map([...byGroup].map(([group, own]) => [group, decidedBy(own)]))
  const rowsOf = new Map<string, number[]>()
  queries.forEach(({ filename }, row) => {
    const group = groupOf(filename)
    const own = rowsOf.get(group)
    if (own === undefined) rowsOf.set(group, [row])
    else own.push(row)
  })
  return queries.map(({ filename }) => {
    const group = groupOf(filename)
    const others = apart.get(group) ?? new Set()
    const { ruledOut, ...own } = found.get(group) ?? undecided
    const named = [...others].flatMap((other) => found.get(other)?.identity ?? [])
    return {
      ...own,
      ruledOut: [...new Set([...ruledOut, ...named])],
      apart: [...others].flatMap((other) => rowsOf.get(other) ?? []).sort((a, b) => a - b),
    }
  })
}

/** By group of queries the groups that were decided to show another animal. */
function groupsApart(
  said: readonly Said[],
  groupOf: (query: string) => string,
): ReadonlyMap<string, ReadonlySet<string>> {
  const apart = new Map<string, Set<string>>()
  for (const { query, otherQuery, decision } of said) {
    if (decision.decision !== 'different' || query === undefined || otherQuery === undefined) continue
    const [a, b] = [groupOf(query), groupOf(otherQuery)]
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const)
      apart.set(one, (apart.get(one) ?? new Set()).add(other))
  }
  return apart
}

/** A decision as a query's. */
interface Said {
  readonly decision: Decision
  readonly query: string | undefined
  /** Of two queries the other one. */
  readonly otherQuery?: string | undefined
  /** Whom the photo of the gallery shows. */
  readonly identity?: string | undefined
}

function readAs(decision: Decision, identityOf: ReadonlyMap<string, string | undefined>): Said {
  const { photo, other, inGallery = [false, true] } = decision
  const [first, second] = inGallery
  if (first && second) return { decision, query: undefined }
  if (other === undefined) return { decision, query: first ? undefined : photo }
  if (!first && !second) return { decision, query: photo, otherQuery: other }
  return first
    ? { decision, query: other, identity: identityOf.get(photo) }
    : { decision, query: photo, identity: identityOf.get(other) }
}

/** The name of each query's group: those that were decided to show one animal. */
function sameQueries(said: readonly Said[]): (query: string) => string {
  const parent = new Map<string, string>()
  const root = (name: string): string => {
    const up = parent.get(name)
    return up === undefined ? name : root(up)
  }
  for (const { query, otherQuery, decision } of said) {
    if (decision.decision !== 'same' || query === undefined || otherQuery === undefined) continue
    const [a, b] = [root(query), root(otherQuery)]
    if (a !== b) parent.set(a, b)
  }
  return root
}

function decidedBy(said: readonly Said[]): DecidedQuery {
  const of = new Map<string, DecisionWord>()
  for (const { identity, decision } of said) {
    const before = identity === undefined ? undefined : of.get(identity)
    // That nobody can tell says less than what another photo of the individual told.
    if (identity !== undefined && (before === undefined || decision.decision !== 'cannot tell'))
      of.set(identity, decision.decision)
  }
  const same = said.find(({ identity, decision }) => identity !== undefined && decision.decision === 'same')
  const isNew = said.find(({ decision }) => decision.decision === 'new')
  return {
    identity: same?.identity,
    isNew: isNew !== undefined,
    of,
    ruledOut: [...of].flatMap(([name, word]) => (word === 'different' ? [name] : [])),
    apart: [],
    because: (same ?? isNew)?.decision,
  }
}
