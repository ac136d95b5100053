import type { PairSample } from './pair-sample.ts'
import { forEachDraw, type ResampleOptions } from './resample.ts'

/** Pairs of photos, and for each photo the unit that it is drawn with, from 0. */
export interface DrawnPairs {
  readonly genuine: PairSample
  readonly impostor: PairSample
  readonly units: number
  readonly queryUnit: Int32Array
  readonly galleryUnit: Int32Array
}

/** What is asked of each draw: the share of impostor pairs that may pass, and the least bin that keeps to it on all pairs. */
export interface DrawnRate {
  readonly fmr: number
  readonly bin: number
}

/**
 * The bootstrap's distribution of FNMR at each FMR, the threshold drawn too. Units are drawn with replacement, as many as there are; w is how often each is
 * in a draw. A pair of photos of one unit counts w times, a pair of photos of units a and b w_a · w_b times: both are the same pair met again, and
 * the copies of a unit are not held against each other (the pigeonhole bootstrap of Owen, Annals of Applied Statistics 1, 2007). Impostor
 * pairs are many, but they hang on as few animals as the genuine ones, so their threshold moves with the draw. Draws without a pair of either kind are left out.
 */
export function drawFnmr(pairs: DrawnPairs, rates: readonly DrawnRate[], options: ResampleOptions): number[][] {
  const impostor = fallingPairs(pairs, pairs.impostor)
  const genuine = fallingPairs(pairs, pairs.genuine)
  const wholes = {
    impostor: countedPairs(impostor, { units: pairs.units, atMost: 2 ** 17 }),
    genuine: countedPairs(genuine, { units: pairs.units, atMost: Number.POSITIVE_INFINITY }),
  }
  const once = new Int32Array(pairs.units).fill(1)
  // of thinned pairs the threshold is a little beside that of all: each draw is moved by as much
  const moved = rates.map(({ fmr, bin }) => bin - thresholdOf(impostor, once, fmr * impostor.bins.length))
  const drawn = rates.map((): number[] => [])
  forEachDraw(pairs.units, options, (times) => {
    const [all, own] = [weightOf(wholes.impostor, times), weightOf(wholes.genuine, times)]
    if (all === 0 || own === 0) return
    rates.forEach(({ fmr }, r) => {
      const threshold = thresholdOf(impostor, times, fmr * all) + moved[r]!
      drawn[r]!.push(1 - acceptedFrom(genuine, times, threshold) / own)
    })
  })
  return drawn
}

/** Pairs by falling bin, and the units of both photos. */
interface FallingPairs {
  readonly bins: Int32Array
  readonly a: Int32Array
  readonly b: Int32Array
}

function fallingPairs({ queryUnit, galleryUnit }: DrawnPairs, { bins, queries, gallery }: PairSample): FallingPairs {
  const order = Int32Array.from(bins.keys()).sort((x, y) => bins[y]! - bins[x]!)
  return {
    bins: order.map((i) => bins[i]!),
    a: order.map((i) => queryUnit[queries[i]!]!),
    b: order.map((i) => galleryUnit[gallery[i]!]!),
  }
}

/** Each pair of units once, and how many pairs of photos it has. */
interface CountedPairs {
  readonly a: Int32Array
  readonly b: Int32Array
  readonly counts: Float64Array
}

/** Of more pairs than `atMost` every second one, or fewer: of impostor pairs the sum of 131,000 weights is known to half a per cent, and the draws take less time. */
function countedPairs({ a, b }: FallingPairs, { units, atMost }: { units: number; atMost: number }): CountedPairs {
  const counts = new Map<number, number>()
  const step = Math.max(1, Math.ceil(a.length / atMost))
  for (let i = 0; i < a.length; i += step) {
    const key = Math.min(a[i]!, b[i]!) * units + Math.max(a[i]!, b[i]!)
    counts.set(key, (counts.get(key) ?? 0) + step)
  }
  const keys = [...counts.keys()].sort((x, y) => x - y)
  return {
    a: Int32Array.from(keys, (key) => Math.floor(key / units)),
    b: Int32Array.from(keys, (key) => key % units),
    counts: Float64Array.from(keys, (key) => counts.get(key)!),
  }
}

function weightOf({ a, b, counts }: CountedPairs, times: Int32Array): number {
  let weight = 0
  for (let i = 0; i < counts.length; i++) weight += counts[i]! * timesOf(times, a[i]!, b[i]!)
  return weight
}

function timesOf(times: Int32Array, a: number, b: number): number {
  return a === b ? times[a]! : times[a]! * times[b]!
}

/** The least bin from which upwards pairs of this weight at most lie. */
function thresholdOf({ bins, a, b }: FallingPairs, times: Int32Array, allowed: number): number {
  let beyond = 0
  for (let i = 0; i < bins.length; i++) {
    beyond += timesOf(times, a[i]!, b[i]!)
    if (beyond > allowed) return bins[i]! + 1
  }
  return 0
}

function acceptedFrom({ bins, a, b }: FallingPairs, times: Int32Array, threshold: number): number {
  let weight = 0
  for (let i = 0; i < bins.length && bins[i]! >= threshold; i++) weight += timesOf(times, a[i]!, b[i]!)
  return weight
}
