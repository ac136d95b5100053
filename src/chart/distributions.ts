import { capital, type Measure, measureWords } from './measure.ts'
import { element, line, pathOf, text } from './svg/element.ts'
import { axes, type Picture, picture } from './svg/picture.ts'
import { linear } from './svg/scale.ts'
import { count, whole } from './words.ts'

/** How many pairs of photos have which similarity. */
export interface DistributionsChannels {
  /** Left edge of the first bin, and the bins' width. */
  readonly from: number
  readonly step: number
  /** Pairs in each bin, of one individual and of two. */
  readonly same: readonly number[]
  readonly different: readonly number[]
  /** The threshold at which both kinds err equally often, and how often; null where there is none. */
  readonly equalError: { readonly threshold: number; readonly rate: number } | null
  /** What the similarities are. */
  readonly measure: Measure
  readonly source: string
}

/** Similarities of same and of different pairs, each kind as shares of its own number, with the equal-error threshold. */
export function distributionsChart(channels: DistributionsChannels): Picture {
  const { from, step, same, different, equalError, measure, source } = channels
  const total = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0)
  const kinds = [
    { name: 'different individuals', counts: different, total: total(different), className: 'different' },
    { name: 'same individual', counts: same, total: total(same), className: 'same' },
  ] as const
  const subtitle =
    `${capital(measureWords[measure].one)} of all ${count(kinds[0].total + kinds[1].total, 'pair')} of photos: ${whole(kinds[1].total)} of one individual, ` +
    `${whole(kinds[0].total)} of two. Each kind is drawn as shares of its own number, in bins of ${step.toFixed(2)}.`
  const caption = {
    title: 'How similar are photos of the same and of different individuals?',
    subtitle,
    source,
  }
  return picture('similarity-distributions', { height: 560 }, caption, (outer) => {
    const area = { x: outer.x + 62, y: outer.y + 34, width: outer.width - 76, height: outer.height - 34 - 48 }
    const bottom = area.y + area.height
    const to = from + step * same.length
    const xs = linear([from, to], [area.x, area.x + area.width], { ticks: 8, nice: false })
    const highest = Math.max(...kinds.flatMap(({ counts, total: all }) => counts.map((n) => (all === 0 ? 0 : n / all))))
    const ys = linear([0, highest], [bottom, area.y], { ticks: 5 })
    const percent = { ...ys, format: (v: number) => `${Number((v * 100).toFixed(2))} %` }
    const shapes = kinds.map(({ counts, total: all, className }) => {
      const outline = counts.flatMap((n, i) => {
        const y = ys.at(all === 0 ? 0 : n / all)
        return [[xs.at(from + i * step), y] as const, [xs.at(from + (i + 1) * step), y] as const]
      })
      const closed = `${pathOf([[area.x, bottom], ...outline, [area.x + area.width, bottom]])}Z`
      return (
        element('path', { d: closed, class: `area ${className}` }) +
        element('path', { d: pathOf(outline), class: `line ${className}-line` })
      )
    })
    const legend = kinds.map(({ name, className }, i) => {
      const x = area.x + 8 + i * 210
      return (
        element('rect', { x, y: area.y - 25, width: 22, height: 12, class: className }) +
        text(x + 30, area.y - 15, name)
      )
    })
    const rule: string[] = []
    if (equalError !== null) {
      const x = xs.at(equalError.threshold)
      const onLeft = x > area.x + area.width * 0.6
      const words = `equal error: ${(equalError.rate * 100).toFixed(1)} % at ${equalError.threshold.toFixed(3)}`
      rule.push(line(x, area.y, x, bottom, 'rule'))
      rule.push(
        text(x + (onLeft ? -8 : 8), area.y + 14, words, { anchor: onLeft ? 'end' : 'start', bold: true, rim: true }),
      )
    }
    return [
      axes(area, xs, percent, { xLabel: measureWords[measure].one, yLabel: 'share of the pairs of that kind' }),
      ...shapes,
      ...legend,
      ...rule,
    ].join('\n')
  })
}
