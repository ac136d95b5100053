import { check, counted, optionText, Rng } from '../base/index.ts'
import { folds, inCanonicalOrder } from './folds.ts'
import { identitiesOf, type Photo } from './manifest.ts'
import { type Groups, groupsOf, type KnownBursts, type SplitKind } from './photo-groups.ts'
import { besidesProposed } from './proposed-split.ts'
import { type Split, type SplitOptions, splitDefaults, stratifiedSplit } from './split.ts'
import { timeSplit } from './time-folds.ts'

/** How photos are divided once. */
export interface GroupedSplitOptions extends SplitOptions, KnownBursts {
  readonly kind: SplitKind
}

/** How many groups an individual needs to be on both sides, and how many each side keeps of it. */
interface Demands {
  readonly fewest: number
  readonly validation: number
  readonly train: number
}

/** A score that leaves a query's own encounter out needs two of an individual to validate; where nobody has enough, fewer do. */
const demands: readonly Demands[] = [
  { fewest: 4, validation: 2, train: 2 },
  { fewest: 3, validation: 2, train: 1 },
  { fewest: 2, validation: 1, train: 1 },
]

/**
 * One split in which no group of `kind` is on both sides. stratified: `stratifiedSplit`. burst, encounter: of each individual with
 * four groups or more about `fraction` of its photos validate, in two groups at least, and two groups at least train; those with fewer
 * train (where nobody has four: three, then two). station, identity: the first of 1 / `fraction` folds. time: the last `fraction`.
 * Depends on the seed and the photos' names, not on their order. Photos with a proposed identity only train (`besidesProposed`).
 * @throws InputError where the kind's labels are missing, or nothing can be set aside.
 */
export function groupedSplit(photos: readonly Photo[], options: GroupedSplitOptions): Split {
  const { kind, bursts } = options
  return besidesProposed(photos, { kind, bursts }, (known, own) => [divided(known, { ...options, bursts: own })])[0]!
}

function divided(photos: readonly Photo[], options: GroupedSplitOptions): Split {
  const { kind, fraction, seed, bursts } = { ...splitDefaults, ...options }
  check(fraction > 0 && fraction < 1, `validation fraction: expected between 0 and 1, got ${fraction}`)
  switch (kind) {
    case 'stratified':
      return stratifiedSplit(photos, { fraction, seed })
    case 'burst':
    case 'encounter':
      return bothSides(photos, kind, options)
    case 'station':
    case 'identity':
      return firstFold(photos, { kind, fraction, seed, bursts })
    case 'time':
      return timeSplit(photos, fraction)
  }
}

/** The first of 1 / `fraction` folds: there must be as many groups. */
function firstFold(
  photos: readonly Photo[],
  { kind, fraction, seed, bursts }: KnownBursts & Required<SplitOptions> & { readonly kind: 'station' | 'identity' },
): Split {
  const count = Math.max(2, Math.round(1 / fraction))
  const there = new Set(groupsOf(photos, kind, { bursts }).filter((group) => group >= 0)).size
  const noun = kind === 'identity' ? 'individual' : 'station'
  check(
    there >= count,
    `split by ${kind}: ${counted(there, `${noun} is`, `${noun}s are`)} too few to set ${fraction} of them aside`,
    there < 2
      ? 'ask for another kind of split'
      : `ask for a larger share: ${optionText({ fraction: there < 4 ? 0.5 : Math.ceil(200 / there) / 100 })}`,
  )
  return folds(photos, { kind, folds: count, seed, bursts })[0]!
}

function bothSides(
  photos: readonly Photo[],
  kind: 'burst' | 'encounter',
  { fraction = splitDefaults.fraction, seed, bursts }: GroupedSplitOptions,
): Split {
  const groups = groupsOf(photos, kind, { bursts })
  for (const demand of demands) {
    const held = heldGroups(photos, groups, { fraction, rng: new Rng(seed).fork(`split/${kind}`), demand })
    const validation = photos.flatMap((_, i) => (held.has(groups[i]!) ? [i] : []))
    const individuals = new Set(validation.map((i) => photos[i]!.identity))
    if (individuals.size >= 2) return { train: photos.flatMap((_, i) => (held.has(groups[i]!) ? [] : [i])), validation }
  }
  return { train: photos.map((_, i) => i), validation: [] }
}

interface Drawing {
  readonly fraction: number
  readonly rng: Rng
  readonly demand: Demands
}

/** The groups that validate: drawn for one individual after the other, none from which another individual must keep it. */
function heldGroups(photos: readonly Photo[], groups: Groups, { fraction, rng, demand }: Drawing): Set<number> {
  const { names, index } = identitiesOf(photos)
  const photosOf = names.map(() => new Map<number, number>()) // group → photos of the individual in it
  photos.forEach((_, i) => {
    const own = photosOf[index[i]!]
    if (own !== undefined) own.set(groups[i]!, (own.get(groups[i]!) ?? 0) + 1)
  })
  const individualsIn = new Map<number, Set<number>>()
  photosOf.forEach((own, identity) => {
    for (const group of own.keys()) individualsIn.set(group, (individualsIn.get(group) ?? new Set()).add(identity))
  })
  const training = photosOf.map(({ size }) => size)
  const held = new Set<number>()
  const mayGo = (group: number) => [...individualsIn.get(group)!].every((one) => training[one]! > demand.train)
  const canonical = inCanonicalOrder(photos, groups, rng.fork('order')).map(([first]) => groups[first!]!)
  photosOf.forEach((own, identity) => {
    if (own.size < demand.fewest) return
    const wanted = fraction * [...own.values()].reduce((sum, n) => sum + n, 0)
    let [count, kept] = [0, 0]
    for (const [group, n] of own) if (held.has(group)) [count, kept] = [count + 1, kept + n]
    for (const group of rng.fork(names[identity]!).shuffle(canonical.filter((one) => own.has(one)))) {
      if (count >= demand.validation && kept + own.get(group)! / 2 > wanted) break
      if (held.has(group) || !mayGo(group)) continue
      held.add(group)
      for (const one of individualsIn.get(group)!) training[one]!--
      ;[count, kept] = [count + 1, kept + own.get(group)!]
    }
  })
  return held
}
