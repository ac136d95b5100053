import { check, counted, Rng } from '../base/index.ts'
import { byCodeUnit, identitiesOf, type Photo } from './manifest.ts'
import { type Groups, groupsOf, type KnownBursts, type SplitKind } from './photo-groups.ts'
import { besidesProposed } from './proposed-split.ts'
import { photoKey, type Split } from './split.ts'
import { timeFolds } from './time-folds.ts'

/** How photos are divided into folds. */
export interface FoldOptions extends KnownBursts {
  readonly kind: SplitKind
  /** How many, 2 or more. */
  readonly folds?: number
  readonly seed: string | number
}

/** Five folds, as the field has them. */
export const foldDefaults = { folds: 5 } as const

/**
 * K splits, fold k validating in the k-th: what `kind` keeps together is never on both sides, and each identity's photos are spread
 * over the folds as evenly as that allows. Every photo validates in exactly one fold, but for those of which the kind needs something
 * that is not known (no station, no time): they train in each. Of kind `time` fold k validates on the k-th of the K later stretches
 * and trains on what is older, so that the oldest photos never validate.
 *
 * Greedy, as scikit-learn's StratifiedGroupKFold: groups, the largest first, go where Σ over their identities c of
 * photos(c) · already(fold, c) / total(c)² is smallest, then to the fold with the fewest photos. Depends on the seed and the photos'
 * names, not on their order. Positions in `photos` are ascending. Photos with a proposed identity only train (`besidesProposed`).
 * @throws InputError where the kind's labels are missing, `bursts` are not given for kind `burst`, or there are fewer groups than folds.
 */
export function folds(photos: readonly Photo[], options: FoldOptions): Split[] {
  const { kind, bursts } = options
  return besidesProposed(photos, { kind, bursts }, (known, own) => foldsOf(known, { ...options, bursts: own }))
}

function foldsOf(photos: readonly Photo[], options: FoldOptions): Split[] {
  const { kind, folds: count, seed, bursts } = { ...foldDefaults, ...options }
  check(Number.isInteger(count) && count >= 2, `folds: expected a whole number of at least 2, got ${count}`)
  if (kind === 'time') return timeFolds(photos, count)
  const groups = groupsOf(photos, kind, { bursts })
  const members = inCanonicalOrder(photos, groups, new Rng(seed).fork('folds'))
  check(
    members.length >= count,
    `split by ${kind}: ${counted(members.length, 'group')} of photos for ${counted(count, 'fold')}`,
    'ask for fewer folds, or for another kind of split',
  )
  const foldOf = assigned(photos, members, count)
  return Array.from({ length: count }, (_, fold) => ({
    train: photos.flatMap((_, i) => (foldOf[i] === fold ? [] : [i])),
    validation: photos.flatMap((_, i) => (foldOf[i] === fold ? [i] : [])),
  }))
}

/** The members of each group, the largest group first, those of one size by lot; photos in no group are left out. */
export function inCanonicalOrder(photos: readonly Photo[], groups: Groups, rng: Rng): number[][] {
  const order = photos.map((_, i) => i).sort((a, b) => byCodeUnit(photoKey(photos[a]!), photoKey(photos[b]!)))
  const members = new Map<number, number[]>()
  for (const i of order) {
    const group = groups[i]!
    if (group < 0) continue
    const own = members.get(group)
    if (own === undefined) members.set(group, [i])
    else own.push(i)
  }
  return rng.shuffle([...members.values()]).sort((a, b) => b.length - a.length)
}

/** The fold of each photo, −1 for one in no group. */
function assigned(photos: readonly Photo[], members: readonly (readonly number[])[], count: number): Int32Array {
  const { names, index } = identitiesOf(photos)
  const totals = new Int32Array(names.length)
  for (const identity of index) if (identity >= 0) totals[identity]!++
  const already = Array.from({ length: count }, () => new Int32Array(names.length))
  const sizes = new Int32Array(count)
  const foldOf = new Int32Array(photos.length).fill(-1)
  members.forEach((group, placed) => {
    const counts = countsOf(group, index)
    const cost = already.map((fold) => {
      let sum = 0
      for (const [identity, n] of counts) sum += (n * fold[identity]!) / totals[identity]! ** 2
      return sum
    })
    const fold = cheapest(cost, sizes, members.length - placed)
    for (const [identity, n] of counts) already[fold]![identity]! += n
    sizes[fold]! += group.length
    for (const i of group) foldOf[i] = fold
  })
  return foldOf
}

function countsOf(group: readonly number[], index: Int32Array): Map<number, number> {
  const counts = new Map<number, number>()
  for (const i of group) if (index[i]! >= 0) counts.set(index[i]!, (counts.get(index[i]!) ?? 0) + 1)
  return counts
}

/** Of the folds with the lowest cost the one with the fewest photos; the empty ones, where only as many groups are left as they are. */
function cheapest(cost: readonly number[], sizes: Int32Array, groupsLeft: number): number {
  const empty = sizes.filter((size) => size === 0).length
  let best = -1
  cost.forEach((value, fold) => {
    if (empty >= groupsLeft && sizes[fold]! > 0) return
    const isBetter = best < 0 || value < cost[best]! || (value === cost[best] && sizes[fold]! < sizes[best]!)
    if (isBetter) best = fold
  })
  return best
}
