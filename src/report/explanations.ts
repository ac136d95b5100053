import type { Photo } from '../data/index.ts'
import { type Embedder, type ExplainedPhoto, explainMatch } from '../identify/index.ts'
import { encodeJpeg } from '../images/index.ts'
import { round } from './analyse.ts'
import { sheetQueries } from './charts/retrieval-sheet.ts'
import type { ExplainedSide, Explanation, ReportData } from './data.ts'

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
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export const explainMatchesDefaults = { each: 4, seed: 0 } as const satisfies ExplainMatchesOptions

/** Right matches from among typical queries, and the wrong ones of highest similarity; `each` of a kind at most, no pair twice. */
export function matchesToExplain(data: ReportData, each: number = explainMatchesDefaults.each): Match[] {
  const first = (query: number): Match => ({ query, match: data.neighbours[query]!.photos[0]! })
  const similarity = (query: number) => data.neighbours[query]!.similarities[0]!
  const right = sheetQueries(data, 'typical').filter((query) => data.photos[query]!.rank1)
  const wrong = data.photos.flatMap(({ rank1 }, query) => (rank1 === false ? [query] : []))
  wrong.sort((a, b) => similarity(b) - similarity(a) || a - b)
  const seen = new Set<string>()
  const once = (query: number) => {
    const { match } = first(query)
    const pair = `${Math.min(query, match)} ${Math.max(query, match)}`
    return !seen.has(pair) && seen.add(pair)
  }
  return [...right.reverse().filter(once).slice(0, each), ...wrong.filter(once).slice(0, each)].map(first)
}

/** Explains matches one after the other. @throws as explainMatch does; the signal's reason when it aborts. */
export async function explainMatches(
  embedder: Embedder,
  photos: readonly Photo[],
  matches: readonly Match[],
  options: ExplainMatchesOptions = {},
): Promise<ExplainedMatches> {
  const { seed, onProgress, signal } = { ...explainMatchesDefaults, ...options }
  const explanations: Explanation[] = []
  const views: (readonly [string, string])[] = []
  for (const { query, match } of matches) {
    signal?.throwIfAborted()
    const found = await explainMatch(embedder, photos[query]!, photos[match]!, { seed })
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
