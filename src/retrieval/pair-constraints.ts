/** Two photos, by their rows. */
export type RowPair = readonly [a: number, b: number]

/** What is known of pairs of photos before anybody looks at their similarity. */
export interface PairConstraints {
  /** Pairs that show one individual. */
  readonly together?: readonly RowPair[] | undefined
  /** Pairs that show two. */
  readonly apart?: readonly RowPair[] | undefined
  /** For each photo the side that it shows, where that is known: photos of two sides are not compared. */
  readonly sides?: readonly (string | undefined)[] | undefined
}

/** A pair that is to be apart, although a chain of pairs that are together joins it. */
export interface Contradiction {
  readonly apart: RowPair
  /** From one photo of the pair to the other, shortest first found: each is together with the next. */
  readonly chain: readonly number[]
}

/** The first pair of `apart` that `together` joins, and how; undefined where the constraints can all be kept. */
export function contradictionIn({ together = [], apart = [] }: PairConstraints): Contradiction | undefined {
  const partners = new Map<number, number[]>()
  const add = (a: number, b: number) => {
    const own = partners.get(a)
    if (own === undefined) partners.set(a, [b])
    else own.push(b)
  }
  for (const [a, b] of together) {
    add(a, b)
    add(b, a)
  }
  for (const pair of apart) {
    const chain = shortestChain(partners, pair)
    if (chain !== undefined) return { apart: pair, chain }
  }
  return undefined
}

/** Breadth first from a to b. */
function shortestChain(partners: ReadonlyMap<number, readonly number[]>, [a, b]: RowPair): number[] | undefined {
  const cameFrom = new Map([[a, a]])
  const waiting = [a]
  for (const at of waiting) {
    if (at === b) return chainTo(b, cameFrom)
    for (const next of partners.get(at) ?? []) {
      if (cameFrom.has(next)) continue
      cameFrom.set(next, at)
      waiting.push(next)
    }
  }
  return undefined
}

function chainTo(end: number, cameFrom: ReadonlyMap<number, number>): number[] {
  const chain = [end]
  for (let at = end; cameFrom.get(at) !== at; ) {
    at = cameFrom.get(at)!
    chain.unshift(at)
  }
  return chain
}
