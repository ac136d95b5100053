import { check } from '../base/index.ts'
import type { Photo } from './manifest.ts'
import { readTimes } from './timestamps.ts'
import { UnionFind } from './union-find.ts'

/**
 * What the two sides of a split must not share. stratified: nothing but the photo itself; burst: photos that are nearly the same;
 * encounter: a sighting; station: a camera's place; identity: an individual, so that all who validate are new; time: nothing, but every
 * photo that trains is older than those that validate.
 */
export type SplitKind = 'stratified' | 'burst' | 'encounter' | 'station' | 'time' | 'identity'

/** In the order from what flatters a model most to what asks most of it. */
export const splitKinds: readonly SplitKind[] = ['stratified', 'burst', 'encounter', 'station', 'time', 'identity']

/** A number for each photo; those of one number stay on one side. −1: nothing is known, so that the photo may only train. */
export type Groups = readonly number[]

/** A group for each photo, as a search for bursts finds them. */
export interface KnownBursts {
  readonly bursts?: Groups | undefined
}

/**
 * Which photos stay together in a split of this kind. Bursts that are known stay together in every kind but `stratified`. A photo of no known encounter
 * is a group of its own; one of no known station is in no group.
 * @throws InputError where no photo says what the kind needs.
 */
export function groupsOf(photos: readonly Photo[], kind: Exclude<SplitKind, 'time'>, known: KnownBursts = {}): Groups {
  const { bursts } = known
  if (kind === 'burst')
    check(bursts !== undefined, 'split by burst: the bursts are not known', '`findBursts` finds them')
  const labels = labelsFor(photos, kind)
  const sets = new UnionFind(photos.length)
  joinAlike(sets, labels)
  if (bursts !== undefined && kind !== 'stratified')
    joinAlike(
      sets,
      bursts.map((burst) => (burst < 0 ? undefined : String(burst))),
    )
  const without = new Set(
    kind === 'station' ? labels.flatMap((label, i) => (label === undefined ? [sets.find(i)] : [])) : [],
  )
  const groups = sets.groups()
  return Array.from(groups, (group, i) => (without.has(sets.find(i)) ? -1 : group))
}

function labelsFor(photos: readonly Photo[], kind: Exclude<SplitKind, 'time'>): (string | undefined)[] {
  switch (kind) {
    case 'stratified':
    case 'burst':
      return photos.map(() => undefined)
    case 'encounter':
      return encountersOf(photos)
    case 'station':
      return known(photos, 'camera', 'station')
    case 'identity':
      return known(photos, 'identity', 'identity')
  }
}

function known(photos: readonly Photo[], field: 'camera' | 'identity' | 'encounter', kind: SplitKind) {
  const labels = photos.map((photo) => photo[field])
  check(
    labels.some((label) => label !== undefined),
    `split by ${kind}: no photo has ${kind === 'station' ? 'a station' : `an ${kind}`}`,
    `\`columns: {"${field}":"…"}\` names the column`,
  )
  return labels
}

/**
 * An encounter is what its label says, whoever was seen; but numbers that begin anew for each individual (most have a first or a
 * zeroth) mean another encounter for each.
 */
function encountersOf(photos: readonly Photo[]): (string | undefined)[] {
  const labels = known(photos, 'encounter', 'encounter')
  return isCountedAnew(photos)
    ? photos.map(({ identity, encounter }) => encounter && JSON.stringify([identity, encounter]))
    : labels
}

function isCountedAnew(photos: readonly Photo[]): boolean {
  const [all, first] = [new Set<string>(), new Set<string>()]
  for (const { identity, encounter } of photos) {
    if (encounter === undefined || identity === undefined) continue
    if (!/^\d{1,3}$/.test(encounter)) return false
    all.add(identity)
    if (Number(encounter) <= 1) first.add(identity)
  }
  return first.size >= 2 && first.size * 2 > all.size
}

function joinAlike(sets: UnionFind, labels: readonly (string | undefined)[]): void {
  const first = new Map<string, number>()
  labels.forEach((label, i) => {
    if (label === undefined) return
    const earlier = first.get(label)
    if (earlier === undefined) first.set(label, i)
    else sets.union(earlier, i)
  })
}

/** For each photo when it was taken, in milliseconds; undefined where that is not known. @throws InputError where no photo says, or where the times cannot be compared. */
export function timesOf(photos: readonly Photo[]): readonly (number | undefined)[] {
  const { instants, problem } = readTimes(photos.map(({ timestamp }) => timestamp))
  check(problem === undefined, `split by time: ${problem}`)
  check(
    instants.some((instant) => instant !== undefined),
    'split by time: no photo has a time',
    '`columns: {"timestamp":"…"}` names the column',
  )
  return instants
}
