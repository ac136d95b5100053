import { Rng } from '../base/index.ts'

/** What queries reached, and what is drawn together. */
export interface Sample {
  /** Row-major [Q, M]: each query's value of each measure. */
  readonly values: Float64Array
  /** For each query the unit that it is drawn with, from 0: its individual, or its encounter. */
  readonly unit: Int32Array
  /** For each query its individual, from 0. */
  readonly identity: Int32Array
  /** For each measure whether its mean is over queries, or over individuals of the means over their queries. */
  readonly over: readonly ('queries' | 'identities')[]
}

/** How often is drawn, and from which seed. */
export interface ResampleOptions {
  readonly resamples: number
  readonly seed: number
}

/**
 * The bootstrap's distribution of each mean, [M] arrays of `resamples` values: units are drawn with replacement, as many as there are,
 * and all queries of a unit come and go together (the cluster bootstrap: photos of one animal are no independent witnesses).
 */
export function resampleMeans(sample: Sample, { resamples, seed }: ResampleOptions): Float64Array[] {
  const { over } = sample
  const cells = cellsOf(sample)
  const drawn = over.map(() => new Float64Array(resamples))
  forEachDraw(1 + largest(sample.unit), { resamples, seed }, (times, r) => {
    const [pooled, balanced] = [pooledMeans(cells, times), balancedMeans(cells, times)]
    over.forEach((kind, m) => {
      drawn[m]![r] = (kind === 'queries' ? pooled : balanced)[m]!
    })
  })
  return drawn
}

/** Calls `visit` with how often each of `units` is in each draw. */
export function forEachDraw(
  units: number,
  { resamples, seed }: ResampleOptions,
  visit: (times: Int32Array, draw: number) => void,
): void {
  const rng = new Rng(seed).fork('bootstrap')
  const times = new Int32Array(units)
  for (let r = 0; r < resamples; r++) {
    times.fill(0)
    for (let i = 0; i < units; i++) times[rng.int(units)]!++
    visit(times, r)
  }
}

/** Queries that have one unit and one individual, added up: what is drawn is these. Sorted by individual. */
interface Cells {
  readonly measures: number
  /** Of each cell. */
  readonly unit: Int32Array
  readonly queries: Float64Array
  /** Row-major [cells, M]. */
  readonly sums: Float64Array
  /** Cells `firstOf[i]` to `firstOf[i + 1]` are those of individual i. */
  readonly firstOf: Int32Array
  /** True where each unit is one individual: one that is drawn twice then counts twice among individuals. */
  readonly unitIsIdentity: boolean
}

function cellsOf({ values, unit, identity, over }: Sample): Cells {
  const measures = over.length
  const rows = Array.from(unit.keys()).sort((a, b) => identity[a]! - identity[b]! || unit[a]! - unit[b]!)
  const identities = 1 + largest(identity)
  const firstOf = new Int32Array(identities + 1)
  const [cellUnit, queries, sums]: [number[], number[], number[]] = [[], [], []]
  let previous = -1
  for (const row of rows) {
    const same = previous >= 0 && identity[row] === identity[previous] && unit[row] === unit[previous]
    if (!same) {
      cellUnit.push(unit[row]!)
      queries.push(0)
      for (let m = 0; m < measures; m++) sums.push(0)
    }
    const cell = cellUnit.length - 1
    queries[cell]!++
    for (let m = 0; m < measures; m++) sums[cell * measures + m]! += values[row * measures + m]!
    firstOf[identity[row]! + 1] = cell + 1
    previous = row
  }
  return {
    measures,
    unit: Int32Array.from(cellUnit),
    queries: Float64Array.from(queries),
    sums: Float64Array.from(sums),
    firstOf,
    unitIsIdentity: cellUnit.length === identities && new Set(cellUnit).size === identities,
  }
}

/** Mean over all drawn queries, for each measure. */
function pooledMeans({ measures, unit, queries, sums }: Cells, times: Int32Array): Float64Array {
  const means = new Float64Array(measures)
  let count = 0
  for (let cell = 0; cell < unit.length; cell++) {
    const drawn = times[unit[cell]!]!
    if (drawn === 0) continue
    count += drawn * queries[cell]!
    for (let m = 0; m < measures; m++) means[m]! += drawn * sums[cell * measures + m]!
  }
  return means.map((sum) => sum / count)
}

/** Mean over the individuals that were drawn of the mean over their drawn queries, for each measure. */
function balancedMeans({ measures, unit, queries, sums, firstOf, unitIsIdentity }: Cells, times: Int32Array) {
  const means = new Float64Array(measures)
  const own = new Float64Array(measures)
  let individuals = 0
  for (let i = 0; i + 1 < firstOf.length; i++) {
    own.fill(0)
    let count = 0
    for (let cell = firstOf[i]!; cell < firstOf[i + 1]!; cell++) {
      const drawn = times[unit[cell]!]!
      if (drawn === 0) continue
      count += drawn * queries[cell]!
      for (let m = 0; m < measures; m++) own[m]! += drawn * sums[cell * measures + m]!
    }
    if (count === 0) continue
    const weight = unitIsIdentity ? times[unit[firstOf[i]!]!]! : 1
    individuals += weight
    for (let m = 0; m < measures; m++) means[m]! += (weight * own[m]!) / count
  }
  return means.map((sum) => sum / individuals)
}

function largest(values: Int32Array): number {
  return values.reduce((most, value) => Math.max(most, value), -1)
}

/** The quantile of each share, linear between neighbours (Hyndman and Fan's type 7). */
export function quantiles(values: Float64Array, shares: readonly number[]): number[] {
  const sorted = values.slice().sort()
  return shares.map((share) => {
    const at = share * (sorted.length - 1)
    const low = Math.floor(at)
    const next = sorted[Math.min(low + 1, sorted.length - 1)]!
    return sorted[low]! + (at - low) * (next - sorted[low]!)
  })
}

/** Names as numbers from 0, in the order of their first appearance. */
export function numbered(names: readonly string[]): Int32Array {
  const known = new Map<string, number>()
  return Int32Array.from(names, (name) => {
    const number = known.get(name) ?? known.size
    known.set(name, number)
    return number
  })
}
