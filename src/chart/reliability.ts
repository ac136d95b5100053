import { element, line, polyline, text } from './svg/element.ts'
import { axes, type Picture, picture } from './svg/picture.ts'
import { linear } from './svg/scale.ts'
import { count } from './words.ts'

/** Answers by their probability, and how often they were right. */
export interface ReliabilityChannels {
  readonly bins: readonly {
    readonly low: number
    readonly high: number
    readonly count: number
    readonly probability: number
    readonly right: number
  }[]
  readonly ece: number
  readonly source: string
}

/** How often answers of each probability were right: on the diagonal where probabilities hold. A point's area is the number of answers. */
export function reliabilityChart({ bins, ece, source }: ReliabilityChannels): Picture {
  const filled = bins.filter(({ count }) => count > 0)
  const total = filled.reduce((sum, { count }) => sum + count, 0)
  const subtitle =
    `${count(Math.round(total), 'answer')} about individuals that nothing was fitted on, in ${count(bins.length, 'bin')} by their probability. ` +
    `Points on the diagonal hold what they promise; below it answers promise too much. The larger a point, the more answers. On average they are ${ece.toFixed(3)} off it (ECE).`
  const caption = { title: 'How often is an answer right?', subtitle, source }
  return picture('reliability', { height: 620 }, caption, (outer) => {
    const area = { x: outer.x + 62, y: outer.y + 12, width: outer.width - 92, height: outer.height - 60 }
    const xs = linear([0, 1], [area.x, area.x + area.width], { ticks: 10, nice: false })
    const ys = linear([0, 1], [area.y + area.height, area.y], { ticks: 10, nice: false })
    const percent = { ...ys, format: (v: number) => `${Math.round(v * 100)} %` }
    const most = Math.max(...filled.map(({ count }) => count), 1)
    const points = filled.map(({ probability, right }) => [xs.at(probability), ys.at(right)] as const)
    return [
      axes(area, xs, percent, { xLabel: 'probability of the answer', yLabel: 'share that was right' }),
      line(xs.at(0), ys.at(0), xs.at(1), ys.at(1), 'rule'),
      polyline(points, 'line thin l0'),
      ...filled.map(({ count }, i) => {
        const [cx, cy] = points[i]!
        return element('circle', { cx, cy, r: 2.5 + 11 * Math.sqrt(count / most), class: 'p0' })
      }),
      text(xs.at(0.02), ys.at(0.97), `off by ${ece.toFixed(3)}`, { bold: true, rim: true }),
    ].join('\n')
  })
}
