import { element, polyline, text } from './svg/element.ts'
import { axes, type Picture, picture } from './svg/picture.ts'
import { linear } from './svg/scale.ts'
import { count } from './words.ts'

/** How often the individual of a query is among the first k photos. */
export interface CmcChannels {
  /** cmc[k − 1] is the share of queries at k. */
  readonly cmc: readonly number[]
  readonly queries: number
  /** Photos with nobody to find. */
  readonly skipped: number
  /** Whether photos of the query's individual and encounter were left out. */
  readonly withoutEncounter: boolean
  readonly source: string
}

/** Cumulative match characteristic: how often the individual is among the first k photos. */
export function cmcChart({ cmc, queries, skipped, withoutEncounter, source }: CmcChannels): Picture {
  const rest = skipped === 0 ? '' : `; ${count(skipped, 'photo')} with nobody to find left out`
  const subtitle =
    `Share of ${count(queries, 'query', 'queries')} whose individual is among the first k of the other photos` +
    `${withoutEncounter ? ", those of the query's individual and encounter left out" : ''}${rest}.`
  const caption = { title: 'Found among the first k (CMC)', subtitle, source }
  return picture('cmc', { height: 520 }, caption, (outer) => {
    const area = { x: outer.x + 62, y: outer.y + 12, width: outer.width - 92, height: outer.height - 60 }
    const inner = [area.x + 14, area.x + area.width - 14] as const
    const xs = { ...linear([1, cmc.length], inner, { nice: false }), ticks: [1, 5, 10, 15, 20], format: String }
    const lowest = Math.max(0, Math.floor(Math.min(...cmc) * 5) / 5 - 0.2)
    const ys = linear([lowest, 1], [area.y + area.height, area.y], { ticks: 5 })
    const percent = { ...ys, format: (v: number) => `${Math.round(v * 100)} %` }
    const points = cmc.map((share, i) => [xs.at(i + 1), ys.at(share)] as const)
    const named = [1, 5, 10, 20].filter((k) => k <= cmc.length)
    return [
      axes(area, xs, percent, { xLabel: 'k, photos looked at', yLabel: 'share of queries' }),
      polyline(points, 'line l0'),
      ...points.map(([cx, cy]) => element('circle', { cx, cy, r: 3.5, class: 'p0' })),
      ...named.map((k) => {
        const [x, y] = points[k - 1]!
        const below = y + 22 <= area.y + area.height - 4
        return text(x + (k === 1 ? 8 : 0), below ? y + 22 : y - 12, `rank-${k}: ${(cmc[k - 1]! * 100).toFixed(1)} %`, {
          anchor: k === 1 ? 'start' : k === 20 ? 'end' : 'middle',
          rim: true,
        })
      }),
    ].join('\n')
  })
}
