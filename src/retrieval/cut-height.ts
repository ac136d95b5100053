import { Rng } from '../base/index.ts'
import { agreementOf } from './agreement.ts'
import { groupsAfter, type Merge } from './linkage.ts'
import { numbered, type ResampleOptions } from './resample.ts'

/** Where a tree of labelled photos is best cut. */
export interface CutHeight {
  readonly height: number
  /** The agreement of the groups with the individuals there. */
  readonly ami: number
  /** The middle 95 % of the heights that are best for individuals drawn with replacement. */
  readonly interval: readonly [low: number, high: number]
}

/** How often individuals are drawn for the interval of a height, and from which seed. */
export const cutHeightDefaults = { resamples: 100, seed: 0 } as const satisfies ResampleOptions

/** Cuts that are tried. */
const cutsAtMost = 60

/**
 * The height at which groups agree best with the individuals (AMI), halfway between two merges; of equally good ones the lowest. Its
 * interval is the bootstrap's over individuals: of those that were drawn, each with all its photos, once however often it was drawn.
 */
export function bestCutHeight(
  merges: readonly Merge[],
  identities: readonly string[],
  { resamples, seed }: ResampleOptions = cutHeightDefaults,
): CutHeight {
  const own = Array.from(numbered(identities))
  const cuts = cutsOf(merges, own.length)
  const all = own.map((_, i) => i)
  const best = bestOf(cuts, own, all)
  const rng = new Rng(seed).fork('cut height')
  const individuals = new Set(own).size
  const drawn = Array.from({ length: resamples }, () => {
    const chosen = new Set(Array.from({ length: individuals }, () => rng.int(individuals)))
    const rows = all.filter((i) => chosen.has(own[i]!))
    return chosen.size < 2 ? best.height : bestOf(cuts, own, rows).height
  }).sort((a, b) => a - b)
  const at = (share: number) => drawn[Math.round(share * (drawn.length - 1))] ?? best.height
  return { ...best, interval: [Math.min(best.height, at(0.025)), Math.max(best.height, at(0.975))] }
}

interface Cut {
  readonly height: number
  readonly groups: readonly number[]
}

/** Cuts after some of the merges, evenly spread over them. */
function cutsOf(merges: readonly Merge[], n: number): Cut[] {
  const steps = Math.min(cutsAtMost, merges.length)
  const after = Array.from({ length: steps + 1 }, (_, i) => Math.round((i * merges.length) / Math.max(1, steps)))
  return [...new Set(after)].map((count) => {
    const [last, next] = [merges[count - 1]?.height, merges[count]?.height]
    const height = last === undefined ? (next ?? 0) / 2 : next === undefined ? last : (last + next) / 2
    return { height, groups: groupsAfter(n, merges.slice(0, count)) }
  })
}

function bestOf(cuts: readonly Cut[], own: readonly number[], rows: readonly number[]): Omit<CutHeight, 'interval'> {
  const labels = rows.map((i) => own[i]!)
  let best = { height: 0, ami: Number.NEGATIVE_INFINITY }
  for (const { height, groups } of cuts) {
    const { ami } = agreementOf(
      labels,
      rows.map((i) => groups[i]!),
    )
    if (ami > best.ami) best = { height, ami }
  }
  return best
}
