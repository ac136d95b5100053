/** Gallery photos that a query may not meet, by their index. */
export type LeftOut = (query: number) => readonly number[]

/** Queries with one and the same gallery. */
export interface QueryGroup {
  readonly rows: readonly number[]
  readonly leftOut: ReadonlySet<number>
}

/** Queries by what is left out for them; those without anything left out are one group. */
export function groupsByLeftOut(queries: number, leftOut: LeftOut = () => []): QueryGroup[] {
  const groups = new Map<string, { readonly rows: number[]; readonly leftOut: ReadonlySet<number> }>()
  for (let query = 0; query < queries; query++) {
    const out = [...leftOut(query)].sort((a, b) => a - b)
    const key = out.join()
    const known = groups.get(key)
    if (known === undefined) groups.set(key, { rows: [query], leftOut: new Set(out) })
    else known.rows.push(query)
  }
  return [...groups.values()]
}
