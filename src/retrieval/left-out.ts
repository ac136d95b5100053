import { createHash } from 'node:crypto'

/** Gallery photos that a query may not meet, by their index. */
export type LeftOut = (query: number) => readonly number[]

/** Queries with one and the same gallery. */
export interface QueryGroup {
  readonly rows: readonly number[]
  /** How many photos are left out. */
  readonly size: number
  /** Made anew by each call: thousands of groups that leave out half of a gallery would hold N² indices. */
  readonly leftOut: () => ReadonlySet<number>
}

/** Queries by what is left out for them; those without anything left out are one group. */
export function groupsByLeftOut(queries: number, leftOut: LeftOut = () => []): QueryGroup[] {
  const groups = new Map<string, QueryGroup & { readonly rows: number[] }>()
  for (let query = 0; query < queries; query++) {
    const out = risingOnce(leftOut(query))
    const key = createHash('sha256').update(out).digest('base64')
    const known = groups.get(key)
    if (known === undefined)
      groups.set(key, { rows: [query], size: out.length, leftOut: () => new Set(leftOut(query)) })
    else known.rows.push(query)
  }
  return [...groups.values()]
}

/** The same photos, each once, rising, as those who leave out mostly give them. */
function risingOnce(photos: readonly number[]): Int32Array {
  const given = Int32Array.from(photos)
  let rises = 1
  while (rises < given.length && given[rises]! > given[rises - 1]!) rises++
  if (rises >= given.length) return given
  return given.sort().filter((photo, i, all) => i === 0 || photo !== all[i - 1])
}

/** Groups that have most of what they leave out in common, as queries of one flank do, each without its own encounter. */
export interface SharedOut {
  readonly common: ReadonlySet<number>
  readonly groups: readonly QueryGroup[]
}

/** A group leaves out a large part of its gallery if it leaves out more than this share. */
const largeShare = 1 / 8

/** Galleries that are tried for a group that leaves out a large part; what is left out in common is held for each. */
const mostShared = 16

/** Groups that leave out a large part of a gallery of so many photos, by what they have in common, and the others. */
export function bySharedOut(groups: readonly QueryGroup[], photos: number) {
  const others: QueryGroup[] = []
  const shared: { common: ReadonlySet<number>; largest: number; readonly groups: QueryGroup[] }[] = []
  for (const group of groups) {
    if (group.size <= photos * largeShare) {
      others.push(group)
      continue
    }
    const out = group.leftOut()
    const joined = shared.some((known) => {
      const common = new Set([...known.common].filter((photo) => out.has(photo)))
      const largest = Math.max(known.largest, group.size)
      if (common.size < 0.75 * largest) return false
      known.groups.push(group)
      Object.assign(known, { common, largest })
      return true
    })
    if (joined) continue
    if (shared.length < mostShared) shared.push({ common: out, largest: group.size, groups: [group] })
    else others.push(group)
  }
  return { others, shared: shared as readonly SharedOut[] }
}
