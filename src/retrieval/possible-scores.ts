import { counted, mean } from '../base/index.ts'
import { type MetricName, metricLabel, metricNames } from './metric-table.ts'
import { type PairedQuery, scoresTold } from './paired.ts'
import { byIdentity } from './scores-of.ts'

/** The scores of one model as a file tells them: those of each query, and what stands beside them. */
export interface ToldScores {
  readonly perQuery: readonly PairedQuery[]
  /** How many queries it says that it has. */
  readonly queries?: number | null | undefined
  /** Photos in the gallery. */
  readonly photos?: number | null | undefined
  readonly scores: Readonly<Partial<Record<MetricName, number>>>
  readonly perIdentity: readonly { readonly identity: string; readonly ap: number | null }[]
}

/** How many photos of its individual a gallery may have where a file tells nothing of it. */
const untoldPositives = 100

/** Rounding of what a file tells: two decimals. */
const rounding = 0.005

/** Why these scores cannot all be those of one model, with both numbers; undefined where they can. */
export function contradictionOf(told: ToldScores): string | undefined {
  const { perQuery, queries, photos, perIdentity } = told
  if (queries != null && queries !== perQuery.length)
    return `queries is ${queries}, but perQuery lists ${perQuery.length}`
  const own = byIdentity(perQuery)
  for (const query of perQuery) {
    const found = contradictionOfQuery({ ...query, gallery: query.gallery ?? photos ?? undefined }, own)
    if (found !== undefined) return `query ${query.query}: ${found}`
  }
  const computed = scoresTold(perQuery)
  for (const name of metricNames) {
    const [said, found] = [told.scores[name], computed[name]]
    if (said !== undefined && found !== undefined && !isSame(said, found))
      return `${name} (${metricLabel(name)}) is ${said}, but its queries give ${found.toFixed(4)}`
  }
  for (const { identity, ap } of perIdentity) {
    const found = mean((own.get(identity) ?? []).map((query) => query.ap))
    if (ap !== null && own.has(identity) && !isSame(ap, found))
      return `perIdentity has AP ${ap} for ${identity}, but its queries give ${found.toFixed(4)}`
  }
  return undefined
}

/**
 * One query. The first photo of its individual stands at rank r, P of them are in a gallery of n: then r + P − 1 ≤ n. AP is at least 1/(P·r),
 * and at most (1/P) Σᵢ i/(r+i−1), INP at most P/(r+P−1): where the others follow at once. AP@R ≤ AP. Where P is not told, it is
 * what fits into the gallery, or else a hundred, or as many as its individual has queries.
 */
function contradictionOfQuery(
  { identity, ap, rank, apAtR, inp, positives, gallery }: PairedQuery,
  own: ReadonlyMap<string, readonly PairedQuery[]>,
): string | undefined {
  if (apAtR !== undefined && apAtR > ap + rounding) return `AP@R ${apAtR} is above AP ${ap}`
  if (positives !== undefined && gallery !== undefined && positives > gallery)
    return `${counted(positives, 'photo')} of its individual in a gallery of ${gallery}`
  if (rank === undefined) return undefined
  const first = `rank ${rank} of the first right photo`
  const room = gallery === undefined ? undefined : gallery - rank + 1
  if (room !== undefined && room < (positives ?? 1))
    return `${first} and ${positives ?? 1} of them do not fit a gallery of ${gallery}`
  const most = positives ?? room ?? Math.max(untoldPositives, own.get(identity)?.length ?? 0)
  const highest = { AP: highestAp(rank, most), INP: most / (rank + most - 1) }
  const least = 1 / (most * rank)
  const of = positives === undefined ? `at most ${most} right photos` : `${positives} right photos`
  const words = (name: string, said: number, bound: string) =>
    `${name} ${said} contradicts ${first}: with ${of} in the gallery it is ${bound}`
  if (ap > highest.AP + rounding) return words('AP', ap, `${highest.AP.toFixed(3)} or less`)
  if (ap < least - rounding) return words('AP', ap, `${least.toFixed(3)} or more`)
  if (inp !== undefined && inp > highest.INP + rounding) return words('INP', inp, `${highest.INP.toFixed(3)} or less`)
  return undefined
}

/** All P right photos one after the other, the first at rank r. */
function highestAp(rank: number, positives: number): number {
  let sum = 0
  for (let i = 1; i <= positives; i++) sum += i / (rank + i - 1)
  return sum / positives
}

function isSame(said: number, found: number): boolean {
  return Math.abs(said - found) <= rounding + 1e-9
}
