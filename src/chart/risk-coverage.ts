import { line, polyline, text } from './svg/element.ts'
import { axes, type Picture, picture } from './svg/picture.ts'
import { linear } from './svg/scale.ts'

/** Wrong answers among those that are given, the surest first. */
export interface RiskCoverageChannels {
  readonly points: readonly { readonly coverage: number; readonly risk: number }[]
  /** Share of wrong answers where all are given. */
  readonly byChance: number
  readonly aurc: number
  readonly source: string
}

/** How often answers are wrong where only the surest are given: what it brings to leave photos to a person. */
export function riskCoverageChart({ points, byChance, aurc, source }: RiskCoverageChannels): Picture {
  const subtitle =
    'From left to right more photos get an answer, the surest first; the others are left to a person. The curve is the share of wrong answers. ' +
    `The level line is what a confidence that says nothing would give. Mean over the curve (AURC) ${aurc.toFixed(3)}.`
  const caption = { title: 'What does it bring to leave unsure photos to a person?', subtitle, source }
  return picture('risk-coverage', { height: 520 }, caption, (outer) => {
    const area = { x: outer.x + 62, y: outer.y + 12, width: outer.width - 92, height: outer.height - 60 }
    const xs = linear([0, 1], [area.x, area.x + area.width], { ticks: 10, nice: false })
    const highest = Math.max(byChance, ...points.map(({ risk }) => risk), 0.05)
    const ys = linear([0, highest], [area.y + area.height, area.y], { ticks: 5 })
    const percent = (v: number) => `${Math.round(v * 100)} %`
    const curve = points.map(({ coverage, risk }) => [xs.at(coverage), ys.at(risk)] as const)
    return [
      axes(
        area,
        { ...xs, format: percent },
        { ...ys, format: percent },
        { xLabel: 'share of photos answered', yLabel: 'share of wrong answers' },
      ),
      line(area.x, ys.at(byChance), area.x + area.width, ys.at(byChance), 'rule'),
      polyline(curve, 'line l0'),
      text(area.x + 8, ys.at(byChance) - 8, `all answered: ${(byChance * 100).toFixed(1)} % wrong`, { rim: true }),
    ].join('\n')
  })
}
