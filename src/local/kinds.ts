import { check } from '../base/index.ts'
import type { LocalFeatures } from './features.ts'

/** Places `first` to `end` − 1 of features: those of one kind. */
export interface KindSpan {
  readonly first: number
  readonly end: number
}

/** How many kinds of places these features have, as the largest number says: 1 where none has any. */
export function kindsOf(features: readonly LocalFeatures[]): number {
  return features.reduce((most, { kinds }) => Math.max(most, (kinds?.at(-1) ?? 0) + 1), 1)
}

/** Where the places of each of the kinds 0 … `kinds` − 1 stand. @throws InputError where those of a kind do not stand together, in the order of kinds. */
export function kindSpans({ count, kinds: given }: LocalFeatures, kinds: number): KindSpan[] {
  check(
    given === undefined || (given.length === count && given.every((kind, k) => k === 0 || given[k - 1]! <= kind)),
    'local features: kinds: expected one for each place, those of a kind together and in the order of kinds',
  )
  const bounds = [0]
  for (let kind = 0; kind < kinds; kind++) {
    let end = bounds.at(-1)!
    while (end < count && (given?.[end] ?? 0) <= kind) end++
    bounds.push(end)
  }
  return Array.from({ length: kinds }, (_, kind) => ({ first: bounds[kind]!, end: bounds[kind + 1]! }))
}
