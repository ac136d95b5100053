import { check, counted } from '../base/index.ts'
import type { Photo } from './manifest.ts'
import { timesOf } from './photo-groups.ts'
import type { Split } from './split.ts'

/** `count` splits of K + 1 stretches of time that hold about as many photos: the k-th trains on the stretches before its own. */
export function timeFolds(photos: readonly Photo[], count: number): Split[] {
  const shares = Array.from({ length: count }, (_, k) => (k + 1) / (count + 1))
  const { order, cuts, unknown } = cutsNear(photos, shares)
  return cuts.map((cut, k) => sidesOf(order, unknown, cut, cuts[k + 1] ?? order.length))
}

/** The last photos, about `fraction` of those with a time, validate. */
export function timeSplit(photos: readonly Photo[], fraction: number): Split {
  const { order, cuts, unknown } = cutsNear(photos, [1 - fraction])
  return sidesOf(order, unknown, cuts[0]!, order.length)
}

function sidesOf(order: readonly number[], unknown: readonly number[], from: number, to: number): Split {
  const ascending = (positions: readonly number[]) => [...positions].sort((a, b) => a - b)
  return { train: ascending([...unknown, ...order.slice(0, from)]), validation: ascending(order.slice(from, to)) }
}

/**
 * Photos in order of time, and near each share of them a place where time passes and no encounter goes on. @throws InputError where
 * there are not as many such places.
 */
function cutsNear(photos: readonly Photo[], shares: readonly number[]) {
  const times = timesOf(photos)
  const order = photos.flatMap((_, i) => (times[i] === undefined ? [] : [i])).sort((a, b) => times[a]! - times[b]!)
  const unknown = photos.flatMap((_, i) => (times[i] === undefined ? [i] : []))
  const places = quietPlaces(photos, order, times)
  check(
    places.length >= shares.length,
    `split by time: the times allow ${counted(places.length, 'place')} to divide the photos, expected ${shares.length} or more`,
    'ask for fewer folds, or for another kind of split',
  )
  const cuts: number[] = []
  let first = 0
  shares.forEach((share, k) => {
    const last = places.length - (shares.length - k - 1)
    const wanted = share * order.length
    let best = first
    for (let p = first; p < last; p++) if (Math.abs(places[p]! - wanted) < Math.abs(places[best]! - wanted)) best = p
    cuts.push(places[best]!)
    first = best + 1
  })
  return { order, cuts, unknown }
}

/** Positions in the order before which a split leaves equal times and encounters whole. */
function quietPlaces(
  photos: readonly Photo[],
  order: readonly number[],
  times: readonly (number | undefined)[],
): number[] {
  const last = new Map<string, number>()
  order.forEach((i, position) => {
    const { encounter } = photos[i]!
    if (encounter !== undefined) last.set(encounter, position)
  })
  const places: number[] = []
  let open = -1
  order.forEach((i, position) => {
    if (position > 0 && position > open && times[i] !== times[order[position - 1]!]) places.push(position)
    const { encounter } = photos[i]!
    if (encounter !== undefined) open = Math.max(open, last.get(encounter)!)
  })
  return places
}
