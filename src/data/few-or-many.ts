import { listed } from './manifest.ts'

/** How warnings of one kind are written. */
interface Wording<T> {
  /** Of one, alone. */
  readonly alone: (item: T) => string
  /** Above many. */
  readonly above: (count: number) => string
  /** Of each of many. */
  readonly below: (item: T) => string
}

/** More of one kind hide what else there is to tell. */
const few = 3

/** A warning for each of a few things; of many one that lists the first twenty. */
export function fewOrMany<T>(items: readonly T[], { alone, above, below }: Wording<T>): string[] {
  if (items.length <= few) return items.map(alone)
  return [`${above(items.length)}:\n${listed(items.map((item) => `  ${below(item)}`)).join('\n')}`]
}
