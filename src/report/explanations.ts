import type { Photo } from '../data/index.ts'
import { type ExplainedModel, type ExplainedPhoto, explainMatch } from '../explain/index.ts'
import { encodeJpeg } from '../images/index.ts'
import { round } from './analyse.ts'
import type { ExplainedSide, Explanation, ReportData } from './data.ts'
import { isSameFile } from './same-file.ts'

/** A query and the first photo of its ranking. */
export interface Match {
  readonly query: number
  readonly match: number
}

/** Explanations with both photos as the network sees them, as data: addresses. */
export interface ExplainedMatches {
  readonly explanations: readonly Explanation[]
  readonly views: readonly (readonly [string, string])[]
}

export interface ExplainMatchesOptions {
  /** Matches of each kind, right and wrong. */
  readonly each?: number
  readonly seed?: number
  /** Photos with more pixels are refused. */
  readonly limitPixels?: number | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export const explainMatchesDefaults = { each: 4, seed: 0 } as const satisfies ExplainMatchesOptions

/**
 * Right matches at even steps of AP, the best first; and wrong ones, in turn that of lowest AP, with which the page begins, and
 * that of highest similarity. `each` of a kind at most, no pair twice, and none of one file under two names: that explains itself.
 */
export function matchesToExplain(data: ReportData, each: number = explainMatchesDefaults.each): Match[] {
  const first = (query: number): Match => ({ query, match: data.neighbours[query]!.photos[0]! })
  const queries = (right: boolean) =>
    data.photos.flatMap(({ rank1 }, query) =>
      rank1 === right && !isSameFile(data, query, first(query).match) ? [query] : [],
    )
  const ap = (query: number) => data.photos[query]!.ap ?? 0
  const similarity = (query: number) => data.neighbours[query]!.similarities[0]!
  const seen = new Set<string>()
  const once = (query: number) => {
    const { match } = first(query)
    const pair = `${Math.min(query, match)} ${Math.max(query, match)}`
    return !seen.has(pair) && seen.add(pair)
  }
  const right = evenly(
    queries(true)
      .sort((a, b) => ap(b) - ap(a) || a - b)
      .filter(once),
    each,
  )
  const worst = queries(false).sort((a, b) => ap(a) - ap(b) || a - b)
  const surest = queries(false).sort((a, b) => similarity(b) - similarity(a) || a - b)
  const wrong = worst.flatMap((query, k) => [query, surest[k]!]).filter(once)
  return [...right, ...wrong.slice(0, each)].map(first)
}

/** `most` of the items at even steps. */
function evenly<T>(items: readonly T[], most: number): T[] {
  const count = Math.min(most, items.length)
  return Array.from({ length: count }, (_, k) => items[Math.round(((k + 0.5) / count) * items.length - 0.5)]!)
}

/** Explains matches one after the other. @throws as explainMatch does; the signal's reason when it aborts. */
export async function explainMatches(
  model: ExplainedModel,
  photos: readonly Photo[],
  matches: readonly Match[],
  options: ExplainMatchesOptions = {},
): Promise<ExplainedMatches> {
  const { seed, limitPixels, onProgress, signal } = { ...explainMatchesDefaults, ...options }
  const explanations: Explanation[] = []
  const views: (readonly [string, string])[] = []
  for (const { query, match } of matches) {
    signal?.throwIfAborted()
    const found = await explainMatch(model, photos[query]!, photos[match]!, { seed, limitPixels })
    const { cells, lost, lostAtRandom, deviationAtRandom } = found.faithfulness
    explanations.push({
      query,
      match,
      method: found.method,
      similarity: round(found.similarity),
      explained: round(found.explained),
      sides: [sideOf(found.query), sideOf(found.match)],
      lines: found.correspondences.map((pair) => ({ ...pair, contribution: round(pair.contribution) })),
      deletion: {
        cells: cells.length,
        lost: round(lost),
        lostAtRandom: round(lostAtRandom),
        deviation: round(deviationAtRandom),
      },
    })
    views.push([await viewOf(found.query), await viewOf(found.match)])
    onProgress?.(explanations.length, matches.length)
  }
  return { explanations, views }
}

function sideOf({ rows, columns, heat, pixels }: ExplainedPhoto): ExplainedSide {
  const [heightPx, widthPx] = pixels.shape as [number, number, number]
  return { rows, columns, widthPx, heightPx, heat: Array.from(heat, round) }
}

/** Pixels [H, W, 3] as a picture. */
async function viewOf({ pixels }: ExplainedPhoto): Promise<string> {
  const [height, width] = pixels.shape as [number, number, number]
  const data = new Uint8Array(4 * width * height).fill(255)
  for (let p = 0; p < width * height; p++) data.set(pixels.data.subarray(3 * p, 3 * p + 3), 4 * p)
  const bytes = await encodeJpeg({ width, height, data })
  return `data:image/jpeg;base64,${Buffer.from(bytes).toString('base64')}`
}
